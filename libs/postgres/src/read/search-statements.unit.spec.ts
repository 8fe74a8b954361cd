import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordKey } from '#domain';
import type { SearchFilter } from '#usecases';
import type { Statement } from './scoped-connections.js';
import { searchStatement, searchStatements, searchValues, type Wanted } from './search-records.sql.js';

const condition = (n: number): SearchFilter['all'][number] => ({
  anyOf: Array.from({ length: n % 4 }, (_, at) => ({ from: `name|${n}-${at}`, prefix: (n >> at) % 2 === 0 })),
});

/** The nth search: other values each time, and any number of conditions up to the bound. */
const wantedOf = (n: number): Wanted => {
  const conditions = Array.from({ length: n % 17 }, (_, at) => condition(n + at));
  const filter: SearchFilter = {
    type: n % 2 ? 'Patient' : 'Observation',
    all: conditions,
    ...(n % 3 === 0 && { ids: [`p${n}`] }),
    ...(n % 5 === 0 && { patients: [RecordKey.of('Patient', `p${n}`)] }),
  };
  return { filter, conditions, asOf: n % 7 > 3 };
};

const placeholders = (text: string): number =>
  Math.max(...Array.from(text.matchAll(/\$(\d+)/g), ([, number]) => Number(number)));

describe('the statements of searches', () => {
  it('are the same 41, whatever is asked for, a hundred thousand times', () => {
    const asked = new Set<Statement>();
    for (let n = 0; n < 100_000; n++)
      asked.add(searchStatement('search', wantedOf(n))).add(searchStatement('count', wantedOf(n)));
    expect(new Set(searchStatements.map(({ name }) => name)).size).toBe(41);
    expect([...asked].filter((statement) => !searchStatements.includes(statement))).toEqual([]);
    expect(asked.size).toBe(40);
  });

  it('take a value for each of their parameters', () => {
    fc.assert(
      fc.property(fc.nat(), (n) => {
        const wanted = wantedOf(n);
        // $1 to $3 are whose, where and when.
        const values = 3 + searchValues(wanted, { limit: 1 }).length;
        expect(values).toBeGreaterThanOrEqual(placeholders(searchStatement('search', wanted).text));
      }),
    );
  });

  it('take no more conditions than they have places for', () => {
    const conditions = Array.from({ length: 17 }, (_, n) => condition(n));
    const wanted = { filter: { type: 'Patient', all: conditions }, conditions, asOf: false };
    expect(() => searchStatement('search', wanted)).toThrow('at most 16');
  });
});
