import { ByteBudget } from '#platform';
import { describe, expect, it } from 'vitest';
import { BudgetShare } from './budget-share.js';
import { SenderShares } from './sender-shares.js';

const mebibyte = 1024 * 1024;

/** Work that is done when it is told to be. */
class Work {
  readonly begun: string[] = [];
  private readonly ends = new Map<string, () => void>();
  readonly of = (name: string) => (): Promise<string> =>
    new Promise((resolve) => {
      this.begun.push(name);
      this.ends.set(name, () => resolve(name));
    });
  end(name: string): void {
    this.ends.get(name)?.();
  }
}
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('the shares of senders', () => {
  it('let what is small begin at once, a few of a sender in a turn of the event loop, and who comes between them', async () => {
    const [shares, work] = [new SenderShares(), new Work()];
    for (let n = 0; n < 100; n++) void shares.of('flood', 1000, work.of(`f${n}`));
    void shares.of('quiet', 1000, work.of('q'));
    const atOnce = [...work.begun];
    expect([atOnce.length < 20, atOnce.at(-1)]).toEqual([true, 'q']);
    await new Promise(setImmediate);
    expect(work.begun.length).toBeLessThan(2 * atOnce.length);
    await settled();
    expect(work.begun.filter((name) => name !== 'q')).toEqual(Array.from({ length: 100 }, (_, n) => `f${n}`));
  });

  it('let a sender have so much in hand, in its order, and no other wait for it', async () => {
    const [shares, work] = [new SenderShares(), new Work()];
    const flood = [9, 1, 9, 1].map((size, n) => shares.of('flood', size * mebibyte, work.of(`f${n}`)));
    void shares.of('quiet', 1000, work.of('q'));
    await settled();
    expect(work.begun).toEqual(['q', 'f0']);
    work.end('f0');
    await flood[0];
    await settled();
    expect(work.begun).toEqual(['q', 'f0', 'f1']);
    for (const name of ['f1', 'f2', 'f3']) {
      work.end(name);
      await settled();
    }
    expect(await Promise.all(flood)).toEqual(['f0', 'f1', 'f2', 'f3']);
  });

  it('begin one large message in a turn of the event loop', async () => {
    const shares = new SenderShares();
    let [turn, inTurn, mostInTurn] = [0, 0, 0];
    const counting = setInterval(() => (turn += 1), 0);
    let last = -1;
    const busy = async (): Promise<void> => {
      inTurn = turn === last ? inTurn + 1 : 1;
      last = turn;
      mostInTurn = Math.max(mostInTurn, inTurn);
      for (const until = performance.now() + 3; performance.now() < until; );
    };
    await Promise.all(Array.from({ length: 20 }, (_, n) => shares.of(`s${n}`, mebibyte, busy)));
    clearInterval(counting);
    expect(turn).toBeGreaterThan(10);
    expect(mostInTurn).toBeLessThan(3);
  });

  it('go on when work fails', async () => {
    const [shares, work] = [new SenderShares(), new Work()];
    const failing = shares.of('s', 20 * mebibyte, () => Promise.reject(new Error('away')));
    void shares.of('s', 20 * mebibyte, work.of('next'));
    await expect(failing).rejects.toThrow('away');
    await settled();
    expect(work.begun).toEqual(['next']);
  });
});

describe('a share of the budget', () => {
  it('bounds its holder, and all of them together', () => {
    const whole = new ByteBudget(100);
    const [a, b] = [new BudgetShare(whole, 60), new BudgetShare(whole, 60)];
    expect([a.take(61), a.take(60), a.take(1), b.take(41), b.take(40), b.take(1)]).toEqual([
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
    a.giveBack(60);
    expect([whole.held, a.held, b.take(20), whole.held]).toEqual([40, 0, true, 60]);
  });
});
