import { describe, expect, it } from 'vitest';
import { Failure, Finess } from '#domain';
import type { Reindexing } from '#usecases';
import { ReindexLane } from './reindex-lane.js';

const piece = (versions: number, done = false): Reindexing => ({
  establishment: Finess.parse('750712184'),
  generation: 1,
  from: 1,
  to: 2,
  versions,
  changed: versions / 2,
  done,
});
const away = new Failure('replica.unreachable', 'away', 'again');

/** Runs the lane over these answers, then stops it; what it rested and what it told. */
const run = async (answers: readonly (Reindexing | Error | undefined)[]) => {
  const rests: number[] = [];
  const lines: string[] = [];
  const left = [...answers];
  const through = Promise.withResolvers<void>();
  const older = {
    some: async () => {
      const next = left.shift();
      if (next instanceof Error) throw next;
      return next;
    },
  };
  const log = {
    info: (name: string, fields: object = {}) => lines.push(`${name} ${JSON.stringify(fields)}`),
    fault: (name: string) => lines.push(name),
  };
  const lane = new ReindexLane(older, log, async (ms, signal) => {
    rests.push(ms);
    if (left.length > 0) return;
    through.resolve();
    // Closed in the middle of a rest.
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  });
  lane.start();
  await through.promise;
  await lane.close();
  return { rests, lines };
};

describe('the lane that computes older rows anew', () => {
  it('rests between pieces, and looks again now and then when nothing is behind', async () => {
    const { rests } = await run([piece(200), piece(400, true), undefined, undefined]);
    expect(rests).toEqual([100, 100, 60_000, 60_000]);
  });

  it('tells how far it is, and when it is through, with counts', async () => {
    const { lines } = await run([
      piece(200),
      piece(20_000),
      piece(20_200),
      piece(40_000),
      piece(40_100, true),
      piece(200, true),
    ]);
    const counts = lines.map((line) => [line.split(' ', 1)[0], JSON.parse(line.slice(line.indexOf(' '))).count]);
    expect(counts).toEqual([
      ['search.advanced', 20_000],
      ['search.advanced', 40_000],
      ['search.reindexed', 40_100],
      ['search.reindexed', 200],
    ]);
    expect(lines.at(-1)).toBe(
      'search.reindexed {"establishment":"750712184","generation":1,"from":1,"to":2,"count":200,"records":100}',
    );
  });

  it('goes on behind a failure, soon where it passes by itself', async () => {
    const { rests, lines } = await run([away, piece(200, true), new Error('a bug'), undefined]);
    expect(rests).toEqual([2_000, 100, 60_000, 60_000]);
    expect(lines.map((line) => line.split(' ', 1)[0])).toEqual([
      'search.interrupted',
      'search.reindexed',
      'search.interrupted',
    ]);
  });

  it('looks at once where another establishment is to be written, also while it looks', async () => {
    let looks = 0;
    const resting = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const older = {
      some: async () => {
        looks += 1;
        if (looks === 2) lane.wake();
        return undefined;
      },
    };
    const lane = new ReindexLane(older, { info: () => {}, fault: () => {} }, async (_, signal) => {
      if (signal.aborted) throw new Error('aborted');
      resting[looks === 1 ? 0 : 1]?.resolve();
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    });
    lane.start();
    await resting[0]?.promise;
    lane.wake();
    await resting[1]?.promise;
    expect(looks).toBe(3);
    await lane.close();
  });
});
