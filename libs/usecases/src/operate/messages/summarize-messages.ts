import { Failure, type Finess, Instant } from '#domain';
import type { RefusalJournal } from '../../ports/refusal-journal.js';
import type { ReplicaStatus } from '../../ports/replica-status.js';
import type { FindSpikes } from '../senders/find-spikes.js';
import { within } from '../territory/within.js';
import { type CloserLook, closerLook, type SpikeThere } from './closer-look.js';
import type { SummaryRow } from './summary-row.js';
import {
  asksTheJournal,
  asksTheLog,
  filterOf,
  firstThatAnswers,
  fitsRefusal,
  journalPage,
  type MessageScope,
  refuseUnknownWords,
} from './list-messages.js';

const minuteMs = 60_000;

/** Lengths of a piece, the shortest first; the first that cuts the interval into at most `piecesMax` is taken, else the longest. */
const pieces = [
  { name: 'minute', ms: minuteMs },
  { name: 'ten-minutes', ms: 10 * minuteMs },
  { name: 'hour', ms: 60 * minuteMs },
  { name: 'day', ms: 24 * 60 * minuteMs },
] as const;
export type Piece = (typeof pieces)[number]['name'];

/**
 * Pieces of one summary; beyond, they widen: to two hours by the minute, to a day by ten minutes, to six days by the hour, then by the day.
 * @limit Control | pieces of time in a summary | they get wider
 */
export const piecesMax = 144;
/**
 * Rows that are counted for one summary, of each establishment the newest; what is older is left out, and `complete` is false.
 * @limit Control | rows that a summary is made of | it says that it is not complete
 */
export const summaryRowsMax = 5_000;
/**
 * Refusals of one establishment that are counted for one summary, the newest; beyond, `complete` is false.
 * @limit Control | refused messages that a summary counts | it says that it is not complete
 */
export const summaryRefusalsMax = 5_000;
/**
 * Lines of the overview by sender and type, those of most messages; beyond, `complete` is false.
 * @limit Control | types and senders that a summary tells apart | the rest is told together
 */
export const seriesMax = 50;
/** Without `since`, a summary goes back this far from its end, ms. */
export const summarySpanMs = 24 * 60 * minuteMs;

/** The first time after a start, spikes take long to find, ms. */
const spikesWithinMs = 1_500;

/** One sender and type over the whole interval. */
export interface SummarySeries {
  readonly establishment: string;
  readonly sender: string;
  readonly type: string;
  readonly messages: number;
  readonly removed: number;
  /** The piece with the most messages. */
  readonly peak: { readonly from: string; readonly messages: number };
  /** Messages of each piece of the interval, oldest first. */
  readonly counts: readonly number[];
}

export interface MessageSummary {
  readonly since: string;
  readonly until: string;
  readonly piece: Piece;
  /** False where more came than is counted here: the interval has to be narrowed. */
  readonly complete: boolean;
  /** Newest first. */
  readonly items: readonly SummaryRow[];
  readonly series: readonly SummarySeries[];
  /** Null where nothing came. */
  readonly closer: CloserLook | null;
  readonly next: string | null;
}

export interface SummaryWishes extends Omit<MessageScope, 'since' | 'until'> {
  readonly since: Instant;
  readonly until: Instant;
  readonly now: Instant;
  readonly limit: number;
  readonly cursor?: string;
}

interface Interval {
  readonly since: Instant;
  readonly until: Instant;
  readonly piece: Piece;
  readonly ms: number;
}

interface Page {
  readonly since: Instant;
  readonly until: Instant;
  readonly offset: number;
}

/** The pages of one summary are cut from one interval: the cursor holds it. */
const pageOf = ({ since, until, cursor }: SummaryWishes): Page => {
  if (cursor === undefined) return { since, until, offset: 0 };
  const [from = Number.NaN, to = Number.NaN, offset = -1, ...more] = Buffer.from(cursor, 'base64url')
    .toString('latin1')
    .split('-')
    .map(Number);
  if (more.length > 0 || !(from < to) || !Number.isSafeInteger(offset) || offset < 0)
    throw new Failure('input.invalid', 'this cursor is none', 'take `next` of the page before');
  return { since: Instant.of(from), until: Instant.of(to), offset };
};
const cursorOf = ({ since, until, offset }: Page): string =>
  Buffer.from(`${since}-${until}-${offset}`, 'latin1').toString('base64url');

export const intervalOf = (since: Instant, until: Instant): Interval => {
  const span = until - since;
  const found = pieces.find(({ ms }) => span / ms <= piecesMax) ?? pieces[pieces.length - 1];
  if (!found) throw new Error('there is a longest piece');
  return { since, until, piece: found.name, ms: found.ms };
};

const startOf = (at: number, { ms }: Interval): number => Math.floor(at / ms) * ms;

interface Counted {
  readonly rows: readonly SummaryRow[];
  readonly complete: boolean;
}

const byTime = (a: SummaryRow, b: SummaryRow): number =>
  b.from.localeCompare(a.from) ||
  b.messages - a.messages ||
  `${a.establishment} ${a.sender} ${a.type}`.localeCompare(`${b.establishment} ${b.sender} ${b.type}`);

/** Rows of one piece, sender and type are one. */
const together = (rows: readonly SummaryRow[]): readonly SummaryRow[] => {
  const merged = new Map<string, SummaryRow>();
  for (const row of rows) {
    const key = [row.from, row.establishment, row.sender, row.type].join('\n');
    const other = merged.get(key);
    merged.set(
      key,
      other
        ? {
            ...other,
            messages: other.messages + row.messages,
            parked: other.parked + row.parked,
            refused: other.refused + row.refused,
            records: other.records + row.records,
            removed: other.removed + row.removed,
          }
        : row,
    );
  }
  return [...merged.values()].toSorted(byTime);
};

/** The days of a long interval are more than `piecesMax`: those of the chart are then the newest. */
const chartOf = (rows: readonly SummaryRow[], interval: Interval): readonly number[] => {
  const last = startOf(interval.until - 1, interval);
  const first = Math.max(startOf(interval.since, interval), last - (piecesMax - 1) * interval.ms);
  const counts = Array.from({ length: (last - first) / interval.ms + 1 }, () => 0);
  for (const { from, messages } of rows) {
    const at = (Date.parse(from) - first) / interval.ms;
    if (at >= 0) counts[at] = (counts[at] ?? 0) + messages;
  }
  return counts;
};

const seriesOf = (rows: readonly SummaryRow[], interval: Interval): readonly SummarySeries[] => {
  const grouped = new Map<string, SummaryRow[]>();
  for (const row of rows) {
    const key = [row.establishment, row.sender, row.type].join('\n');
    grouped.set(key, [...(grouped.get(key) ?? []), row]);
  }
  return [...grouped.values()]
    .map((of): SummarySeries => {
      const [first] = of;
      if (!first) throw new Error('a group has a row');
      const { establishment, sender, type } = first;
      const peak = of.reduce((most, row) => (row.messages > most.messages ? row : most), first);
      return {
        establishment,
        sender,
        type,
        messages: of.reduce((sum, row) => sum + row.messages, 0),
        removed: of.reduce((sum, row) => sum + row.removed, 0),
        peak: { from: peak.from, messages: peak.messages },
        counts: chartOf(of, interval),
      };
    })
    .toSorted((a, b) => b.messages - a.messages || a.type.localeCompare(b.type));
};

/** How many messages of which type came when, from whom: counted in a replica, never by reading them one by one. */
export class SummarizeMessages {
  constructor(
    private readonly replicas: readonly ReplicaStatus[],
    private readonly journal: RefusalJournal,
    private readonly spikes: FindSpikes,
  ) {}

  async summarize(wishes: SummaryWishes): Promise<MessageSummary> {
    const page = pageOf(wishes);
    const interval = intervalOf(page.since, page.until);
    const scope = { ...wishes, since: page.since, until: page.until };
    const [spikes, ...counted] = await Promise.all([
      this.spikesOf(wishes),
      ...wishes.establishments.flatMap((establishment) => [
        ...(asksTheLog(wishes) ? [this.accepted(establishment, scope, interval)] : []),
        ...(asksTheJournal(wishes) ? [this.refused(establishment, scope, interval)] : []),
      ]),
    ]);
    const rows = together(counted.flatMap((one) => one.rows));
    if (rows.length === 0 && wishes.cursor === undefined) refuseUnknownWords(wishes);
    const series = seriesOf(rows, interval);
    const end = page.offset + wishes.limit;
    return {
      since: Instant.iso(page.since),
      until: Instant.iso(page.until),
      piece: interval.piece,
      complete: counted.every(({ complete }) => complete) && series.length <= seriesMax,
      items: rows.slice(page.offset, end),
      series: series.slice(0, seriesMax),
      closer: closerLook(rows, spikes, interval.ms),
      next: rows.length > end ? cursorOf({ ...page, offset: end }) : null,
    };
  }

  /** What is not known in time is left out: it is only where to look first. */
  private async spikesOf({ establishments, now }: SummaryWishes): Promise<readonly SpikeThere[]> {
    const each = establishments.map(async (establishment) => {
      const found = this.spikes.find(establishment, now).catch((error: unknown) => {
        if (Failure.is(error)) return [];
        throw error;
      });
      const spikes = await within(spikesWithinMs, found, () => []);
      return spikes.map((spike) => ({ ...spike, establishment }));
    });
    return (await Promise.all(each)).flat();
  }

  private async accepted(establishment: Finess, scope: SummaryWishes, { ms }: Interval): Promise<Counted> {
    const counting = {
      ...filterOf(scope),
      since: scope.since,
      until: scope.until,
      bucketMs: ms,
      limit: summaryRowsMax + 1,
    };
    const counts = await firstThatAnswers(this.replicas, (replica) => replica.countMessages(establishment, counting));
    const rows = counts.slice(0, summaryRowsMax).map(
      ({ from, sender, label, messages, parked, records, removed }): SummaryRow => ({
        from: Instant.iso(from),
        establishment,
        sender,
        type: label,
        messages,
        parked,
        refused: 0,
        records,
        removed,
      }),
    );
    return { rows, complete: counts.length <= summaryRowsMax };
  }

  private async refused(establishment: Finess, scope: SummaryWishes, interval: Interval): Promise<Counted> {
    const rows: SummaryRow[] = [];
    let read = 0;
    for (let entries = await this.journal.newest(establishment, journalPage); entries.length > 0; ) {
      for (const { refusal } of entries) {
        if (refusal.receivedAt < scope.since) return { rows: together(rows), complete: true };
        if (fitsRefusal(scope, refusal))
          rows.push({
            from: Instant.iso(Instant.of(startOf(refusal.receivedAt, interval))),
            establishment,
            sender: refusal.sender,
            type: refusal.label,
            messages: 1,
            parked: 0,
            refused: 1,
            records: 0,
            removed: 0,
          });
      }
      read += entries.length;
      const last = entries.at(-1);
      if (!last || last.position === 0) break;
      if (read >= summaryRefusalsMax) return { rows: together(rows), complete: false };
      entries = await this.journal.newest(establishment, journalPage, { before: last.position });
    }
    return { rows: together(rows), complete: true };
  }
}
