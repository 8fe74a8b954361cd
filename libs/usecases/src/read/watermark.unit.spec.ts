import { describe, expect, it } from 'vitest';
import { Failure, Finess, Instant, Position } from '#domain';
import type { Level } from '../ports/replica-reader.js';
import { assertFresh, parseMaxAge, watermark } from './watermark.js';

const now = Instant.of(1_790_000_100_000);
const level = (over: Partial<Level> = {}): Level => ({
  establishment: Finess.parse('750712184'),
  position: Position.of(812),
  timeline: 1,
  restored: false,
  levelAt: Instant.of(now - 2_100),
  ...over,
});

describe('the watermark', () => {
  it('is a list of RFC 9651, one item per establishment', () => {
    expect(watermark([level()], now)).toBe('"750712184";position=812;timeline=1;age=2.1;state=live');
    const second = level({
      establishment: Finess.parse('2A0000014'),
      restored: true,
      timeline: 3,
      incompleteSince: Instant.of(1_790_000_000_900),
    });
    expect(watermark([level({ levelAt: Instant.of(now - 60_100) }), second], now)).toBe(
      '"750712184";position=812;timeline=1;age=60.1;state=stale, ' +
        '"2A0000014";position=812;timeline=3;age=2.1;state=restored;incomplete-since=@1790000000',
    );
  });

  it('is never younger than now, and ages without end where a replica was never level', () => {
    expect(watermark([level({ levelAt: Instant.of(now + 500) })], now)).toContain('age=0.0');
    expect(watermark([level({ levelAt: Instant.of(0) })], now)).toContain('age=1790000100.0;state=stale');
  });
});

describe('Reprise-Max-Age', () => {
  it('refuses what is older, naming establishment and age', () => {
    expect(() => assertFresh([level()], 3, now)).not.toThrow();
    expect(() => assertFresh([level()], 2, now)).toThrow(/750712184: 2\.1 s/);
    expect(() => assertFresh([], 0, now)).not.toThrow();
  });
  it('is a whole number of seconds', () => {
    expect(parseMaxAge('60')).toBe(60);
    for (const raw of ['', '-1', '1.5', 'soon', '1e3', '9999999999']) expect(() => parseMaxAge(raw)).toThrow(Failure);
  });
});
