import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { searchRule } from '#fhir';
import { formerFoldWords } from '../../../libs/fhir/src/fold-text.js';
import { searchToken } from '../../../libs/fhir/src/search-token.js';
import { at, fhir } from '../test/a-hospital.spec.js';
import { anEstablishment, AReader, putPatient } from '../test/a-reader.spec.js';

interface Named {
  readonly name?: readonly { readonly family?: string; readonly given?: readonly string[] }[];
}

/** Search rule 1 as it was released, as far as these specs have names. */
const former = {
  version: 1,
  changedSince: () => [],
  tokensOf: (...[key, content]: Parameters<typeof searchRule.tokensOf>): readonly string[] => {
    const { name = [] } = JSON.parse(Buffer.from(content).toString('utf8')) as Named;
    const others = searchRule.tokensOf(key, content).filter((token) => !/^(?:family|given|name)\|/.test(token));
    const names = name.flatMap(({ family = '', given = [] }) =>
      [family, ...given].flatMap((value, index) => {
        const words = formerFoldWords(value);
        return [searchToken(index === 0 ? 'family' : 'given', words.join(' ')), ...words.map((word) => `name|${word}`)];
      }),
    );
    return [...new Set([...others, ...names])].sort();
  },
};

const one = anEstablishment();
const person = (family: string, ...given: string[]): Record<string, unknown> => ({ name: [{ family, given }] });
const people = [
  putPatient('p1', person("L'Hôpital", 'Jean-Pierre')), // 0
  putPatient('p2', person('O’Brien', 'Jean', 'Pierre')), // 1
  putPatient('p3', person('de la Tour', 'Zoé')), // 2
  putPatient('p1', person('Le Goff', 'Jean-Pierre')), // 3
  putPatient('p4', person('-', "'")), // 4
  putPatient('p5', person(Array.from({ length: 3000 }, (_, n) => `w${n}`).join(' '), 'Many')), // 5
];

/** Whoever is found, whatever rule computed the rows. */
const asWritten: readonly (readonly [question: string, ids: readonly string[]])[] = [
  ['Patient?family=le goff', ['p1']],
  ["Patient?family=O'BRIEN", ['p2']],
  ['Patient?family=De-La-Tour', ['p3']],
  ['Patient?given:exact=Jean-Pierre', ['p1']],
  ['Patient?name=Jean Pierre', ['p1', 'p2']],
  ['Patient?name=tour zoe', ['p3']],
  ["Patient?family:exact=L'Hôpital", []],
  [`Patient?family=l hopital&_asOf=${at(2)}`, ['p1']],
  [`Patient?family:exact=L'Hôpital&_asOf=${at(2)}`, ['p1']],
  [`Patient?family=le goff&_asOf=${at(2)}`, []],
];
/** Who is found by the newest rule alone. */
const otherwise: readonly (readonly [question: string, ids: readonly string[]])[] = [
  ['Patient?family=legoff', ['p1']],
  ['Patient?family=obrien', ['p2']],
  ['Patient?given=jeanpierre', ['p1', 'p2']],
  ['Patient?family=DELATOUR', ['p3']],
  ['Patient?name=dela', ['p3']],
  [`Patient?family=lhopital&_asOf=${at(2)}`, ['p1']],
  [`Patient?name=LHOPITAL&_asOf=${at(2)}`, ['p1']],
];

let reader: AReader;
beforeAll(async () => {
  reader = await AReader.open(former);
  await reader.feed(one, people);
  await reader.serve({ first: [one] });
});
afterAll(async () => {
  await reader.close();
});

/** Ids that are found, and what the answer says beside them. */
const search = async (question: string, base = fhir(one)) => {
  const { status, body } = await reader.get(`${base}/${question.replaceAll(' ', '%20')}`, 'first');
  expect([question, status]).toEqual([question, 200]);
  const resources = (body.entry ?? []).map(({ resource }): unknown => resource) as readonly {
    readonly resourceType: string;
    readonly id?: string;
    readonly issue?: unknown;
  }[];
  return {
    ids: resources.filter(({ resourceType }) => resourceType === 'Patient').map(({ id }) => id),
    said: resources.filter(({ resourceType }) => resourceType === 'OperationOutcome').map(({ issue }) => issue),
  };
};
const behind = [
  {
    severity: 'warning',
    code: 'incomplete',
    diagnostics: `${one}: the search index is being computed anew; until then a name may be found only as it was written`,
  },
];

const form = (body: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'fr' },
  body,
});
const many = (count: number, of: (index: number) => string, by: string): string =>
  Array.from({ length: count }, (_, index) => of(index)).join(by);

describe('a search that asks for too much, at every base, now and as of an earlier instant', () => {
  const bases = [fhir(one), '/territories/ght-test/fhir'];
  const suffixes = ['', `&_asOf=${at(2)}`, '&_summary=count'];

  it.each([
    ['20 000 words', `name=${'ab+'.repeat(20_000)}`, 'name'],
    ['17 conditions', many(17, (n) => `name=a${n}`, '&'), 'name'],
    ['1 700 conditions', many(1700, (n) => `name=a${n}`, '&'), 'name'],
    ['3 000 conditions of identifiers', many(3000, (n) => `identifier=${n}`, '&'), 'identifier'],
    ['3 000 values', `identifier=${many(3000, (n) => `s%7C${n}`, ',')}`, 'identifier'],
    ['values over several conditions', many(5, () => `family=${many(101, (n) => `a${n}`, ',')}`, '&'), 'family'],
    ['dates of too many lookups', `birthdate=${many(100, () => 'ge1951-06-15', ',')}`, 'birthdate'],
  ])('%s: is 400 by the name of the parameter', async (_what, body, name) => {
    for (const base of bases)
      for (const suffix of suffixes) {
        const answer = await reader.get(`${base}/Patient/_search`, 'first', form(body + suffix));
        expect([base, suffix, answer.status]).toEqual([base, suffix, 400]);
        expect(JSON.stringify(answer.body)).toMatch(new RegExp(`paramètre de recherche ${name} .* au plus`));
      }
  });

  it.each([
    ['16 conditions', many(16, (n) => `name=a${n}`, '&')],
    [
      '16 conditions of two kinds',
      `${many(8, (n) => `name:exact=a${n}`, '&')}&${many(8, () => 'birthdate=1980', '&')}`,
    ],
    ['500 values', `identifier=${many(500, (n) => `s%7C${n}`, ',')}`],
    ['16 words', `name=${many(16, (n) => `q${n}`, '+')}`],
  ])('is not what stands at the bounds: %s are asked of the database', async (_what, body) => {
    for (const base of bases)
      for (const suffix of suffixes) {
        const answer = await reader.get(`${base}/Patient/_search`, 'first', form(body + suffix));
        expect([base, suffix, answer.status]).toEqual([base, suffix, 200]);
      }
  });
});

// One after the other: rows of the rule before, some computed anew, all of them.
describe('names in rows of the search rule before', () => {
  it('are found as that rule found them, and the answer says what it may lack', async () => {
    for (const [question, ids] of asWritten) expect([question, (await search(question)).ids]).toEqual([question, ids]);
    for (const [question] of otherwise)
      expect([question, await search(question)]).toEqual([question, { ids: [], said: [behind] }]);
    expect((await search('Patient?family=goff', '/territories/ght-test/fhir')).said).toEqual([behind]);
  });

  it('are spoken of in French to who asks for it', async () => {
    const { body } = await reader.get(`${fhir(one)}/Patient?name=x&colour=red`, 'first', {
      headers: { 'accept-language': 'fr-FR', prefer: 'handling=lenient' },
    });
    const [outcome] = (body.entry ?? []).map(({ resource }): unknown => resource);
    expect(outcome).toMatchObject({
      issue: [
        { diagnostics: "le paramètre colour n'est pas connu ici et a été ignoré" },
        {
          diagnostics: `${one} : l'index de recherche est en cours de recalcul ; d'ici là, un nom peut n'être trouvé que tel qu'il a été écrit`,
        },
      ],
    });
  });

  it('are said nothing of where the question is not of names', async () => {
    for (const question of [
      'Patient',
      'Patient?_id=p1',
      'Patient?family:exact=Le Goff',
      'Patient?gender=male',
      'Observation',
    ])
      expect([question, (await search(question)).said]).toEqual([question, []]);
  });

  it('are found as well while some rows are computed anew', async () => {
    await reader.reindex(one, 1);
    for (const [question, ids] of asWritten) expect([question, (await search(question)).ids]).toEqual([question, ids]);
    expect((await search('Patient?family=obrien')).said).toEqual([behind]);
  });

  it('are found in every spelling once all are, as of earlier instants too', async () => {
    await reader.reindex(one);
    for (const [question, ids] of [...asWritten, ...otherwise])
      expect([question, await search(question)]).toEqual([question, { ids, said: [] }]);
  });

  it('of more words than are indexed find by the first of them', async () => {
    expect((await search('Patient?family=w0 w1 w2')).ids).toEqual(['p5']);
    expect((await search('Patient?name=many w99')).ids).toEqual(['p5']);
    expect((await search('Patient?name=w2999')).ids).toEqual([]);
  });

  it('that have no letter find nobody, not everybody', async () => {
    for (const value of ['-', "'", '%C2%A0']) {
      const { status } = await reader.get(`${fhir(one)}/Patient?family=${value}`, 'first');
      expect([value, status]).toEqual([value, 400]);
    }
    expect((await search('Patient?family:exact=-')).ids).toEqual(['p4']);
  });
});
