import { Failure, Instant, Position, type RecordedEvent } from '#domain';
import type { EstablishmentLog } from '../ports/establishment-log.js';
import type { RefusalJournal } from '../ports/refusal-journal.js';
import type { ReplicaStatus } from '../ports/replica-status.js';
import { acceptedItem, firstThatAnswers, type MessageItem, refusedItem } from './list-messages.js';
import { MessageId } from './message-id.js';
import { walkLog } from './walk-log.js';

export interface MessageDetail extends Omit<MessageItem, 'state'> {
  /** `waiting`: durable in the log, and no replica that answers has come to it yet. */
  readonly state: MessageItem['state'] | 'waiting';
  /** Base64: the received bytes, without the fields that the law forbids. */
  readonly raw: string;
  readonly charset: string;
  /** Base64: the answer's bytes; empty where the protocol has none of its own. */
  readonly acknowledgementRaw: string;
  readonly sentAt: string | null;
  readonly occurredAt: string | null;
  readonly mapping: { readonly name: string; readonly version: number } | null;
  readonly changes: readonly { readonly kind: string }[];
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const iso = (instant: Instant | undefined): string | null => (instant === undefined ? null : Instant.iso(instant));

/** One message, from the log's or the journal's own bytes. `acknowledgementOf` makes the answer's bytes again. */
export class ShowMessage {
  constructor(
    private readonly replicas: readonly ReplicaStatus[],
    private readonly log: EstablishmentLog,
    private readonly journal: RefusalJournal,
    private readonly acknowledgementOf: (recorded: RecordedEvent) => Uint8Array,
  ) {}

  /** Throws `not-found`, `input.invalid`. */
  async show(raw: string): Promise<MessageDetail> {
    const id = MessageId.parse(raw);
    const detail = id.kept === 'log' ? await this.accepted(id) : await this.refused(id);
    if (detail) return detail;
    throw new Failure('not-found', `no message ${raw}`, '`reprise messages` lists them');
  }

  private async accepted({ establishment, position }: MessageId): Promise<MessageDetail | undefined> {
    const { first, last } = await this.log.range(establishment);
    if (position < first || position > last) return undefined;
    for await (const [walked] of walkLog(this.log, establishment, position, position)) {
      if (!walked) break;
      const { recorded } = walked;
      const { event, appendedAt } = recorded;
      const before = Position.of(position + 1);
      const [report] = await firstThatAnswers(this.replicas, (replica) =>
        replica.messages(establishment, { before, limit: 1 }),
      );
      const known = report?.position === position ? acceptedItem(establishment, report) : undefined;
      const own = {
        messageId: MessageId.text({ establishment, kept: 'log', position }),
        establishment,
        sender: event.sender,
        controlId: event.messageId,
        label: event.label,
        receivedAt: Instant.iso(event.receivedAt),
        recordedAt: Instant.iso(appendedAt),
        state: report && report.position > position ? ('omitted' as const) : ('waiting' as const),
        acknowledgement: event.acknowledgement,
        position: String(position),
        records: [],
        warnings: event.warnings,
      };
      return {
        ...(known ?? own),
        raw: base64(event.received),
        charset: event.charset,
        acknowledgementRaw: base64(this.acknowledgementOf(recorded)),
        sentAt: iso(event.sentAt),
        occurredAt: iso(event.occurredAt),
        mapping: event.mapping,
        changes: event.changes.map(({ kind }) => ({ kind })),
      };
    }
    return undefined;
  }

  private async refused({ establishment, position }: MessageId): Promise<MessageDetail | undefined> {
    const entry = await this.journal.at(establishment, position);
    if (!entry) return undefined;
    return {
      ...refusedItem(establishment, entry),
      raw: base64(entry.refusal.received),
      charset: entry.refusal.charset,
      acknowledgementRaw: base64(entry.refusal.answered),
      sentAt: null,
      occurredAt: null,
      mapping: null,
      changes: [],
    };
  }
}
