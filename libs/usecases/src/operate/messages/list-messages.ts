import { Failure, type Finess, Instant, type Outcome, Position, type RecordKey, type Warning } from '#domain';
import type { ListedRefusal, Refusal, RefusalJournal } from '../../ports/refusal-journal.js';
import type { MessageFilter, MessageReport, ReplicaStatus } from '../../ports/replica-status.js';
import { refuseUnknownType, refuseUnknownWarning } from './known-words.js';
import { MessageId } from './message-id.js';

export const messageStates = ['applied', 'parked', 'duplicate', 'unmapped', 'refused'] as const;
export type MessageState = (typeof messageStates)[number];

/** What became of a message (contract, section 6). Never content. */
export interface MessageItem {
  /** For `message show`. */
  readonly messageId: string;
  readonly establishment: string;
  readonly sender: string;
  readonly controlId: string;
  readonly label: string;
  /** RFC 3339, the gateway's clock. */
  readonly receivedAt: string;
  /** RFC 3339, the log's own stamp; null where it never reached the log. */
  readonly recordedAt: string | null;
  readonly state: MessageState | 'omitted';
  readonly acknowledgement: string;
  /** Decimal; null where it never reached the log. */
  readonly position: string | null;
  readonly records: readonly string[];
  readonly warnings: readonly Warning[];
}

/** Which messages are meant; what is left out counts for all. */
export interface MessageScope {
  readonly establishments: readonly Finess[];
  readonly sender?: string;
  readonly state?: MessageState;
  /** Recorded at or after it; of what was refused, received. */
  readonly since?: Instant;
  /** Recorded before it; of what was refused, received. */
  readonly until?: Instant;
  readonly controlId?: string;
  /** Code of a warning; of what was refused, the code of a reason. */
  readonly warning?: string;
  /** A label, or the first word of one. */
  readonly type?: string;
  /** Among those that it touched. */
  readonly record?: RecordKey;
}

export interface MessageWishes extends MessageScope {
  readonly limit: number;
  readonly cursor?: string;
}

export interface MessagePage {
  readonly items: readonly MessageItem[];
  /** Of the next page; null at the end. */
  readonly next: string | null;
}

/** Behind which position each source goes on; -1 = it is at its end. */
type Cursor = Readonly<Record<string, number>>;

interface Candidate {
  readonly source: string;
  readonly position: Position;
  readonly at: Instant;
  readonly item: MessageItem;
}

/** A refusal is looked for among this many at a time. */
export const journalPage = 200;

export const asksTheLog = ({ state }: MessageScope): boolean => state !== 'refused';
/** What was refused touched no record. */
export const asksTheJournal = ({ state, record }: MessageScope): boolean =>
  record === undefined && (state === undefined || state === 'refused');

/** What of the scope a replica is asked for. */
export const filterOf = ({
  sender,
  state,
  since,
  until,
  controlId,
  warning,
  type,
  record,
}: MessageScope): Omit<MessageFilter, 'limit'> => ({
  ...(sender !== undefined && { sender }),
  ...(state !== undefined && state !== 'refused' && { outcome: state satisfies Outcome }),
  ...(since !== undefined && { since }),
  ...(until !== undefined && { until }),
  ...(controlId !== undefined && { controlId }),
  ...(warning !== undefined && { warning }),
  ...(type !== undefined && { type }),
  ...(record !== undefined && { record }),
});

/** As a replica filters, but for `since`, at which a journal is left. */
export const fitsRefusal = (
  { sender, until, controlId, warning, type }: MessageScope,
  refusal: ListedRefusal,
): boolean =>
  (sender === undefined || refusal.sender === sender) &&
  (until === undefined || refusal.receivedAt < until) &&
  (controlId === undefined || refusal.controlId === controlId) &&
  (warning === undefined || refusal.reasons.some(({ code }) => code === warning)) &&
  (type === undefined || refusal.label === type || refusal.label.split(/[\s^]/, 1)[0] === type);

/** Nothing was found: because of a word that no message can have? A word that is known to none but was found is never refused. */
export const refuseUnknownWords = ({ type, warning }: MessageScope): void => {
  if (type !== undefined) refuseUnknownType(type);
  if (warning !== undefined) refuseUnknownWarning(warning);
};

const parseCursor = (raw: string | undefined): Cursor => {
  if (raw === undefined) return {};
  try {
    const cursor: unknown = JSON.parse(Buffer.from(raw, 'base64url').toString('utf8'));
    if (typeof cursor === 'object' && cursor !== null && Object.values(cursor).every(Number.isSafeInteger))
      return cursor as Cursor;
  } catch {
    // Told below.
  }
  throw new Failure('input.invalid', 'this cursor is none', 'take `next` of the page before');
};

export const acceptedItem = (establishment: Finess, report: MessageReport): MessageItem => ({
  messageId: MessageId.text({ establishment, kept: 'log', position: report.position }),
  establishment,
  sender: report.sender,
  controlId: report.controlId,
  label: report.label,
  receivedAt: Instant.iso(report.receivedAt),
  recordedAt: Instant.iso(report.recordedAt),
  state: report.outcome,
  acknowledgement: report.acknowledgement,
  position: String(report.position),
  records: report.records,
  warnings: report.warnings,
});

export const refusedItem = (
  establishment: Finess,
  { position, refusal }: { readonly position: Position; readonly refusal: ListedRefusal | Refusal },
): MessageItem => ({
  messageId: MessageId.text({ establishment, kept: 'journal', position }),
  establishment,
  sender: refusal.sender,
  controlId: refusal.controlId,
  label: refusal.label,
  receivedAt: Instant.iso(refusal.receivedAt),
  recordedAt: null,
  state: 'refused',
  acknowledgement: refusal.acknowledgement,
  position: null,
  records: [],
  warnings: refusal.reasons,
});

/** What became of messages, newest first, over establishments, logs and journals of refusals. */
export class ListMessages {
  constructor(
    private readonly replicas: readonly ReplicaStatus[],
    private readonly journal: RefusalJournal,
  ) {}

  async list(wishes: MessageWishes): Promise<MessagePage> {
    const cursor = parseCursor(wishes.cursor);
    const sources = wishes.establishments.flatMap((establishment) => [
      ...(asksTheLog(wishes) ? [{ establishment, kept: 'log' as const }] : []),
      ...(asksTheJournal(wishes) ? [{ establishment, kept: 'journal' as const }] : []),
    ]);
    const found = await Promise.all(
      sources.map(async ({ establishment, kept }) => {
        const source = `${establishment}${kept === 'journal' ? 'r' : ''}`;
        const before = cursor[source];
        if (before === -1) return [];
        const at = before === undefined ? undefined : Position.of(before);
        return kept === 'log'
          ? this.accepted(source, establishment, wishes, at)
          : this.refused(source, establishment, wishes, at);
      }),
    );
    const merged = found.flat().toSorted((a, b) => b.at - a.at || b.position - a.position);
    const page = merged.slice(0, wishes.limit);
    if (page.length === 0 && wishes.cursor === undefined) refuseUnknownWords(wishes);
    if (merged.length <= wishes.limit && found.every((list) => list.length <= wishes.limit))
      return { items: page.map(({ item }) => item), next: null };
    const next: Record<string, number> = { ...cursor };
    for (const { source, position } of page) next[source] = Math.min(next[source] ?? position, position);
    return {
      items: page.map(({ item }) => item),
      next: Buffer.from(JSON.stringify(next)).toString('base64url'),
    };
  }

  /** One more than the page holds, so that the last page is known. */
  private async accepted(
    source: string,
    establishment: Finess,
    wishes: MessageWishes,
    before: Position | undefined,
  ): Promise<readonly Candidate[]> {
    const filter = { ...filterOf(wishes), ...(before !== undefined && { before }), limit: wishes.limit + 1 };
    const reports = await firstThatAnswers(this.replicas, (replica) => replica.messages(establishment, filter));
    return reports.map((report) => ({
      source,
      position: report.position,
      at: report.receivedAt,
      item: acceptedItem(establishment, report),
    }));
  }

  private async refused(
    source: string,
    establishment: Finess,
    wishes: MessageWishes,
    before: Position | undefined,
  ): Promise<readonly Candidate[]> {
    const { since, limit } = wishes;
    const found: Candidate[] = [];
    for (let from = before; found.length <= limit; ) {
      const entries = await this.journal.newest(establishment, journalPage, from === undefined ? {} : { before: from });
      for (const entry of entries) {
        const { refusal, position } = entry;
        if (since !== undefined && refusal.receivedAt < since) return found;
        if (fitsRefusal(wishes, refusal) && found.length <= limit)
          found.push({ source, position, at: refusal.receivedAt, item: refusedItem(establishment, entry) });
      }
      const last = entries.at(-1);
      if (!last || last.position === 0) return found;
      from = last.position;
    }
    return found;
  }
}

/** The replicas are alike: what the first cannot tell, the next one does. */
export const firstThatAnswers = async <T>(
  replicas: readonly ReplicaStatus[],
  ask: (replica: ReplicaStatus) => Promise<T>,
): Promise<T> => {
  let away: unknown = new Failure('replica.unreachable', 'no replica is configured', 'set REPRISE_REPLICAS');
  for (const replica of replicas) {
    try {
      return await ask(replica);
    } catch (error) {
      if (!Failure.is(error, 'replica.unreachable')) throw error;
      away = error;
    }
  }
  throw away;
};
