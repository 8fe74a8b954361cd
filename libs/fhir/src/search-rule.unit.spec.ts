import { describe, expect, it } from 'vitest';
import { RecordKey } from '#domain';
import { parseSearch } from './parse-search.js';
import { searchRule } from './search-rule.js';

/** One of each kind of token, and what folding has to answer for. */
const samples: readonly (readonly [type: string, content: object])[] = [
  [
    'Patient',
    {
      identifier: [{ system: 'urn:oid:1.2', value: 'A|1' }, { value: 'loose' }],
      name: [{ family: "de L'Hôpital", given: ['Jean-Pierre', 'Œ'] }, { text: 'Ŧ DUPONT' }],
      birthDate: '1980-03-24',
      gender: 'female',
    },
  ],
  ['Observation', { identifier: [{ system: 's', value: 'v' }] }],
  ['Binary', {}],
];

describe('searchRule', () => {
  it('finds the samples by what its version says: other tokens are another version', () => {
    const tokens = samples.map(([type, content]) =>
      searchRule.tokensOf(RecordKey.of(type, '1'), Buffer.from(JSON.stringify(content))),
    );
    expect({ version: searchRule.version, tokens }).toMatchInlineSnapshot(`
      {
        "tokens": [
          [
            "birthdate|1980-03-24",
            "family:exact|de L'Hôpital",
            "family|delhopital",
            "gender|female",
            "given:exact|Jean-Pierre",
            "given:exact|Œ",
            "given|jeanpierreoe",
            "given|oe",
            "identifier|%|loose",
            "identifier|urn:oid:1.2|A|1",
            "identifier||A|1",
            "identifier||loose",
            "name|delhopital",
            "name|dupont",
            "name|hopital",
            "name|jeanpierreoe",
            "name|lhopital",
            "name|oe",
            "name|pierreoe",
            "name|tdupont",
            "text:exact|Ŧ DUPONT",
          ],
          [
            "identifier|s|v",
            "identifier||v",
          ],
          [],
        ],
        "version": 2,
      }
    `);
  });

  it('says which searches may lack what an older rule does not find', () => {
    const ask = (type: string, query: string) => parseSearch(type, [...new URLSearchParams(query)]);
    for (const query of ['family=x', 'given=x', 'name=x', 'gender=male&name=x'])
      expect([query, searchRule.mayLack(ask('Patient', query), 1)]).toEqual([query, true]);
    for (const query of ['', 'family:exact=x', 'identifier=name|x', 'birthdate=1980', '_id=name'])
      expect([query, searchRule.mayLack(ask('Patient', query), 1)]).toEqual([query, false]);
    expect(searchRule.mayLack(ask('Observation', 'identifier=x'), 1)).toBe(false);
    expect(searchRule.mayLack(ask('Patient', 'name=x'), searchRule.version)).toBe(false);
  });

  it('says which types to compute anew, from any version on', () => {
    expect(searchRule.changedSince(0)).toEqual(['Patient']);
    expect(searchRule.changedSince(1)).toEqual(['Patient']);
    expect(searchRule.changedSince(searchRule.version)).toEqual([]);
  });
});
