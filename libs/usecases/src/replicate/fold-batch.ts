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

export interface Folded {
  readonly effects: readonly Effects[];
  readonly progress: Progress;
}

/** The one loop from log entries to effects: live replication, rebuild and verification all run it. */
export const foldBatch = (
  state: FoldView & { absorb(effects: Effects): void },
  batch: { readonly entries: readonly LogEntry[]; readonly events: readonly RecordedEvent[] },
  timeline: Timeline,
  before: Progress,
): Folded => {
  const effects: Effects[] = [];
  let { chainHash, position, clock } = before;
  for (const [index, entry] of batch.entries.entries()) {
    const event = batch.events[index];
    if (!event) throw new Error('entries and events differ in number');
    const done = evolve(state, event, timeline);
    state.absorb(done);
    effects.push(done);
    chainHash = chain(chainHash, entry.position, entry.appendedAt, entry.value);
    position = entry.position;
    clock = done.recordedAt;
  }
  return { effects, progress: { logId: before.logId, position, chainHash, clock } };
};
