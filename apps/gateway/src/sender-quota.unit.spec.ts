import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OverQuota, SenderQuota } from './sender-quota.js';

const gigabyte = 1024 ** 3;
const minuteMs = 60_000;
const quotaAt = (gigabytes: number) => {
  const clock = { nowMs: 1_790_000_000_000, over: [] as [string, boolean][] };
  const quota = new SenderQuota(
    gigabytes * 1024,
    () => clock.nowMs,
    (sender, _, isNews) => clock.over.push([sender, isNews]),
  );
  return { quota, clock };
};

describe('what a sender may write in an hour', () => {
  it('is taken until it is spent, then told when there is room again; the others go on', () => {
    const { quota, clock } = quotaAt(1);
    for (let n = 0; n < 4; n += 1) expect(quota.take('lab', gigabyte / 4)).toBeUndefined();
    const over = quota.take('lab', 1);
    expect(over).toMatchObject({ code: 'log.unreachable', message: expect.stringContaining('1024 MB') });
    expect(quota.take('lab', 1)).toBeInstanceOf(OverQuota);
    expect(clock.over).toEqual([
      ['lab', true],
      ['lab', false],
    ]);
    expect(quota.take('his', gigabyte / 4)).toBeUndefined();
    clock.nowMs += (over?.retryAfterSeconds ?? 0) * 1000 - 1000;
    expect(quota.take('lab', 1)).toBeInstanceOf(OverQuota);
    clock.nowMs += 1000;
    expect(quota.take('lab', 1)).toBeUndefined();
  });

  it('names who is held back as long as it asks and there is no room', () => {
    const { quota, clock } = quotaAt(1);
    quota.take('lab', gigabyte);
    quota.take('his', gigabyte);
    expect(quota.heldBack()).toEqual([]);
    const over = quota.take('lab', 1);
    expect(quota.heldBack()).toEqual([{ sender: 'lab', roomInSeconds: over?.retryAfterSeconds }]);
    clock.nowMs += 11 * minuteMs;
    expect(quota.heldBack()).toEqual([]);
    quota.take('lab', 1);
    expect(quota.heldBack()).toMatchObject([{ sender: 'lab' }]);
    clock.nowMs += 50 * minuteMs;
    expect(quota.heldBack()).toEqual([]);
  });

  it('takes one message whatever its size, and comes back minute by minute', () => {
    const { quota, clock } = quotaAt(1);
    expect(quota.take('lab', 3 * gigabyte)).toBeUndefined();
    expect(quota.take('lab', 1)?.retryAfterSeconds).toBeGreaterThan(59 * 60);
    clock.nowMs += 61 * minuteMs;
    expect(quota.take('lab', gigabyte / 2)).toBeUndefined();
    clock.nowMs += 30 * minuteMs;
    expect(quota.take('lab', gigabyte / 2)).toBeUndefined();
    const over = quota.take('lab', 1);
    expect(over?.retryAfterSeconds).toBeLessThanOrEqual(30 * 60);
  });

  it('is what stands in the sixty minutes before, whatever was sent when', () => {
    const steps = fc.array(fc.tuple(fc.nat(20 * minuteMs), fc.nat(gigabyte)), { maxLength: 100 });
    fc.assert(
      fc.property(steps, (all) => {
        const { quota, clock } = quotaAt(3);
        const taken: { readonly minute: number; readonly bytes: number }[] = [];
        for (const [laterMs, bytes] of all) {
          clock.nowMs += laterMs;
          const minute = Math.floor(clock.nowMs / minuteMs);
          const spent = taken.filter((one) => minute - one.minute < 60).reduce((sum, one) => sum + one.bytes, 0);
          const isTaken = quota.take('lab', bytes) === undefined;
          expect(isTaken).toBe(spent < 3 * gigabyte);
          if (isTaken) taken.push({ minute, bytes });
        }
      }),
    );
  });

  it('does not give back when the clock is set back', () => {
    const { quota, clock } = quotaAt(1);
    expect(quota.take('lab', gigabyte)).toBeUndefined();
    clock.nowMs -= 10 * minuteMs;
    expect(quota.take('lab', 1)).toBeInstanceOf(OverQuota);
  });
});
