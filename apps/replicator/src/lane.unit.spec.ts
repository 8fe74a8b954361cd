import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Failure } from '#domain';
import { ProcessLog } from '#platform';
import { Lane } from './lane.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const aLane = (...outcomes: readonly (Error | 'done')[]) => {
  const stop = new AbortController();
  const lines: string[] = [];
  let done = 0;
  const work = async (): Promise<void> => {
    const outcome = outcomes[done++] ?? 'done';
    if (outcome !== 'done') throw outcome;
  };
  const log = new ProcessLog('test', { write: (line: string) => lines.push(line) });
  const lane = new Lane('settle', work, log, stop.signal);
  const end = (): Promise<void> => {
    stop.abort();
    return lane.ended();
  };
  lane.start();
  return { lane, lines, end, done: () => done, listeners: () => getEventListeners(stop.signal, 'abort').length };
};
const later = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const away = new Failure('replica.unreachable', 'Postgres is away');

it('works once when it starts, and once for all wake-ups that came meanwhile', async () => {
  const { lane, done, end } = aLane();
  await later(0);
  expect(done()).toBe(1);
  for (let n = 0; n < 5; n += 1) lane.wake();
  await later(60_000);
  expect(done()).toBe(2);
  await end();
});

it('tries again until it is done: soon what passes by itself, later everything else', async () => {
  const { lines, done, end } = aLane(away, away, new Error('a bug'), 'done');
  await later(1_999);
  expect(done()).toBe(1);
  await later(1);
  expect(done()).toBe(2);
  await later(2_000);
  expect(done()).toBe(3);
  await later(29_999);
  expect(done()).toBe(3);
  await later(1);
  expect(done()).toBe(4);
  await later(120_000);
  expect([done(), lines.filter((line) => line.includes('settle.interrupted')).length]).toEqual([4, 3]);
  await end();
});

it('tries again at once with news, and ends in the middle of its patience', async () => {
  const { lane, done, end } = aLane(new Error('a bug'), new Error('a bug'));
  await later(10);
  lane.wake();
  await later(0);
  expect(done()).toBe(2);
  await end();
  expect(done()).toBe(2);
});

it('leaves no listener behind, however often it has paused or had patience', async () => {
  const { lane, end, listeners } = aLane(away, away, new Error('a bug'), away);
  await later(120_000);
  for (let n = 0; n < 12; n += 1) {
    const paused = lane.pause();
    await later(2_000);
    await paused;
  }
  expect(listeners()).toBe(0);
  await end();
});
