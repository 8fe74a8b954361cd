import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evolve, FoldMemory, Instant, type LogEvent, originalTimeline, type Touched, touchedBy } from '#domain';
import { anyFeed, asRecorded } from '../../../testing/src/builders/feed.js';
import type { StoredState } from '../ports/replica-store.js';
import { eventsToLookUp } from './fold-batch.js';
import { FoldWindow } from './fold-window.js';
import { Lately } from './lately.js';

const plain = (memory: FoldMemory): StoredState => ({
  heads: new Map([...memory.heads].map(([key, { content: _content, ...head }]) => [key, head])),
  contents: new Map(
    [...memory.heads].flatMap(([key, { content, deleted }]) => (content && !deleted ? [[key, content] as const] : [])),
  ),
  subjects: new Map(memory.subjects),
  messages: new Map([...memory.messages].map(([key, under]) => [key, under.messages()])),
});

const only = <Key, Value>(from: ReadonlyMap<Key, Value>, keys: ReadonlySet<Key>): Map<Key, Value> =>
  new Map([...from].filter(([key]) => keys.has(key)));

const slices = (feed: readonly LogEvent[], sizes: readonly number[]): (readonly LogEvent[])[] => {
  const batches: (readonly LogEvent[])[] = [];
  for (let from = 0; from < feed.length; from += batches.at(-1)?.length ?? 1)
    batches.push(feed.slice(from, from + (sizes[batches.length % sizes.length] ?? 1)));
  return batches;
};

describe('FoldWindow', () => {
  it('folds as whole memory does, over tables that have the batch before, a part of it, or not yet', async () => {
    const law = fc.asyncProperty(
      anyFeed(60),
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.constantFrom('written', 'not yet', 'in between'), { minLength: 1, maxLength: 7 }),
      fc.record({ heads: fc.integer({ min: 1, max: 8 }), subjects: fc.integer({ min: 1, max: 4 }) }),
      async (feed, sizes, written, kept) => {
        const whole = new FoldMemory(Instant.of(0));
        const window = new FoldWindow(Instant.of(0), [], kept);
        let [older, newer] = [plain(whole), plain(whole)];
        let position = 0;
        for (const [n, batch] of slices(feed, sizes).entries()) {
          const state = written[n % written.length];
          // Statements of one load need not see the same moment.
          const [first, second] = [state === 'written' ? newer : older, state === 'not yet' ? older : newer];
          const load = async (asked: Touched): Promise<StoredState> => ({
            heads: only(first.heads, asked.heads),
            contents: only(second.contents, asked.contents),
            subjects: only(second.subjects, asked.subjects),
            messages: only(first.messages, asked.messageKeys),
          });
          const events = asRecorded(batch, position);
          await window.know(touchedBy(eventsToLookUp(events, window.parked)), load);
          for (const recorded of events) {
            const effects = evolve(window, recorded, originalTimeline);
            expect(effects).toEqual(evolve(whole, recorded, originalTimeline));
            window.absorb(effects);
            whole.absorb(effects);
          }
          expect(window.parked).toEqual(whole.parked);
          position += batch.length;
          [older, newer] = [newer, plain(whole)];
        }
      },
    );
    await fc.assert(law, { numRuns: 100 });
  });

  it('asks for nothing twice from batch to batch, nor for what is known not to be there', async () => {
    const [feed = []] = fc.sample(anyFeed(30, 30), { numRuns: 1, seed: 3 });
    const window = new FoldWindow(Instant.of(0), []);
    const touched = touchedBy(feed);
    const asked: Touched[] = [];
    const load = async (unknown: Touched): Promise<StoredState> => {
      asked.push(unknown);
      return { heads: new Map(), contents: new Map(), subjects: new Map(), messages: new Map() };
    };
    await window.know(touched, load);
    await window.know(touched, load);
    expect(asked).toEqual([touched]);
  });
});

describe('Lately', () => {
  it('has what was touched since the turn before the last one, and lets go of the rest', () => {
    const step = fc.tuple(fc.constantFrom('set', 'has', 'turn'), fc.nat(9));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const lately = new Lately<number, number | undefined>();
        const touchedAt = new Map<number, number>();
        let turns = 0;
        for (const [what, key] of steps)
          if (what === 'turn') {
            lately.turn(0);
            turns += 1;
          } else {
            const kept = turns - (touchedAt.get(key) ?? Number.NEGATIVE_INFINITY) <= 1;
            const value = key % 2 === 0 ? undefined : key;
            if (what === 'has') expect(lately.has(key)).toBe(kept);
            else lately.set(key, value);
            if (what === 'set' || kept) touchedAt.set(key, turns);
            if (what === 'set') expect([lately.has(key), lately.get(key)]).toEqual([true, value]);
          }
      }),
    );
  });
});
