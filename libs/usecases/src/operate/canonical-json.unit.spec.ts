import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.js';

describe('canonical JSON', () => {
  it('orders members by code unit and writes no white space', () => {
    // RFC 8785, section 3.2.3, as far as it goes without the euro sign's relatives.
    expect(canonicalJson({ '\u20ac': 1, '\r': 2, '1': 3, '\u0080': 4, ö: 5 })).toBe(
      '{"\\r":2,"1":3,"\u0080":4,"ö":5,"€":1}',
    );
    expect(canonicalJson({ b: [true, null, 1.5, 1e21], a: undefined })).toBe('{"b":[true,null,1.5,1e+21]}');
  });

  it('says the same of the same document, however its members are ordered', () => {
    const shuffled = (value: unknown): unknown =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([name, member]) => [name, shuffled(member)]),
          )
        : value;
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (document) => {
        const canonical = canonicalJson(document);
        expect(canonicalJson(shuffled(document))).toBe(canonical);
        expect(JSON.parse(canonical)).toEqual(JSON.parse(JSON.stringify(document)));
      }),
    );
  });

  it('has no words for what JSON cannot say', () => {
    expect(() => canonicalJson({ a: Number.NaN })).toThrow();
    expect(() => canonicalJson({ a: 1n })).toThrow();
  });
});
