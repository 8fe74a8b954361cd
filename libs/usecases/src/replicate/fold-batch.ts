import {
  chain,
  decodeEvent,
  type Effects,
  evolve,
  type FoldView,
  type LogEvent,
  type RecordedEvent,
  type Timeline,
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
 * A patch of a hundred bytes needs, and makes, a whole record, which may be 20 MB: of so many at a time the contents are looked up.
 * @limit Inside | merge patches of a batch that are folded at a time | the rest comes with the next lookup
 */
const patchesMax = 8;

const patches = ({ event }: RecordedEvent): boolean => event.changes.some(({ kind }) => kind === 'merge-patch');

/** In pieces whose lookups are made at a time. */
export function* inLookups({ entries, events }: Batch): Generator<Batch> {
  for (let from = 0, to = 0; from < events.length; from = to) {
    for (let left = patchesMax; to < events.length; to += 1) {
      const event = events[to];
      if (event && patches(event) && --left < 0) break;
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
