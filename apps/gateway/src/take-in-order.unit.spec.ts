import { setTimeout as pause } from 'node:timers/promises';
import { Failure, Position } from '#domain';
import type { Captured } from '#usecases';
import { describe, expect, it } from 'vitest';
import { takeInOrder } from './take-in-order.js';

const durable = (position: number): Captured => ({ outcome: 'durable', position: Position.of(position), warnings: [] });
const away: Captured = { outcome: 'not-now', failure: new Failure('log.unreachable', 'away') };
const busy = (ms: number): void => {
  for (const until = performance.now() + ms; performance.now() < until; );
};

describe('messages that came together', () => {
  it('are handed on in their order, before any of them is durable', async () => {
    const order: string[] = [];
    const take = async (n: number): Promise<Captured> => {
      order.push(`on ${n}`);
      await pause(5 - n);
      order.push(`done ${n}`);
      return durable(n);
    };
    const captured = await takeInOrder([0, 1, 2], take, () => away);
    expect(order.slice(0, 3)).toEqual(['on 0', 'on 1', 'on 2']);
    expect(captured).toEqual([durable(0), durable(1), durable(2)]);
  });

  it('are not tried behind one that could not be taken', async () => {
    const tried: number[] = [];
    const take = async (n: number): Promise<Captured> => {
      tried.push(n);
      busy(10);
      return n === 1 ? away : durable(n);
    };
    const captured = await takeInOrder([0, 1, 2, 3], take, () => away);
    expect(tried).toEqual([0, 1]);
    expect(captured.map(({ outcome }) => outcome)).toEqual(['durable', 'not-now', 'not-now', 'not-now']);
  });

  it('let others have their turn', async () => {
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 1);
    const take = async (n: number): Promise<Captured> => {
      busy(3);
      return durable(n);
    };
    await takeInOrder(
      Array.from({ length: 60 }, (_, n) => n),
      take,
      () => away,
    );
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(5);
  });

  it('fail when one meets a bug, without an unhandled rejection', async () => {
    const take = async (n: number): Promise<Captured> => {
      if (n === 0) throw new TypeError('a bug');
      busy(10);
      return durable(n);
    };
    await expect(takeInOrder([0, 1, 2], take, () => away)).rejects.toThrow('a bug');
  });
});
