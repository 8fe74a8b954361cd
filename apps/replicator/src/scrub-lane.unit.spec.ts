import { describe, expect, it } from 'vitest';
import { Failure, Finess } from '#domain';
import type { Scrubbed } from '#usecases';
import { ScrubLane } from './scrub-lane.js';

const establishment = Finess.parse('750712184');
const piece = (rows: number, found?: Scrubbed['found']): Scrubbed => ({
  establishment,
  generation: 1,
  rows,
  bytes: 0,
  isRoundDone: false,
  ...(found && { found }),
});

/** Runs the lane over these answers, then stops it; what it rested and what it told. */
const run = async (answers: readonly (Scrubbed | Error | undefined)[]) => {
  const rests: number[] = [];
  const lines: string[] = [];
  const asked: unknown[] = [];
  const left = [...answers];
  const through = Promise.withResolvers<void>();
  const scrub = {
    scrubSome: async (owned: unknown) => {
      asked.push(owned);
      const next = left.shift();
      if (next instanceof Error) throw next;
      return next;
    },
  };
  const log = {
    fault: (name: string, error: unknown, fields: object = {}) =>
      lines.push(`${name} ${Failure.is(error) ? error.message : ''} ${JSON.stringify(fields)}`),
  };
  const owned = [{ establishment, epoch: 3 }];
  const lane = new ScrubLane(
    scrub,
    () => owned,
    log,
    async (ms, signal) => {
      rests.push(ms);
      if (left.length > 0) return;
      through.resolve();
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    },
  );
  lane.start();
  await through.promise;
  await lane.close();
  return { rests, lines, asked };
};

describe('the lane that reads all that is served', () => {
  it('reads at most a thousand rows a second, and looks again when all was read lately', async () => {
    const { rests, asked } = await run([piece(200), piece(400), undefined, piece(200)]);
    expect(rests).toEqual([200, 200, 10_000, 200]);
    expect(asked[0]).toEqual([{ establishment, epoch: 3 }]);
  });

  it('tells of a difference which column it is, and not whose', async () => {
    const { lines } = await run([piece(200, { record: 'Patient/p1', what: 'versions.content at 812' }), piece(400)]);
    expect(lines).toEqual([
      'scrub.differs generation 1: versions.content {"establishment":"750712184","generation":1,"count":200}',
    ]);
  });

  it('goes on behind a failure, soon where it passes by itself', async () => {
    const away = new Failure('replica.unreachable', 'away', 'again');
    const { rests } = await run([away, piece(200), new Error('a bug'), undefined]);
    expect(rests).toEqual([2_000, 200, 10_000, 10_000]);
  });
});
