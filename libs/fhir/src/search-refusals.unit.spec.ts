import { describe, expect, it } from 'vitest';
import { Failure } from '#domain';
import { inLanguage } from './in-language.js';
import { parseSearch } from './parse-search.js';
import { readQuery } from './read-query.js';

const refusalOf = (query: string): Failure => {
  try {
    parseSearch('Patient', readQuery(Buffer.from(query, 'latin1')));
  } catch (error) {
    if (Failure.is(error)) return error;
    throw error;
  }
  throw new Error('was taken');
};

describe('a search that is refused', () => {
  it.each([
    ['birthdate=ne1980', 'birthdate'],
    ['birthdate=1980-02-30', 'birthdate'],
    ['_lastUpdated=ap2026-01-01', '_lastUpdated'],
    ['_lastUpdated=soon', '_lastUpdated'],
    ['gender=m', 'gender'],
    ['identifier=%7C', 'identifier'],
    ['family=-', 'family'],
    [`name=${'x'.repeat(513)}`, 'name'],
    [`${'family=a&'.repeat(17)}`, 'family'],
    [`identifier=${'a,'.repeat(500)}a`, 'identifier'],
    ['_id=a%2Fb', '_id'],
    ['name=', 'name'],
    ['_count=1&_count=2', '_count'],
    ['_count=x', '_count'],
    ['_total=all', '_total'],
    ['_summary=true', '_summary'],
    ['_format=xml', '_format'],
    ['_cursor=%2B', '_cursor'],
    ['_asOf=2026-01-01', '_asOf'],
    ['colour=red', 'colour'],
    ['family=a%00', 'family'],
    ['family=%FF', 'family'],
  ])('%s: names the parameter and says what to do, in both languages', (query, name) => {
    const failure = refusalOf(query);
    const french = inLanguage(failure, 'fr');
    for (const { message, hint } of [failure, french]) {
      expect(message).toContain(name);
      expect(hint).not.toBe('');
    }
    expect(french.message).not.toBe(failure.message);
    expect(french.hint).not.toBe(failure.hint);
  });
});
