import {
  chain,
  decodeEvent,
  type Effects,
  evolve,
  type FoldView,
  type LogEvent,
  type RecordedEvent,
  type RecordKey,
  type Timeline,
  type Touched,
  touchedBy,
} from '#domain';
import type { LogEntry } from '../ports/establishment-log.js';
import type { Progress } from '../ports/replica-store.js';

/** Throws `log.too-new` on what this version cannot read: the follower halts, it never skips. */
export const readEntries = (entries: readonly LogEntry[]): readonly RecordedEvent[] =>
  entries.map(({ position, appendedAt, value }) => ({ position, appendedAt, ...decodeEvent(value) }));

/** The events whose lookups a batch makes: its own and, where it drains, those that wait. */
export const eventsToLookUp = (events: readonly RecordedEvent[], parked: FoldView['parked']): readonly LogEvent[] => {
  const own = events.map(({ event }) => event);
  const drains = own.some((event) => event.changes.some(({ kind }) => kind === 'drain'));
  return drains ? [...own, ...parked.map(({ recorded }) => recorded.event)] : own;
};

/** Entries of a log, with the events that they are. */
export interface Batch {
  readonly entries: readonly LogEntry[];
  readonly events: readonly RecordedEvent[];
}

/**
 * A patch of a hundred bytes needs, and makes, a whole record, which may be 20 MB: contents of so many bytes are looked up at a time,
 * those of one event always.
 * @limit Inside | bytes of records that merge patches need, looked up at a time | the rest comes with the next lookup
 */
export const patchedBytesMax = 32 * 1024 * 1024;

/** Of so few records the contents are looked up without asking first how large they are. */
export const fewPatched = 8;

const patches = ({ changes }: LogEvent): boolean => changes.some(({ kind }) => kind === 'merge-patch');

/** Records whose contents the merge patches of these events need. */
export const patchedBy = (events: readonly RecordedEvent[]): ReadonlySet<RecordKey> =>
  touchedBy(events.map(({ event }) => event).filter(patches)).contents;

/** What of contents is looked up for an event, and how large it is, as far as that is known. */
export interface Contents {
  readonly neededBy: (touched: Touched) => ReadonlySet<RecordKey>;
  readonly bytesOf: (record: RecordKey) => number;
}

/** In pieces whose lookups are made at a time. */
export function* inLookups({ entries, events }: Batch, { neededBy, bytesOf }: Contents): Generator<Batch> {
  for (let from = 0, to = 0; from < events.length; from = to) {
    const needed = new Set<RecordKey>();
    let bytes = 0;
    for (; to < events.length; to += 1) {
      const event = events[to]?.event;
      const news = event && patches(event) ? [...neededBy(touchedBy([event]))].filter((key) => !needed.has(key)) : [];
      bytes += news.reduce((sum, key) => sum + bytesOf(key), 0);
      if (bytes > patchedBytesMax && to > from && news.length > 0) break;
      for (const key of news) needed.add(key);
    }
    yield { entries: entries.slice(from, to), events: events.slice(from, to) };
  }
}

export interface Folded {
  readonly effects: readonly Effects[];
  readonly progress: Progress;
}

/**
 * What events made may be far more than what they are: so much of it is handed on before the next event is folded.
 * @limit Inside | bytes of records that are folded and not yet written | they are written first
 */
export const foldedBytesMax = 16 * 1024 * 1024;

const bytesMade = ({ versions }: Effects): number => versions.reduce((sum, { content }) => sum + content.byteLength, 0);

/** The one loop from log entries to effects: live replication, rebuild and verification all run it. What a piece did is absorbed already. */
export function* foldBatch(
  state: FoldView & { absorb(effects: Effects): void },
  { entries, events }: Batch,
  timeline: Timeline,
  before: Progress,
): Generator<Folded> {
  let [effects, bytes]: [Effects[], number] = [[], 0];
  let { chainHash, position, clock } = before;
  const { logId } = before;
  for (const [index, entry] of entries.entries()) {
    const event = events[index];
    if (!event) throw new Error('entries and events differ in number');
    const done = evolve(state, event, timeline);
    state.absorb(done);
    effects.push(done);
    bytes += bytesMade(done);
    chainHash = chain(chainHash, entry.position, entry.appendedAt, entry.value);
    position = entry.position;
    clock = done.recordedAt;
    if (bytes < foldedBytesMax) continue;
    yield { effects, progress: { logId, position, chainHash, clock } };
    [effects, bytes] = [[], 0];
  }
  if (effects.length > 0) yield { effects, progress: { logId, position, chainHash, clock } };
}
