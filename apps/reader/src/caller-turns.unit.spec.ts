import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CallerTurns, forgottenByHalfMs, type TurnBounds, turnBounds } from './caller-turns.js';

const bounds = { atWork: 4, slowAtWork: 0, ofCaller: 2, ofSlowCaller: 1, slowMs: 10_000, waitingOfCaller: 100 };

/** Work that ends when it is told to; who began, in order. */
class Work {
  nowMs = 0;
  readonly begun: string[] = [];
  readonly turns: CallerTurns;
  private woken: (() => void)[] = [];
  private readonly ends = new Map<string, (() => void)[]>();

  constructor(of: TurnBounds = bounds) {
    const later = (_ms: number, work: () => void): void => void this.woken.push(work);
    this.turns = new CallerTurns(of, () => this.nowMs, later);
  }

  /** Nothing ends for so long; whoever wanted to look again does. */
  async pass(ms: number): Promise<void> {
    this.nowMs += ms;
    for (const work of this.woken.splice(0)) work();
    await new Promise(setImmediate);
  }

  ask(caller: string): Promise<void> {
    return this.turns.of(caller, () => {
      this.begun.push(caller);
      return new Promise<void>((end) => this.ends.set(caller, [...(this.ends.get(caller) ?? []), end]));
    });
  }

  atWork(caller: string): number {
    return this.ends.get(caller)?.length ?? 0;
  }

  get callersAtWork(): readonly string[] {
    return [...this.ends.keys()].filter((caller) => this.atWork(caller) > 0);
  }

  /** The oldest of this caller ends, so long after what was before. */
  async end(caller: string, afterMs: number): Promise<void> {
    this.nowMs += afterMs;
    this.ends.get(caller)?.shift()?.();
    await new Promise(setImmediate);
  }
}

describe('callers that take turns', () => {
  it('a caller never has all places, however much it asks for', async () => {
    const work = new Work();
    for (let n = 0; n < 50; n++) void work.ask('hostile');
    expect(work.begun).toEqual(['hostile', 'hostile']);
    void work.ask('good');
    expect(work.begun.at(-1)).toBe('good');
  });

  it('who asks now and then comes before all that wait of those who ask for much', async () => {
    const work = new Work();
    for (const caller of ['hostile', 'other hostile']) for (let n = 0; n < 50; n++) void work.ask(caller);
    await work.end('hostile', 1000);
    void work.ask('good');
    expect(work.begun).not.toContain('good');
    await work.end('other hostile', 1000);
    expect(work.begun.at(-1)).toBe('good');
  });

  it('what is at work counts as used before it ends', async () => {
    const work = new Work();
    void work.ask('long');
    work.nowMs = 5000;
    for (const caller of ['short', 'other', 'other', 'long', 'short']) void work.ask(caller);
    await work.end('other', 10);
    expect(work.begun.at(-1)).toBe('short');
  });

  it('whose requests take long has one place, until they no longer do', async () => {
    const work = new Work();
    for (let n = 0; n < 9; n++) void work.ask('slow');
    expect(work.atWork('slow')).toBe(2);
    await work.end('slow', bounds.slowMs + 1);
    expect(work.atWork('slow')).toBe(1);
    await work.end('slow', 1);
    expect(work.atWork('slow')).toBe(1);
    await work.end('slow', 1);
    expect(work.atWork('slow')).toBe(2);
  });

  it('what was used is forgotten', async () => {
    const work = new Work();
    void work.ask('former');
    await work.end('former', 8000);
    work.nowMs += 5 * forgottenByHalfMs;
    void work.ask('newer');
    await work.end('newer', 1000);
    for (const caller of ['x', 'x', 'y', 'y', 'newer', 'former']) void work.ask(caller);
    await work.end('x', 1);
    expect(work.begun.at(-1)).toBe('former');
  });

  it('who has more waiting than it may is turned away, and told what to do; others are not', async () => {
    const work = new Work();
    for (let n = 0; n < bounds.ofCaller + bounds.waitingOfCaller; n++) void work.ask('hostile');
    await expect(work.ask('hostile')).rejects.toMatchObject({
      code: 'caller.too-much',
      hint: expect.stringContaining('fewer at a time'),
    });
    void work.ask('good');
    expect(work.begun.at(-1)).toBe('good');
  });

  it('three that ask for nothing but long searches do not keep a fourth one waiting, whenever each begins', async () => {
    const { searches } = turnBounds;
    const pauseMs = fc.constantFrom(0, 1, searches.slowMs + 1);
    const step = fc.record({ ask: fc.constantFrom('a', 'b', 'c'), endsQuickly: fc.boolean(), afterMs: pauseMs });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const work = new Work(searches);
        for (const { ask, endsQuickly, afterMs } of steps) {
          void work.ask(ask);
          await work.pass(afterMs);
          // A quick one now and then makes a caller look quick.
          if (endsQuickly) await work.end(ask, 1);
        }
        void work.ask('good');
        await work.pass(searches.slowMs + 1);
        expect(work.atWork('good')).toBe(1);
      }),
    );
  });

  it('what is slow gives its place back only as far as there is room beside', async () => {
    const work = new Work({ ...bounds, slowMs: 100, slowAtWork: 2 });
    for (const caller of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) void work.ask(caller);
    expect(work.begun).toEqual(['a', 'b', 'c', 'd']);
    await work.pass(101);
    expect(work.begun).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    await work.pass(1_000);
    expect(work.begun).toHaveLength(6);
    await work.end('d', 1);
    expect(work.begun.at(-1)).toBe('g');
  });

  it('a place is given back by work that fails', async () => {
    const turns = new CallerTurns({ ...bounds, atWork: 1 });
    const fail = (): Promise<never> => Promise.reject(new Error('broken'));
    const all = await Promise.allSettled(Array.from({ length: 4 }, () => turns.of('one', fail)));
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
    expect(await turns.of('one', () => Promise.resolve('done'))).toBe('done');
  });

  it('keep the bounds, and lose and forget nothing, in whatever order is asked and answered', async () => {
    const step = fc.record({ ask: fc.constantFrom('a', 'b', 'c', 'd'), end: fc.option(fc.nat(3)), ms: fc.nat(500) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const work = new Work();
        const done: Promise<void>[] = [];
        const isWithin = (): void => {
          const of = ['a', 'b', 'c', 'd'].map((caller) => work.atWork(caller));
          expect(Math.max(...of)).toBeLessThanOrEqual(bounds.ofCaller);
          expect(of.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(bounds.atWork);
        };
        for (const { ask, end, ms } of steps) {
          done.push(work.ask(ask));
          const some = work.callersAtWork;
          if (end !== null) await work.end(some[end % some.length] ?? '', ms);
          isWithin();
        }
        for (let [some] = work.callersAtWork; some !== undefined; [some] = work.callersAtWork) {
          await work.end(some, 1);
          isWithin();
        }
        await Promise.all(done);
        expect(work.begun).toHaveLength(steps.length);
      }),
    );
  });
});
