import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Idle, whoGivesWay } from './who-gives-way.js';

const now = 1_000_000;
const quietMsMin = 60_000;
const idle = (over: Partial<Idle> = {}): Idle => ({
  isBusy: false,
  isEnded: false,
  hasHadItsTurn: true,
  openedAt: 0,
  lastFrameAt: undefined,
  ...over,
});

describe('a connection gives way', () => {
  it('that never sent a frame, the oldest first, before any that did', () => {
    const [newer, oldest] = [idle({ openedAt: 2 }), idle({ openedAt: 1 })];
    const quiet = idle({ openedAt: 0, lastFrameAt: 3 });
    expect(whoGivesWay([newer, quiet, oldest], now, quietMsMin)).toBe(oldest);
  });

  it('that has ended, before all others', () => {
    const ended = idle({ isEnded: true, lastFrameAt: now });
    expect(whoGivesWay([idle(), ended, idle({ hasHadItsTurn: false })], now, quietMsMin)).toBe(ended);
  });

  it('that has been quiet longest, where all have sent', () => {
    const [longest, other, justNow] = [10, 20, now - 1].map((lastFrameAt) => idle({ lastFrameAt }));
    expect(whoGivesWay([other!, longest!, justNow!], now, quietMsMin)).toBe(longest);
    expect(whoGivesWay([justNow!], now, quietMsMin)).toBeUndefined();
  });

  it('only once it is known whether those that have just come have sent something', () => {
    const fresh = idle({ hasHadItsTurn: false, openedAt: now });
    const quiet = idle({ lastFrameAt: 0 });
    expect(whoGivesWay([fresh, quiet], now, quietMsMin)).toBe('not-yet');
    expect(whoGivesWay([fresh, idle()], now, quietMsMin)).toEqual(idle());
  });

  it('never where it is busy, or has sent of late; and always one where one is idle', () => {
    const connection = fc.record({
      isBusy: fc.boolean(),
      isEnded: fc.constant(false),
      hasHadItsTurn: fc.boolean(),
      openedAt: fc.nat(now),
      lastFrameAt: fc.option(fc.nat(now), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(connection, { maxLength: 8 }), (all) => {
        const leaving = whoGivesWay(all, now, quietMsMin);
        const settled = all.filter(({ hasHadItsTurn, isBusy }) => hasHadItsTurn && !isBusy);
        const silent = settled.filter(({ lastFrameAt }) => lastFrameAt === undefined);
        const quiet = settled.filter(({ lastFrameAt }) => lastFrameAt !== undefined && now - lastFrameAt >= quietMsMin);
        if (leaving === 'not-yet') {
          expect(silent).toEqual([]);
          expect(all.some(({ hasHadItsTurn }) => !hasHadItsTurn)).toBe(true);
        } else if (leaving === undefined) expect([...silent, ...quiet]).toEqual([]);
        else {
          expect(silent.length > 0 ? silent : quiet).toContain(leaving);
          for (const other of silent) expect(leaving.openedAt).toBeLessThanOrEqual(other.openedAt);
        }
      }),
    );
  });
});
