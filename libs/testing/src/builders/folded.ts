import { type Change, evolve, FoldMemory, Instant, originalTimeline, type RecordKey } from '#domain';
import { anEvent, asRecorded } from './feed.js';

/** What these messages come to, of one change or several; none of them parks. */
export const fold = (messages: readonly (Change | readonly Change[])[]): FoldMemory => {
  const state = new FoldMemory(Instant.of(0));
  for (const event of asRecorded(messages.map((one) => anEvent('kind' in one ? [one] : one))))
    state.absorb(evolve(state, event, originalTimeline));
  if (state.parked.length > 0) throw new Error(state.parked.map(({ reason }) => reason).join());
  return state;
};

export const recordOf = (state: FoldMemory, key: RecordKey): Readonly<Record<string, unknown>> | undefined => {
  const content = state.heads.get(key)?.content;
  return content && (JSON.parse(Buffer.from(content).toString()) as Readonly<Record<string, unknown>>);
};

/** Key and content of all records, in one order. */
export const allRecords = (state: FoldMemory): readonly string[] =>
  [...state.heads].map(([key, { content }]) => `${key} ${Buffer.from(content ?? []).toString()}`).sort();
