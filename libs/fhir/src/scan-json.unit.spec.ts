import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '#domain';
import {
  elementsAt,
  findMembers,
  hasMoreValues,
  memberNames,
  membersAt,
  stringsWithin,
  textAt,
  valueAt,
} from './json-slices.js';
import { scanJson } from './scan-json.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');

const refusalOf = (input: Uint8Array): Failure => {
  try {
    scanJson(input);
  } catch (error) {
    if (Failure.is(error)) return error;
    throw error;
  }
  throw new Error('was accepted');
};

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

const accepted = [
  '{}',
  '[]',
  '""',
  '0',
  '-0',
  '1.30',
  '-1.5e-3',
  '1E+5',
  'true',
  'false',
  'null',
  ' \t\r\n{ } \n',
  '{"a":1,"b":{"a":2}}',
  '[1,[2,[3]]]',
  '"\\u00e9\\n\\/\\\\\\""',
  '"\\ud83d\\ude00"',
  '"é😀"',
  '{"":1}',
  '"\\uFFFF"',
  '9007199254740993',
  '1e-300',
  '0.000000000000000001',
  '[[],{}]',
  nested(64),
  '{"length":1,"toString":2}',
];

const refused: readonly (readonly [string, RegExp])[] = [
  ['', /a value was expected/],
  ['   ', /a value was expected/],
  ['{', /member name/],
  ['{"a"', /":"/],
  ['{"a":', /a value was expected/],
  ['{"a":1', /"," or "}"/],
  ['{"a":1,}', /member name/],
  ['{,}', /member name/],
  ['{a:1}', /member name/],
  ["{'a':1}", /member name/],
  ['{"a":1 "b":2}', /"," or "}"/],
  ['[1,]', /a value was expected/],
  ['[1', /"," or "]"/],
  ['[1 2]', /"," or "]"/],
  ['[,1]', /a value was expected/],
  ['"abc', /without end/],
  ['"a\\', /unknown escape/],
  ['"\\x41"', /unknown escape/],
  ['"\\u12"', /unknown escape/],
  ['"\\u12g4"', /unknown escape/],
  ['"a\nb"', /control character/],
  ['"a\u0000b"', /control character/],
  ['"\\u0000"', /\\u0000/],
  ['{"\\u0000":1}', /\\u0000/],
  ['"\\ud800"', /surrogate/],
  ['"\\udc00"', /surrogate/],
  ['"\\ud800\\ud800"', /surrogate/],
  ['"\\ud83dx"', /surrogate/],
  ['01', /leading zero/],
  ['-', /a number that is none/],
  ['+1', /a value was expected/],
  ['.5', /a value was expected/],
  ['1.', /a number that is none/],
  ['1e', /a number that is none/],
  ['1e+', /a number that is none/],
  ['0x10', /bytes after/],
  ['NaN', /a value was expected/],
  ['Infinity', /a value was expected/],
  ['-Infinity', /a number that is none/],
  ['1e400', /exponent/],
  ['1e200000', /exponent/],
  ['-1e309', /exponent/],
  ['1e-1000', /exponent/],
  ['1'.repeat(65), /more than 64 characters/],
  ['tru', /a value was expected/],
  ['True', /a value was expected/],
  ['nulll', /bytes after/],
  ['{} {}', /bytes after/],
  ['{}x', /bytes after/],
  ['{}//c', /bytes after/],
  ['\ufeff{}', /byte-order mark/],
  ['\u00a0{}', /a value was expected/],
  ['{"a":1,"a":2}', /twice/],
  ['{"a":1,"\\u0061":2}', /twice/],
  ['{"\\u0061":1,"a":2}', /twice/],
  [`{${Array.from({ length: 60 }, (_, i) => `"m${i}":1`).join(',')},"m59":1}`, /twice/],
  ['{"__proto__":{}}', /programs take/],
  ['{"a":{"constructor":1}}', /programs take/],
  ['{"prototype":1}', /programs take/],
  ['{"\\u005f_proto__":1}', /programs take/],
  [nested(65), /64 levels/],
  ['['.repeat(100_000), /64 levels/],
];

describe('scanJson', () => {
  it.each(accepted)('accepts %s', (text) => {
    expect(() => scanJson(bytes(text))).not.toThrow();
    expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it.each(refused)('refuses %s', (text, rule) => {
    const failure = refusalOf(bytes(text));
    expect(failure.code).toBe('input.invalid');
    expect(failure.message).toMatch(rule);
    expect(failure.hint).not.toBe('');
  });

  it('refuses what is no UTF-8 and says where', () => {
    const latin1 = Buffer.concat([bytes('{"a":"'), Buffer.from([0xe9]), bytes('"}')]);
    expect(refusalOf(latin1).message).toMatch(/^\$: not UTF-8 \(byte [3-6]\)$/);
    for (const bad of [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x80], [0xe2, 0x82]])
      expect(refusalOf(Buffer.concat([bytes('"'), Buffer.from(bad), bytes('"')])).message).toMatch(/not UTF-8/);
  });

  it('names the place, and never a value or an odd member name', () => {
    expect(refusalOf(bytes('{"name":[{"given":["Ada",01]}]}')).message).toMatch(/^\$\.name\[0\]\.given\[1\]: /);
    const failure = refusalOf(bytes('{"Ada Martin 1980":{"x":"Ada","x":"Martin"}}'));
    expect(failure.message).toBe('$.(member).x: a member stands twice in one object (byte 31)');
    expect(JSON.stringify(failure)).not.toMatch(/Ada|Martin/);
  });

  it('counts values', () => {
    expect(() => scanJson(bytes('[1,2,3]'), { maxValues: 4 })).not.toThrow();
    expect(() => scanJson(bytes('[1,2,3]'), { maxValues: 3 })).toThrow(/more than 3 values/);
  });

  it('takes so many members of one object, and stops behind them', () => {
    const object = (count: number, tail = '}') =>
      bytes(`{${Array.from({ length: count }, (_, i) => `"member${i}":1`).join(',')}${tail}`);
    expect(scanJson(object(1_000)).members.size).toBe(1_000);
    expect(() => scanJson(object(1_001, ',no JSON'))).toThrow('more than 1000 members in one object');
  });

  it('does not see one name in another object as a repetition', () => {
    expect(() => scanJson(bytes('[{"a":{"b":1,"a":1},"b":{"a":1}},{"a":1}]'))).not.toThrow();
  });
});

/** JSON values within the limits: no forbidden names, no NUL, no lone surrogate, not deeper than 64. */
const value = fc
  .jsonValue({ maxDepth: 8 })
  .filter((json) => !/__proto__|"constructor"|"prototype"|\\u0000|\\ud[89a-f]/.test(JSON.stringify(json)));

describe('laws', () => {
  it('accepts what JSON.stringify writes and agrees with JSON.parse on every span', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (json, indent) => {
        const scan = scanJson(bytes(`\n ${JSON.stringify(json, undefined, indent)} `));
        const { bytes: all, root } = scan;
        expect(valueAt(all, root)).toEqual(JSON.parse(JSON.stringify(json)));
        if (Array.isArray(json)) {
          expect(elementsAt(all, root).map((span) => textAt(all, span).trim())).toHaveLength(json.length);
          expect(elementsAt(all, root).map((span) => valueAt(all, span))).toEqual(JSON.parse(JSON.stringify(json)));
        } else if (typeof json === 'object' && json !== null) {
          const members = membersAt(all, root).map((member) => [member.name, valueAt(all, member)]);
          expect(members).toEqual(Object.entries(JSON.parse(JSON.stringify(json)) as object));
          for (const [name, span] of scan.members) {
            const [found] = findMembers(all.subarray(root.start, root.end), memberNames(name));
            expect({ start: (found?.start ?? 0) + root.start, end: (found?.end ?? 0) + root.start }).toEqual({
              start: span.start,
              end: span.end,
            });
          }
        }
      }),
    );
  });

  it('knows without reading how many values there are', () => {
    const count = (json: unknown): number =>
      typeof json === 'object' && json !== null
        ? Object.values(json).reduce<number>((sum, member) => sum + count(member), 1)
        : 1;
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (json, indent) => {
        const written = bytes(` ${JSON.stringify(json, undefined, indent)} `);
        const values = count(JSON.parse(written.toString()));
        expect([hasMoreValues(written, values), hasMoreValues(written, values - 1)]).toEqual([false, true]);
      }),
    );
  });

  it('finds every string value once', () => {
    const strings = (json: unknown): string[] =>
      typeof json === 'string'
        ? [json]
        : typeof json === 'object' && json !== null
          ? Object.values(json).flatMap(strings)
          : [];
    fc.assert(
      fc.property(value, (json) => {
        const written = JSON.stringify(json);
        const found = Array.from(stringsWithin(bytes(written)), (found) => found.value());
        expect(found).toEqual(strings(JSON.parse(written)));
      }),
    );
  });

  it('accepts no more than JSON.parse, whatever the bytes', () => {
    const fragment = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      'a',
      '"a"',
      '1',
      '-',
      '.',
      'e',
      '0',
      ' ',
      'null',
      '\\u',
      'd800',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        try {
          scanJson(bytes(text));
        } catch (error) {
          expect(Failure.is(error, 'input.invalid')).toBe(true);
          return;
        }
        expect(() => JSON.parse(text) as unknown).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });
});
