import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Failure, Instant, Position } from '#domain';
import type { LogEntry, LogRange } from '#usecases';
import { LogFeed } from './log-feed.js';

const entry = (position: number): LogEntry => ({
  position: Position.of(position),
  appendedAt: Instant.of(position),
  value: Buffer.from(String(position)),
});
const entries = (from: number, to: number): LogEntry[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => entry(from + n));

/** A feed in a world that the test moves. */
const worldOf = (start: number, last: number, ahead = 0) => {
  const world = {
    range: { logId: 'a', first: Position.of(0), last: Position.of(last) } as LogRange,
    stored: Position.of(start),
    delivered: [] as number[],
    batches: [] as number[],
    fail: undefined as unknown,
    seeks: [] as number[],
    halts: [] as unknown[],
    starts: 0,
    startsAtOnce: [0],
    takenOver: 0,
    lost: 0,
    levels: [] as number[],
    paused: false,
    hold: Promise.resolve(),
    handler: undefined as undefined | ((batch: readonly LogEntry[]) => Promise<void>),
    asked: Promise.resolve(),
  };
  let starting = 0;
  const feed = new LogFeed('reprise.990000001.log', {
    startAt: async () => {
      world.starts += 1;
      starting += 1;
      world.startsAtOnce.push(starting);
      await world.asked;
      starting -= 1;
      return world.stored;
    },
    range: async () => {
      const { range } = world;
      await world.asked;
      return range;
    },
    ahead,
    deliver: async ({ entries: batch }) => {
      if (world.handler) return world.handler(batch);
      await world.hold;
      if (world.fail !== undefined) throw world.fail;
      world.delivered.push(...batch.map(({ position }) => position));
      world.batches.push(batch.length);
    },
    seek: (position) => world.seeks.push(position),
    pause: () => {
      world.paused = true;
    },
    resume: () => {
      world.paused = false;
    },
    onHalt: (cause) => world.halts.push(cause),
    onLost: () => {
      world.lost += 1;
    },
    onTakenOver: () => {
      world.takenOver += 1;
    },
    onLevel: (at) => world.levels.push(at),
  });
  return { feed, world };
};

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const codes = (halts: readonly unknown[]): unknown[] => halts.map((halt) => (Failure.is(halt) ? halt.code : halt));

beforeEach(() => {
  vi.useFakeTimers({ now: 1_790_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('LogFeed', () => {
  it('goes on where the store stands, and drops what comes before it is sure', async () => {
    const { feed, world } = worldOf(4, 9);
    feed.take(entries(0, 9), 10);
    const started = feed.start();
    feed.take(entries(0, 9), 10);
    await started;
    expect(world.seeks).toEqual([5]);
    feed.take(entries(3, 7), 10);
    await settle();
    feed.take(entries(8, 9), 10);
    await settle();
    expect(world.delivered).toEqual([5, 6, 7, 8, 9]);
    expect(world.halts).toEqual([]);
    expect(feed.position).toBe(9);
  });

  it('delivers every entry once and in order, whatever slices and rewinds the consumer brings', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -1, max: 30 }),
        fc.array(fc.tuple(fc.nat(12), fc.nat(15), fc.boolean()), { maxLength: 40 }),
        async (start, steps) => {
          const { feed, world } = worldOf(start, 60);
          await feed.start();
          let at = start + 1;
          for (const [back, length, rejoin] of steps) {
            if (rejoin) await feed.start();
            const from = Math.max(0, at - back);
            feed.take(entries(from, Math.min(60, from + length)), 61);
            at = Math.max(at, Math.min(60, from + length) + 1);
            await settle(1);
          }
          expect(world.halts).toEqual([]);
          expect(world.delivered).toEqual(entries(start + 1, at - 1).map(({ position }) => position));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('takes what comes while the log is asked for news, not for a loss', async () => {
    const { feed, world } = worldOf(-1, 9);
    await feed.start();
    feed.take(entries(0, 9), 10);
    await settle(1000);
    world.range = { ...world.range, last: Position.of(10) };
    const answer = Promise.withResolvers<void>();
    world.asked = answer.promise;
    feed.take(entries(10, 10), 11);
    await settle(1);
    feed.take(entries(11, 19), 20);
    answer.resolve();
    await settle(1);
    expect(feed.position).toBe(19);
    expect(world.halts).toEqual([]);
  });

  it('merges what gathers while the handler works', async () => {
    const { feed, world } = worldOf(-1, 99);
    await feed.start();
    const { promise, resolve } = Promise.withResolvers<void>();
    world.hold = promise;
    for (let n = 0; n < 100; n += 10) feed.take(entries(n, n + 9), 100);
    resolve();
    await settle();
    expect(world.batches).toEqual([10, 90]);
  });

  it('delivers one batch ahead where the handler takes it, and all again from the first that fails', async () => {
    const { feed, world } = worldOf(-1, 4999, 1);
    await feed.start();
    const calls: { readonly first: number; readonly done: PromiseWithResolvers<void> }[] = [];
    world.handler = ([first]) => {
      const done = Promise.withResolvers<void>();
      calls.push({ first: first?.position ?? -1, done });
      return done.promise;
    };
    const asked = (): number[] => calls.map(({ first }) => first);
    feed.take(entries(0, 4999), 5000);
    await settle();
    expect(asked()).toEqual([0, 1000]);
    calls[1]?.done.resolve();
    await settle();
    expect([asked(), feed.position]).toEqual([[0, 1000], -1]);
    calls[0]?.done.resolve();
    await settle();
    expect([asked(), feed.position]).toEqual([[0, 1000, 2000, 3000], 1999]);
    // The later one knows sooner, and worse; the earlier one counts, when neither is under way any more.
    calls[3]?.done.reject(new Failure('log.gap', 'folded over nothing'));
    calls[2]?.done.reject(new Failure('replica.unreachable', 'away'));
    await settle(100);
    expect([asked(), feed.position]).toEqual([[0, 1000, 2000, 3000, 2000, 3000], 1999]);
    calls[4]?.done.resolve();
    calls[5]?.done.resolve();
    await settle();
    calls[6]?.done.resolve();
    await settle();
    expect([asked(), feed.position]).toEqual([[0, 1000, 2000, 3000, 2000, 3000, 4000], 4999]);
    expect([world.halts, world.paused]).toEqual([[], false]);
  });

  it('waits for what was delivered ahead before it halts, closes or asks where the store stands', async () => {
    for (const end of ['halt', 'close', 'lose'] as const) {
      const { feed, world } = worldOf(-1, 1999, 1);
      await feed.start();
      const calls: PromiseWithResolvers<void>[] = [];
      world.handler = () => {
        const done = Promise.withResolvers<void>();
        calls.push(done);
        return done.promise;
      };
      feed.take(entries(0, 1999), 2000);
      await settle();
      let ended = false;
      if (end === 'halt') calls[0]?.reject(new Failure('log.too-new', 'from the future'));
      else if (end === 'close') void feed.close().then(() => (ended = true));
      else {
        feed.lose();
        void feed.start().then(() => (ended = true));
      }
      if (end !== 'halt') calls[0]?.resolve();
      await settle();
      expect([ended, world.halts]).toEqual([false, []]);
      calls[1]?.resolve();
      await settle();
      expect([ended, codes(world.halts)]).toEqual(end === 'halt' ? [false, ['log.too-new']] : [true, []]);
      expect(calls).toHaveLength(2);
    }
  });

  it('pauses the consumer while too much waits', async () => {
    const { feed, world } = worldOf(-1, 9999);
    await feed.start();
    const { promise, resolve } = Promise.withResolvers<void>();
    world.hold = promise;
    feed.take(entries(0, 4999), 10_000);
    expect(world.paused).toBe(true);
    resolve();
    await settle();
    expect(world.paused).toBe(false);
    expect(world.batches).toEqual([1000, 1000, 1000, 1000, 1000]);
  });

  it('tries again from the same entry while the replica is away', async () => {
    const { feed, world } = worldOf(-1, 4);
    await feed.start();
    world.fail = new Failure('replica.unreachable', 'away');
    feed.take(entries(0, 2), 5);
    await settle(60_000);
    expect(world.delivered).toEqual([]);
    await feed.start();
    feed.take(entries(3, 4), 5);
    world.fail = undefined;
    await settle(5000);
    expect(world.delivered).toEqual([0, 1, 2, 3, 4]);
    expect(world.halts).toEqual([]);
  });

  it('halts on any other failure and delivers nothing more', async () => {
    const { feed, world } = worldOf(-1, 4);
    await feed.start();
    world.fail = new Failure('log.too-new', 'from the future');
    feed.take(entries(0, 2), 5);
    await settle();
    world.fail = undefined;
    feed.take(entries(3, 4), 5);
    await feed.start();
    await settle(5000);
    expect(codes(world.halts)).toEqual(['log.too-new']);
    expect(world.delivered).toEqual([]);
    expect(world.paused).toBe(true);
  });

  it('halts where entries are missing, after having asked once more', async () => {
    const { feed, world } = worldOf(-1, 9);
    await feed.start();
    feed.take(entries(4, 9), 10);
    await settle();
    expect(world.halts).toEqual([]);
    expect(world.seeks).toEqual([0, 0]);
    feed.take(entries(4, 9), 10);
    expect(codes(world.halts)).toEqual(['log.gap']);
  });

  it('halts on a hole within a batch', async () => {
    const { feed, world } = worldOf(-1, 9);
    await feed.start();
    feed.take([...entries(0, 2), ...entries(4, 5)], 10);
    await settle();
    expect(codes(world.halts)).toEqual(['log.gap']);
    expect(world.delivered).toEqual([]);
  });

  it('halts when the log ends before the store, unless a new leader only needs a moment', async () => {
    const { feed, world } = worldOf(20, 9);
    const started = feed.start();
    await settle(9000);
    expect(world.halts).toEqual([]);
    await settle(5000);
    await started;
    expect(codes(world.halts)).toEqual(['log.truncated']);
    const late = worldOf(20, 9);
    void late.feed.start();
    await settle(8100);
    late.world.range = { ...late.world.range, last: Position.of(20) };
    await settle(5000);
    expect(late.world.halts).toEqual([]);
    expect(late.world.seeks).toEqual([21]);
  });

  it('halts when the log is another one, noticed when the consumer is sent back or by the clock', async () => {
    for (const notice of ['sent back', 'tick'] as const) {
      const { feed, world } = worldOf(-1, 4);
      await feed.start();
      feed.take(entries(0, 4), 5);
      await settle();
      world.range = { logId: 'b', first: Position.of(0), last: Position.of(50) };
      if (notice === 'sent back') feed.take(entries(0, 2), 51);
      else {
        await settle(1100);
        await feed.tick();
      }
      await settle();
      expect(codes(world.halts)).toEqual(['log.replaced']);
      feed.take(entries(5, 9), 51);
      await settle();
      expect(world.delivered).toEqual([0, 1, 2, 3, 4]);
    }
  });

  it('halts when the log is gone, and waits for one that was never there', async () => {
    const gone = worldOf(3, -1);
    await gone.feed.missing();
    expect(codes(gone.world.halts)).toEqual(['log.truncated']);
    const young = worldOf(-1, -1);
    await young.feed.missing();
    expect(young.world.halts).toEqual([]);
  });

  it('says once a second that it is level, as of when the end was told', async () => {
    const { feed, world } = worldOf(-1, 4);
    await feed.start();
    const toldAt = Date.now();
    const { promise, resolve } = Promise.withResolvers<void>();
    world.hold = promise;
    feed.take(entries(0, 4), 5);
    await settle(300);
    expect(world.levels).toEqual([]);
    resolve();
    await settle();
    expect(world.levels).toEqual([toldAt]);
    world.range = { ...world.range, last: Position.of(6) };
    await settle(1000);
    await feed.tick();
    expect(world.levels).toEqual([toldAt]);
    feed.take(entries(5, 6), 7);
    await settle();
    expect(world.levels).toEqual([toldAt, toldAt + 1300]);
    await settle(1000);
    await feed.tick();
    expect(world.levels).toEqual([toldAt, toldAt + 1300, toldAt + 2300]);
  });

  it('finishes what the handler has when it is closed, and gives it nothing more', async () => {
    const { feed, world } = worldOf(-1, 1999);
    await feed.start();
    const { promise, resolve } = Promise.withResolvers<void>();
    world.hold = promise;
    feed.take(entries(0, 1999), 2000);
    const closed = feed.close();
    resolve();
    await closed;
    expect(world.batches).toEqual([1000]);
    feed.take(entries(1000, 1999), 2000);
    await settle();
    expect(world.batches).toEqual([1000]);
  });

  it('asks the store again where it stands when another process had the log meanwhile', async () => {
    const { feed, world } = worldOf(-1, 9);
    await feed.start();
    feed.take(entries(0, 2), 10);
    await settle();
    feed.lose();
    expect(feed.position).toBeUndefined();
    world.stored = Position.of(6);
    await feed.start();
    expect(world.seeks).toEqual([0, 7]);
    feed.take(entries(7, 9), 10);
    await settle();
    expect(world.delivered).toEqual([0, 1, 2, 7, 8, 9]);
  });

  it('asks the store where it stands once, whoever wants to know: the second one would take the log over from the first', async () => {
    const { feed, world } = worldOf(-1, 2);
    world.asked = new Promise((resolve) => setTimeout(resolve, 50));
    const missing = feed.missing();
    const started = feed.start();
    await settle(200);
    await Promise.all([missing, started]);
    expect(world.starts).toBe(1);
    feed.take(entries(0, 2), 3);
    await settle();
    expect(world.delivered).toEqual([0, 1, 2]);
  });

  it('tries anew what it had halted where the group takes it away and gives it back', async () => {
    const { feed, world } = worldOf(-1, 9);
    await feed.start();
    world.fail = new Failure('log.too-new', 'an unknown kind of change');
    feed.take(entries(0, 9), 10);
    await settle();
    expect(codes(world.halts)).toEqual(['log.too-new']);
    // It stays this process's, and its consumer brings nothing of it, also after a rebalance.
    world.paused = false;
    await feed.start();
    expect([world.paused, world.starts, world.lost]).toEqual([true, 1, 0]);
    feed.lose();
    expect(world.lost).toBe(1);
    world.fail = undefined;
    await feed.start();
    feed.take(entries(0, 9), 10);
    await settle();
    expect(world.delivered).toEqual(entries(0, 9).map(({ position }) => position));
    expect(world.halts).toHaveLength(1);
  });

  it('says that a log is lost once more where it was given away while the store was asked', async () => {
    const { feed, world } = worldOf(-1, 9);
    let answer = (): void => {};
    world.asked = new Promise((resolve) => {
      answer = resolve;
    });
    const started = feed.start();
    await settle();
    feed.lose();
    expect(world.lost).toBe(1);
    answer();
    await started;
    expect(world.lost).toBe(2);
    expect(feed.position).toBeUndefined();
  });

  it('asks again after a loss, when the question before it is answered', async () => {
    const { feed, world } = worldOf(-1, 2);
    world.asked = new Promise((resolve) => setTimeout(resolve, 50));
    void feed.start();
    feed.lose();
    world.stored = Position.of(1);
    void feed.start();
    await settle(200);
    expect(world.starts).toBe(2);
    expect(Math.max(...world.startsAtOnce)).toBe(1);
    expect(world.seeks).toEqual([2]);
  });

  it('takes up again what another process has taken over, where the group says that it is still ours', async () => {
    const { feed, world } = worldOf(-1, 9);
    await feed.start();
    world.fail = new Failure('replica.taken-over', 'another one has come');
    feed.take(entries(0, 2), 10);
    await settle();
    expect(world.takenOver).toBe(1);
    expect(feed.position).toBeUndefined();
    world.fail = undefined;
    world.stored = Position.of(4);
    await settle(1000);
    feed.take(entries(5, 9), 10);
    await settle();
    expect(world.seeks).toEqual([0, 5]);
    expect(world.delivered).toEqual([5, 6, 7, 8, 9]);
    expect(world.halts).toEqual([]);
  });

  it('leaves what another process has taken over where the group has given it away', async () => {
    const { feed, world } = worldOf(-1, 9);
    await feed.start();
    world.fail = new Failure('replica.taken-over', 'another one has come');
    feed.take(entries(0, 2), 10);
    await settle();
    feed.lose();
    await settle(60_000);
    expect(world.starts).toBe(1);
    expect(world.seeks).toEqual([0]);
  });

  it('delivers what stands before a batch that cannot be read, and then halts with its reason', async () => {
    const { feed, world } = worldOf(-1, 9);
    await feed.start();
    const hold = Promise.withResolvers<void>();
    world.hold = hold.promise;
    feed.take(entries(0, 4), 10);
    const failure = new Failure('log.gap', 'the batch at 5 cannot be unpacked');
    void feed.unreadable({ first: 5, last: 6, failure });
    await settle();
    expect([world.delivered, world.halts]).toEqual([[], []]);
    hold.resolve();
    await settle();
    expect([world.delivered, world.halts]).toEqual([[0, 1, 2, 3, 4], [failure]]);
  });

  it('does not heed a batch that cannot be read where it is not the next, or where the log went to another process', async () => {
    const { feed, world } = worldOf(-1, 9);
    const failure = new Failure('log.gap', 'the batch cannot be unpacked');
    await feed.unreadable({ first: 0, last: 0, failure });
    await feed.start();
    feed.take(entries(0, 4), 10);
    await feed.unreadable({ first: 3, last: 4, failure });
    await feed.unreadable({ first: 6, last: 9, failure });
    const told = feed.unreadable({ first: 5, last: 9, failure });
    feed.lose();
    await told;
    await settle();
    expect(world.halts).toEqual([]);
  });
});
