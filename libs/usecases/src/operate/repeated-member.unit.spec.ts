import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatedMember } from './repeated-member.js';

describe('a member that stands twice', () => {
  it.each([
    ['{"a":1,"a":2}', 'a'],
    ['{"a":1,"b":[{"c":{"d":1,"d":1}}]}', 'd'],
    [String.raw`{"cut":1,"\u0063ut":2}`, 'cut'],
    ['{"a\\"b":1 , "a\\"b"\n:1}', 'a"b'],
    ['{"":1,"":2}', ''],
    ['{"x":{"a":1},"y":{},"x":3}', 'x'],
  ])('is found: %s', (json, member) => {
    expect(repeatedMember(json)).toBe(member);
  });

  it.each([
    '{"a":{"a":1},"b":[{"a":1},{"a":1}]}',
    '{"a":"b","b":"a"}',
    '["a","a"]',
    '{"a":1',
    '',
    '"a:a"',
    '{"a":"\\"a\\":1"}',
  ])('is not seen where there is none: %s', (json) => {
    expect(repeatedMember(json)).toBeUndefined();
  });

  it('is in nothing that was written from a value, and in everything to which one was added', () => {
    const anObject = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 });
    fc.assert(
      fc.property(anObject, fc.nat(), fc.jsonValue(), (object, at, value) => {
        const json = JSON.stringify(object, undefined, at % 3);
        expect(repeatedMember(json)).toBeUndefined();
        const names = Object.keys(object);
        const name = names[at % names.length] ?? '';
        expect(repeatedMember(`{${JSON.stringify(name)}:${JSON.stringify(value)},${json.trim().slice(1)}`)).toBe(name);
      }),
    );
  });
});
