import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instant } from '#domain';
import type { SenderMinute } from '../../ports/replica-status.js';
import { mostIn, removedFloor, spikeFactor, spikesIn, spikeWindowMs } from './spikes-in.js';

const minuteMs = 60_000;
const start = 1_790_000_040_000 - (1_790_000_040_000 % spikeWindowMs);
const minute = (at: number, removed: number, over: Partial<SenderMinute> = {}): SenderMinute => ({
  from: Instant.of(start + at * minuteMs),
  sender: 'his',
  removed,
  written: 0,
  ...over,
});
const removals = (minutes: readonly SenderMinute[], past: readonly SenderMinute[] = []) =>
  spikesIn(minutes, mostIn(past), 'removed');

describe('a spike', () => {
  it('is a few dozens of a sender that never removes', () => {
    expect(removals([minute(0, 1), minute(3, removedFloor)])).toMatchObject([
      { sender: 'his', since: start, until: start + 4 * minuteMs, count: removedFloor + 1, before: 0 },
    ]);
    expect(removals([minute(0, removedFloor - 1)])).toEqual([]);
  });

  it('may stand astride two minutes, and two tens of minutes', () => {
    expect(removals([minute(9, 20), minute(10, 20)])).toMatchObject([{ count: 40 }]);
  });

  it('is not what comes slowly: one a minute', () => {
    expect(removals(Array.from({ length: 1440 }, (_, at) => minute(at, 1)))).toEqual([]);
  });

  it('is not the job of every night, nor the one of every week, grown a little', () => {
    const lastWeek = [minute(-8 * 1440 + 20, 2000), minute(-8 * 1440 + 21, 1500)];
    expect(removals([minute(120, 4000)], lastWeek)).toEqual([]);
    expect(removals([minute(120, 3500 * spikeFactor + 1)], lastWeek)).toMatchObject([{ before: 3500 }]);
  });

  it('of one sender is measured by its own past alone', () => {
    const past = [minute(-2000, 5000, { sender: 'archive' })];
    const now = [minute(0, 400), minute(0, 400, { sender: 'archive' })];
    expect(removals(now, past).map(({ sender }) => sender)).toEqual(['his']);
  });

  it('is told from its first minute to its last, whatever lies between', () => {
    expect(removals([minute(0, 50), minute(200, 2), minute(400, 60)])).toMatchObject([
      { since: start, until: start + 401 * minuteMs, count: 110 },
    ]);
  });

  it('is found in whatever minutes it lies, and never where ten minutes hold less than the floor', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(12), { minLength: 1, maxLength: 60 }), (counts) => {
        const minutes = counts.map((removed, at) => minute(at, removed));
        const sums = counts.map((_, at) => counts.slice(Math.max(0, at - 9), at + 1).reduce((a, b) => a + b, 0));
        expect(removals(minutes).length > 0).toBe(Math.max(...sums) >= removedFloor);
      }),
    );
  });
});
