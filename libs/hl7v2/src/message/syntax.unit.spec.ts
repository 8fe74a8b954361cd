import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escape, readDelimiters, standardDelimiters, type Syntax, unescape } from './syntax.js';

const syntaxOf = (delimiters = standardDelimiters): Syntax => ({
  ...delimiters,
  charset: 'utf-8',
  hasEscapes: true,
  hasControls: false,
});

describe('escapes', () => {
  it('round trip for any text and any delimiters', () => {
    const other = { field: '#', component: '!', repetition: '@', escape: '*', subcomponent: '%' };
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...'|^~\\&#!@*%FSTREX.br\n'.split('')), fc.string({ minLength: 1, maxLength: 1 })),
    });
    for (const delimiters of [standardDelimiters, other])
      fc.assert(
        fc.property(text, (value) => {
          const raw = escape(value, delimiters);
          for (const name of ['field', 'component', 'repetition', 'subcomponent'] as const)
            expect(raw).not.toContain(delimiters[name]);
          expect(unescape(raw, syntaxOf(delimiters))).toBe(value.replace(/\r\n?/g, '\n'));
        }),
        { numRuns: 500 },
      );
  });

  it.each([
    ['a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f', 'a|b^c&d~e\\f'],
    ['one\\.br\\two', 'one\ntwo'],
    ['\\XC3A9\\t\\XC3A9\\', 'été'],
    ['\\H\\bold\\N\\', '\\H\\bold\\N\\'],
    ['\\X00\\', '\\X00\\'],
    ['\\X4\\', '\\X4\\'],
    ['100 \\ 3', '100 \\ 3'],
    ['C:\\dir\\F\\', 'C:\\dir|'],
    ['\\.sp9999\\', '\\.sp9999\\'],
  ])('%j reads %j', (raw, text) => {
    expect(unescape(raw, syntaxOf())).toBe(text);
  });
});

it('text loses its delimiters where the message names no escape character', () => {
  const raw = escape('a|b^c\nd', { ...standardDelimiters, escape: '\0', subcomponent: '\0' });
  expect(raw).toBe('a b c d');
});

describe('delimiters', () => {
  it('come from MSH-1 and MSH-2; a truncation character is taken', () => {
    expect(readDelimiters('MSH|^~\\&|A')).toEqual(standardDelimiters);
    expect(readDelimiters('MSH|^~\\&#|A')).toEqual(standardDelimiters);
    expect(readDelimiters('MSH#!@*%#A')).toMatchObject({ field: '#', subcomponent: '%' });
    expect(readDelimiters('MSH|^~|A')).toMatchObject({ repetition: '~', escape: '\0', subcomponent: '\0' });
  });

  it.each(['MSH', 'MSH|', 'MSH||', 'MSH|^^\\&|', 'MSHA^~\\&A', 'MSH|abcd|', 'MSH|^~\\&'])(
    'of %j are unreadable',
    (head) => {
      expect(readDelimiters(head)).toBeUndefined();
    },
  );
});
