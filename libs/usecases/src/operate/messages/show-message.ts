import { Failure, type Finess, Instant, Position, type RecordedEvent } from '#domain';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { RefusalJournal } from '../../ports/refusal-journal.js';
import type { ReplicaStatus } from '../../ports/replica-status.js';
import { acceptedItem, firstThatAnswers, type MessageItem, refusedItem } from './list-messages.js';
import { MessageId } from './message-id.js';
import { walkLog } from '../verify/walk-log.js';

/** Another message of the same sender, incarnation and id. */
export interface SameId {
  readonly messageId: string;
  readonly state: MessageItem['state'];
  /** False: one id for two messages, and both took effect. */
  readonly sameBytes: boolean;
}

/** Why a parked message waits. */
export interface WaitsFor {
  /** Names records. */
  readonly reason: string;
  /** The message that holds it up; null where it is itself at fault. */
  readonly behind: string | null;
  /** Patients, or records where no patient is known. */
  readonly waiting: readonly string[];
}

export interface MessageDetail extends Omit<MessageItem, 'state'> {
  /** `waiting`: durable in the log, and no replica that answers has come to it yet. */
  readonly state: MessageItem['state'] | 'waiting';
  /** Base64: the received bytes, without the fields that the law forbids. */
  readonly raw: string;
  readonly charset: string;
  /** Of the received message. */
  readonly sizeBytes: number;
  /** Numbering era of its sender; null where it never reached the log. */
  readonly incarnation: number | null;
  /**
   * RFC 3339, the stamp of the log (or of the journal): the answer left once this was durable, so within milliseconds after it. A log
   * cannot say when, or whether, it arrived. Null where the sender was answered nothing.
   */
  readonly acknowledgedAt: string | null;
  /** Of a duplicate: the message that took effect in its place. */
  readonly duplicateOf: string | null;
  readonly sameId: readonly SameId[];
  readonly waitsFor: WaitsFor | null;
  /** Base64: the answer's bytes; empty where the protocol has none of its own. */
  readonly acknowledgementRaw: string;
  readonly sentAt: string | null;
  readonly occurredAt: string | null;
  readonly mapping: { readonly name: string; readonly version: number } | null;
  readonly changes: readonly { readonly kind: string }[];
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const iso = (instant: Instant | undefined): string | null => (instant === undefined ? null : Instant.iso(instant));

const logged = (establishment: Finess, position: Position): string =>
  MessageId.text({ establishment, kept: 'log', position });

/** The newest one before it that is no repetition itself. */
const firstOf = (sameId: readonly SameId[], messageId: string): string | null =>
  sameId.findLast(
    (other) =>
      other.sameBytes &&
      other.state !== 'duplicate' &&
      MessageId.parse(other.messageId).position < MessageId.parse(messageId).position,
  )?.messageId ?? null;

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
      const item = await this.itemOf(establishment, recorded);
      const sameId = item.state === 'waiting' ? [] : await this.sameId(establishment, position);
      return {
        ...item,
        raw: base64(event.received),
        charset: event.charset,
        sizeBytes: event.received.byteLength,
        incarnation: event.incarnation,
        acknowledgedAt: event.acknowledgement === 'none' ? null : Instant.iso(appendedAt),
        duplicateOf: item.state === 'duplicate' ? firstOf(sameId, item.messageId) : null,
        sameId,
        waitsFor: item.state === 'parked' ? await this.waitsFor(establishment, position) : null,
        acknowledgementRaw: base64(this.acknowledgementOf(recorded)),
        sentAt: iso(event.sentAt),
        occurredAt: iso(event.occurredAt),
        mapping: event.mapping,
        changes: event.changes.map(({ kind }) => ({ kind })),
      };
    }
    return undefined;
  }

  /** As a replica has it; one that no replica has come to yet is told from the log alone. */
  private async itemOf(
    establishment: Finess,
    { event, appendedAt, position }: RecordedEvent,
  ): Promise<Omit<MessageItem, 'state'> & Pick<MessageDetail, 'state'>> {
    const before = Position.of(position + 1);
    const [report] = await firstThatAnswers(this.replicas, (replica) =>
      replica.messages(establishment, { before, limit: 1 }),
    );
    if (report?.position === position) return acceptedItem(establishment, report);
    return {
      messageId: logged(establishment, position),
      establishment,
      sender: event.sender,
      controlId: event.messageId,
      label: event.label,
      receivedAt: Instant.iso(event.receivedAt),
      recordedAt: Instant.iso(appendedAt),
      state: (await this.isPassed(establishment, position)) ? 'omitted' : 'waiting',
      acknowledgement: event.acknowledgement,
      position: String(position),
      records: [],
      warnings: event.warnings,
    };
  }

  /** The replica has gone by it, and has nothing of it: it does not count on the live timeline. */
  private isPassed(establishment: Finess, position: Position): Promise<boolean> {
    return firstThatAnswers(this.replicas, async (replica) => {
      const live = (await replica.live()).find((report) => report.establishment === establishment);
      return live !== undefined && live.position >= position;
    });
  }

  private async sameId(establishment: Finess, position: Position): Promise<readonly SameId[]> {
    const others = await firstThatAnswers(this.replicas, (replica) => replica.sameId(establishment, position));
    return others.map((other) => ({
      messageId: logged(establishment, other.position),
      state: other.outcome,
      sameBytes: other.sameBytes,
    }));
  }

  private async waitsFor(establishment: Finess, position: Position): Promise<WaitsFor | null> {
    const parked = await firstThatAnswers(this.replicas, (replica) => replica.parked(establishment));
    const own = parked.find((report) => report.position === position);
    if (!own) return null;
    const [, behind] = /behind position (\d+)/.exec(own.reason) ?? [];
    return {
      reason: own.reason,
      behind: behind === undefined ? null : logged(establishment, Position.parse(behind)),
      waiting: own.waiting,
    };
  }

  private async refused({ establishment, position }: MessageId): Promise<MessageDetail | undefined> {
    const entry = await this.journal.at(establishment, position);
    if (!entry) return undefined;
    return {
      ...refusedItem(establishment, entry),
      raw: base64(entry.refusal.received),
      charset: entry.refusal.charset,
      sizeBytes: entry.refusal.received.byteLength,
      incarnation: null,
      acknowledgedAt: entry.refusal.acknowledgement === 'none' ? null : Instant.iso(entry.appendedAt),
      duplicateOf: null,
      sameId: [],
      waitsFor: null,
      acknowledgementRaw: base64(entry.refusal.answered),
      sentAt: null,
      occurredAt: null,
      mapping: null,
      changes: [],
    };
  }
}
