import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure } from '#domain';
import { readQuery } from './read-query.js';

const read = (text: string): unknown => readQuery(Buffer.from(text, 'latin1'));
const refusal = (text: string): Failure => {
  try {
    read(text);
  } catch (error) {
    if (Failure.is(error, 'input.invalid')) return error;
    throw error;
  }
  throw new Error('was taken');
};

/** Text of any script, without what is refused. */
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((one) => !/\p{Cc}/u.test(one));
const pairs = fc.array(
  fc.tuple(
    text.filter((name) => name !== ''),
    text,
  ),
  { maxLength: 5 },
);

describe('a query', () => {
  it.each([
    ['', []],
    ['&&', []],
    [
      'a=1&b=2&a=3',
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
      ],
    ],
    ['a', [['a', '']]],
    ['a=', [['a', '']]],
    ['a=b=c', [['a', 'b=c']]],
    ['=x', [['', 'x']]],
    ['name=Jean+Pierre%20%2B', [['name', 'Jean Pierre +']]],
    ['family:exact=L%E2%80%99H%c3%b4pital', [['family:exact', 'L’Hôpital']]],
    ['x=%25', [['x', '%']]],
    ['x=%F0%9F%98%80', [['x', '😀']]],
  ])('%s is %j', (query, expected) => {
    expect(read(query)).toEqual(expected);
  });

  it('reads what every client writes, by each of the two ways to encode', () => {
    fc.assert(
      fc.property(pairs, (sent) => {
        expect(read(new URLSearchParams(sent).toString())).toEqual(sent);
        const encoded = sent.map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
        expect(read(encoded)).toEqual(sent);
      }),
    );
  });

  it('reads bytes that were not encoded as the UTF-8 that they are', () => {
    fc.assert(
      fc.property(
        text.filter((value) => !/[%+&]/.test(value)),
        (value) => {
          expect(readQuery(Buffer.from(`x=${value}`, 'utf8'))).toEqual([['x', value]]);
        },
      ),
    );
  });

  it('refuses every control character, as a byte and encoded, in a name and in a value', () => {
    for (let code = 0; code < 0xa0; code++) {
      if (code >= 0x20 && code < 0x7f) continue;
      const encoded = encodeURIComponent(String.fromCharCode(code));
      for (const query of [`identifier=a${encoded}b`, `${encoded}=1`, `a=1&b=${encoded}`])
        expect(refusal(query).message).toMatch(/holds a control character$/);
      if (code < 0x80) expect(refusal(`identifier=${String.fromCharCode(code)}`).hint).not.toBe('');
    }
  });

  it('refuses whatever is no UTF-8, and never replaces it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 6 }), (bytes) => {
        const encoded = Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
        const asText = Buffer.from(bytes).toString('utf8');
        const isSound = Buffer.from(asText, 'utf8').equals(Buffer.from(bytes)) && !/\p{Cc}/u.test(asText);
        if (isSound) expect(read(`x=${encoded}`)).toEqual([['x', asText]]);
        else expect(refusal(`x=${encoded}`).message).toMatch(/^the parameter x /);
      }),
    );
  });

  it.each(['%', '%4', '%zz', 'a%', '%%41', '%C3%', '%-1', '% 41'])('refuses %s', (value) => {
    expect(refusal(`name=${value}`).message).toBe('the parameter name is not percent-encoded UTF-8');
  });

  it('names the parameter, and repeats neither an odd name nor a value', () => {
    expect(refusal('identifier=DUPONT%00').message).toBe('the parameter identifier holds a control character');
    expect(refusal('DUPONT%20Jean=%ff').message).toBe('the parameter (unreadable) is not percent-encoded UTF-8');
    expect(refusal('DUPONT%ff=1').message).toBe('the parameter (unreadable) is not percent-encoded UTF-8');
  });
});
