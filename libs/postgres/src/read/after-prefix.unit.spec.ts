import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterPrefix } from './after-prefix.js';

const compare = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
const text = (minLength: number): fc.Arbitrary<string> => fc.string({ unit: 'binary', minLength, maxLength: 6 });

describe('what lies behind a prefix', () => {
  it('is behind all that begins so, and before or at all that is behind it and does not', () => {
    fc.assert(
      fc.property(text(1), text(0), (prefix, rest) => {
        fc.pre(!/^\u{10ffff}*$/u.test(prefix));
        expect(compare(prefix + rest, afterPrefix(prefix))).toBeLessThan(0);
      }),
    );
    fc.assert(
      fc.property(text(1), text(1), (prefix, other) => {
        fc.pre(!/^\u{10ffff}*$/u.test(prefix) && !other.startsWith(prefix) && compare(other, prefix) > 0);
        expect(compare(other, afterPrefix(prefix))).toBeGreaterThanOrEqual(0);
      }),
    );
  });
  it('steps over what is no character', () => {
    expect(afterPrefix('a\ud7ff')).toBe('a\ue000');
    expect(afterPrefix('a\u{10ffff}')).toBe('b');
    expect(() => afterPrefix('')).toThrow(RangeError);
  });
});
