import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure, Instant } from '#domain';
import { dateComparisons, dateMatches } from './date-tokens.js';
import { formerFoldWords } from './fold-text.js';
import { parseHistory, parseRead, parseSearch } from './parse-search.js';
import type { SearchRequest, TokenMatch } from './search-request.js';
import { searchTokens } from './search-tokens.js';

const search = (query: string, type = 'Patient', handling: 'strict' | 'lenient' = 'strict'): SearchRequest =>
  parseSearch(type, [...new URLSearchParams(query)], handling);
const refusalOf = (query: string, type = 'Patient'): Failure => {
  try {
    search(query, type, 'strict');
  } catch (error) {
    if (Failure.is(error)) return error;
    throw error;
  }
  throw new Error('was accepted');
};

const matches = (match: TokenMatch, token: string): boolean =>
  match.prefix ? token.startsWith(match.from) : token === match.from;
/** What the database does with a request's token conditions. */
const finds = (request: SearchRequest, tokens: readonly string[]): boolean =>
  request.all.every(({ anyOf }) => anyOf.some((match) => tokens.some((token) => matches(match, token))));

const tokens = searchTokens(
  'Patient',
  Buffer.from(
    JSON.stringify({
      resourceType: 'Patient',
      identifier: [{ system: 'urn:oid:1.2', value: 'A|1,2' }, { value: 'loose' }],
      name: [{ family: 'Le Goff', given: ['Marie-Ève', 'Zoé'] }, { text: 'Madame Dupont' }],
      birthDate: '1980-03-24',
      gender: 'female',
    }),
  ),
);

describe('parseSearch', () => {
  it('without parameters is a page of the type', () => {
    expect(search('')).toEqual({ type: 'Patient', all: [], count: 50, countOnly: false, total: 'none', ignored: [] });
  });

  it('reads what shapes the answer', () => {
    expect(
      search(
        '_count=1000000&_total=accurate&_cursor=abc_-9&_asOf=2026-11-20T14:30:00%2B01:00&_format=application/fhir%2Bjson',
      ),
    ).toMatchObject({ count: 500, total: 'accurate', cursor: 'abc_-9', asOf: Instant.parse('2026-11-20T13:30:00Z') });
    expect(search('_summary=count').countOnly).toBe(true);
    expect(search('_count=0')).toMatchObject({ countOnly: true, count: 50 });
    expect(search('_asOf=2026-11-20T14:30:00+01:00').asOf).toBe(Instant.parse('2026-11-20T13:30:00Z'));
  });

  it('reads ids and patients: commas are "or", repetitions "and"', () => {
    expect(search('_id=a,b').ids).toEqual(['a', 'b']);
    expect(search('_id=a,b&_id=b,c').ids).toEqual(['b']);
    expect(search('_id=a&_id=b').ids).toEqual([]);
    for (const query of ['patient=Patient/1', 'patient=1', 'subject=http://h/fhir/Patient/1', 'patient=1,2&subject=1'])
      expect(search(query, 'Observation').patients).toEqual(['Patient/1']);
    for (const type of ['AllergyIntolerance', 'Condition', 'Coverage', 'Observation'])
      expect(search('patient=Patient/1', type).patients).toEqual(['Patient/1']);
    expect(search('beneficiary=Patient/1', 'Coverage').patients).toEqual(['Patient/1']);
  });

  it.each([
    ['ge2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', undefined],
    ['gt2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z', undefined],
    ['gt2026-01-01', '2026-01-02T00:00:00Z', undefined],
    ['le2026-01-01', undefined, '2026-01-02T00:00:00Z'],
    ['lt2026-01-01T00:00:00.500Z', undefined, '2026-01-01T00:00:00.500Z'],
    ['2026-01-01T00:00Z', '2026-01-01T00:00:00Z', '2026-01-01T00:01:00Z'],
    [
      'ge2026-01-01&_lastUpdated=lt2026-02-01&_lastUpdated=gt2025-01-01',
      '2026-01-01T00:00:00Z',
      '2026-02-01T00:00:00Z',
    ],
  ])('_lastUpdated=%s', (value, from, before) => {
    expect(search(`_lastUpdated=${value}`).lastUpdated).toEqual({
      ...(from !== undefined && { from: Instant.parse(from) }),
      ...(before !== undefined && { before: Instant.parse(before) }),
    });
  });

  it.each([
    'identifier=urn:oid:1.2|A\\|1\\,2',
    'identifier=A\\|1\\,2',
    'identifier=nothing,loose',
    'identifier=|loose',
    'identifier=urn:oid:1.2|',
    'name=goff',
    'name=LE-GOFF',
    'name=eve',
    'name=le zoe',
    'name=dupont',
    'name=nobody at all,le zoé',
    'family=le',
    'family=Le-G',
    'family=gall,le goff',
    'given=MARIE',
    'given=marie eve',
    'family:exact=Le Goff',
    'given:exact=Zoé',
    'name:exact=Madame Dupont',
    'birthdate=1980',
    'birthdate=1980-03',
    'birthdate=1980-03-24',
    'birthdate=ge1979&birthdate=lt1981-01-01',
    'gender=female',
    'gender=http://hl7.org/fhir/administrative-gender|female',
    'gender=male,female&family=le',
  ])('%s finds', (query) => {
    expect(finds(search(query), tokens)).toBe(true);
  });

  it.each([
    'identifier=urn:oid:9|A\\|1\\,2',
    'identifier=|A\\|1\\,2',
    'identifier=loos',
    'identifier=urn:oid:1|',
    'name=off',
    'name=le martin',
    'family=zoe',
    'given=eve',
    'family:exact=le goff',
    'family:exact=Le Gof',
    'birthdate=1981',
    'birthdate=gt1980-03-24',
    'birthdate=lt1980-03-24',
    'gender=male',
    'gender=female&family=x',
  ])('%s does not', (query) => {
    expect(finds(search(query), tokens)).toBe(false);
  });

  it.each<[string, string, RegExp]>([
    ['colour=red', 'input.invalid', /parameter colour/],
    ['name:contains=x', 'input.invalid', /name:contains/],
    ['patient.identifier=x', 'input.invalid', /patient\.identifier/],
    ['_sort=-birthdate', 'input.invalid', /_sort/],
    ['subject=Patient/1', 'input.invalid', /subject/],
    ['_id=a b', 'input.invalid', /_id/],
    ['_id=', 'input.invalid', /_id is empty/],
    ['_count=-1', 'input.invalid', /_count/],
    ['_count=1&_count=2', 'input.invalid', /twice/],
    ['_cursor=../x', 'input.invalid', /_cursor/],
    ['_asOf=2026-01-01', 'input.invalid', /_asOf/],
    ['_asOf=2026-01-01T10:00:00', 'input.invalid', /_asOf/],
    ['_lastUpdated=ne2026-01-01', 'input.not-supported', /"ne"/],
    ['_lastUpdated=soon', 'input.not-supported', /comparison/],
    ['birthdate=1980-02-30', 'input.invalid', /birthdate/],
    ['birthdate=ap1980', 'input.not-supported', /"ap"/],
    ['birthdate=24/03/1980', 'input.invalid', /birthdate/],
    ['gender=F', 'input.invalid', /gender/],
    ['identifier=|', 'input.invalid', /identifier/],
    ['name=-', 'input.invalid', /name/],
    ['name=a b c d,e f g h,i j k l,m n o p', 'input.invalid', /name/],
    [`_id=${'a,'.repeat(600)}a`, 'input.invalid', /_id/],
    ['_format=xml', 'input.not-supported', /_format/],
    ['_summary=true', 'input.not-supported', /_summary/],
  ])('%s is refused', (query, code, message) => {
    const failure = refusalOf(query);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
    expect(failure.message + failure.hint).not.toContain('1980-02-30');
  });

  it('lists what is known, and ignores the rest when the caller is lenient', () => {
    expect(refusalOf('colour=red').hint).toMatch(
      /_id, _lastUpdated, identifier, name, name:exact, .*birthdate, gender, _count/,
    );
    const lenient = search('colour=red&gender=female&name:contains=x', 'Patient', 'lenient');
    expect(lenient.ignored).toEqual(['colour', 'name:contains']);
    expect(lenient.all).toHaveLength(1);
    expect(() => search('gender=F', 'Patient', 'lenient')).toThrow(/gender/);
  });

  it('knows only what the type has', () => {
    expect(refusalOf('identifier=x', 'Binary').message).toMatch(/identifier/);
    expect(refusalOf('patient=1', 'Organization').message).toMatch(/patient/);
    expect(refusalOf('gender=male', 'Practitioner').message).toMatch(/gender/);
    expect(refusalOf('', 'Nothing').code).toBe('not-found');
  });

  it('reads the parameters of history and read', () => {
    const at = Instant.parse('2026-01-01T00:00:00Z');
    expect(
      parseHistory([
        ['_since', '2026-01-01T00:00:00Z'],
        ['_count', '7'],
      ]),
    ).toEqual({ since: at, count: 7, ignored: [] });
    expect(parseRead([['_asOf', '2026-01-01T00:00:00Z']])).toEqual({ asOf: at, ignored: [] });
    expect(() => parseRead([['name', 'x']])).toThrow(/parameter name/);
  });
});

describe('names', () => {
  const patient = (names: unknown): readonly string[] =>
    searchTokens('Patient', Buffer.from(JSON.stringify({ resourceType: 'Patient', name: names })));
  const asked = (parameter: string, value: string): SearchRequest => parseSearch('Patient', [[parameter, value]]);

  it.each<[string, unknown, readonly string[]]>([
    [
      'family',
      { family: "L'Hôpital" },
      ['lhopital', 'LHOPITAL', "l'hopital", 'L’Hôpital', 'Lʼhôpital', 'L Hopital', 'l-hop'],
    ],
    ['family', { family: 'LHOPITAL' }, ["L'Hôpital", 'L’HÔPITAL', 'l hopital', 'L\u00A0hopital']],
    ['family', { family: "O'Brien" }, ['obrien', 'O’Brien', 'O`BRIEN', 'o brien', 'OB']],
    ['family', { family: 'de la Tour' }, ['delatour', 'de-la-tour', 'DE LA TOUR', 'De La-Tour', 'delat']],
    ['given', { given: ['Jean-Pierre'] }, ['jeanpierre', 'Jean Pierre', 'JEAN–PIERRE', 'jean', 'jean p']],
    ['given', { given: ['Jean', 'Pierre', 'Marie'] }, ['jeanpierre', 'Jean-Pierre', 'pierre', 'Pierre-Marie', 'marie']],
    ['given', { given: ['JEAN PIERRE MARIE'] }, ['jeanpierremarie', 'Jean-Pierre']],
    [
      'name',
      { family: "L'Hôpital", given: ['Jean', 'Pierre'] },
      ['lhopital jeanpierre', "Jean-Pierre L'Hopital", 'hopital', 'L hop'],
    ],
    ['name', { family: 'Lhopital', given: ['Jeanpierre'] }, ["Jean Pierre L'Hôpital", "l'hôpital", 'jean-pierre']],
    ['name', { family: 'DELATOUR' }, ['de la Tour', 'de-la-tour', 'De La T']],
    ['name', { text: 'Jean Pierre MARTIN' }, ['jeanpierre', 'pierremartin', 'Martin, Jean-Pierre', 'martin jean']],
    ['family', { family: 'Ковалёва' }, ['ковалева', 'КОВАЛЁВА', 'ков']],
    ['name', { family: '山田', given: ['太郎'] }, ['山田', '太郎 山', '山田　太郎']],
    ['family', { family: 'x'.repeat(300) }, ['x'.repeat(300), 'X'.repeat(64), 'x']],
  ])('%s of %j is found however it is written', (parameter, name, values) => {
    for (const value of values) expect([value, finds(asked(parameter, value), patient([name]))]).toEqual([value, true]);
  });

  it.each<[string, unknown, readonly string[]]>([
    ['family', { family: "L'Hôpital" }, ['hopital', 'lhopitaux', 'pital']],
    ['given', { given: ['Jean', 'Pierre'] }, ['pierrejean', 'eanpierre', 'jeanmarie']],
    ['name', { family: 'Durand', given: ['Jean', 'Pierre'] }, ['Pierre-Jean-Marie', 'durandj', 'jean martin']],
    ['family:exact', { family: "L'Hôpital" }, ["L'Hopital", 'lhopital', 'L’Hôpital', "L'Hô"]],
    ['given:exact', { given: ['Jean', 'Pierre'] }, ['Jean Pierre', 'jean']],
    ['name', { family: '-', given: ["'"] }, ['a', 'x']],
  ])('%s of %j is not found by another name', (parameter, name, values) => {
    for (const value of values)
      expect([value, finds(asked(parameter, value), patient([name]))]).toEqual([value, false]);
  });

  it.each(['-', "'", '’', ' ', '\u00A0', '...', '🙂', '\u0301', 'martin,-', '-\\,-'])(
    '%j names nobody, and does not find everybody',
    (value) => {
      for (const parameter of ['name', 'family', 'given'])
        expect(() => asked(parameter, value)).toThrow(/has a value that it cannot have/);
    },
  );

  it('ask for the rule before only where it spelled them otherwise', () => {
    const lookups = (parameter: string, value: string): readonly (readonly string[])[] =>
      asked(parameter, value).all.map(({ anyOf }) => anyOf.map(({ from }) => from));
    expect(lookups('family', 'Martin')).toEqual([['family|martin']]);
    expect(lookups('given', 'Zoé')).toEqual([['given|zoe']]);
    expect(lookups('family', 'Le Goff')).toEqual([['family|legoff', 'family|le goff']]);
    expect(lookups('name', 'Le Goff')).toEqual([['name|le'], ['name|legoff', 'name|goff']]);
    expect(lookups('name', 'Þor')).toEqual([['name|thor', 'name|þor']]);
  });

  const word = fc.stringMatching(/^[a-cé]{1,4}$/);
  const between = fc.constantFrom(' ', '-', "'", '’', ' -', '\u00A0');
  const written = (words: readonly string[], marks: readonly string[]): string =>
    words.map((one, index) => (index === 0 ? one : `${marks[index % marks.length] ?? ' '}${one}`)).join('');
  const marks = fc.array(between, { minLength: 1, maxLength: 3 });
  const words = fc.array(word, { minLength: 1, maxLength: 4 });
  const person = fc.record({ family: words, given: fc.array(words, { maxLength: 3 }), marks });
  type Person = {
    readonly family: readonly string[];
    readonly given: readonly (readonly string[])[];
    readonly marks: readonly string[];
  };
  const nameOf = ({ family, given, marks: between_ }: Person): object => ({
    family: written(family, between_),
    given: given.map((one) => written(one, between_)),
  });

  it('are found by each of their beginnings, whatever stands between the letters on either side', () => {
    const law = fc.property(person, marks, fc.nat(20), fc.boolean(), (someone, others, length, upper) => {
      const tokens = patient([nameOf(someone)]);
      const beginning = (all: readonly string[]): string => {
        const letters = Array.from(all.join('')).slice(0, length + 1);
        const typed = written(letters, [...others, '', '']);
        return upper ? typed.toUpperCase() : typed;
      };
      expect(finds(asked('family', beginning(someone.family)), tokens)).toBe(true);
      expect(finds(asked('name', beginning(someone.family)), tokens)).toBe(true);
      for (let from = 0; from < someone.given.length; from++) {
        expect(finds(asked('given', beginning(someone.given.slice(from).flat())), tokens)).toBe(true);
        expect(finds(asked('name', beginning(someone.given.slice(from).flat())), tokens)).toBe(true);
      }
    });
    fc.assert(law, { numRuns: 1000 });
  });

  /** Tokens and lookups of the rule before, as it was released. */
  const formerTokens = ({ family, given, marks: between_ }: Person): readonly string[] =>
    [written(family, between_), ...given.map((one) => written(one, between_))].flatMap((value, index) => {
      const folded = formerFoldWords(value);
      return [`${index === 0 ? 'family' : 'given'}|${folded.join(' ')}`, ...folded.map((one) => `name|${one}`)];
    });
  const formerlyFinds = (parameter: string, value: string, tokens: readonly string[]): boolean =>
    (parameter === 'name' ? formerFoldWords(value) : [formerFoldWords(value).join(' ')]).every((one) =>
      tokens.some((token) => token.startsWith(`${parameter}|${one}`)),
    );

  it('that the rule before found are found still: in rows that it computed, and in those computed anew', () => {
    let found = 0;
    const law = fc.property(
      person,
      words,
      marks,
      fc.constantFrom('name', 'family', 'given'),
      (someone, typed, others, parameter) => {
        const value = written(typed, others);
        const former = formerTokens(someone);
        if (!formerlyFinds(parameter, value, former)) return;
        found += 1;
        expect(finds(asked(parameter, value), former)).toBe(true);
        expect(finds(asked(parameter, value), patient([nameOf(someone)]))).toBe(true);
      },
    );
    fc.assert(law, { numRuns: 5000 });
    expect(found).toBeGreaterThan(100);
  });
});

describe('birth dates of three precisions', () => {
  const two = (n: number): string => String(n).padStart(2, '0');
  const date = fc
    .record({
      y: fc.constantFrom(1000, 1899, 1979, 1980, 1981, 1999, 2000, 2026, 9998),
      m: fc.integer({ min: 1, max: 12 }),
      d: fc.integer({ min: 1, max: 28 }),
      p: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ y, m, d, p }) => [String(y), two(m), two(d)].slice(0, p).join('-'));
  /** [first day, last day] */
  const span = (value: string): readonly [string, string] => {
    const [y, m, d] = value.split('-');
    const lastOfMonth = (): number => new Date(Date.UTC(Number(y), Number(m ?? 12), 0)).getUTCDate();
    return [`${y}-${m ?? '01'}-${d ?? '01'}`, `${y}-${m ?? '12'}-${d ?? two(lastOfMonth())}`];
  };

  it('compare as their days do', () => {
    fc.assert(
      fc.property(date, date, fc.constantFrom(...dateComparisons), (written, asked, comparison) => {
        const [first, last] = span(written);
        const [start, end] = span(asked);
        const expected = {
          eq: first >= start && last <= end,
          ge: last >= start,
          gt: last > end,
          le: first <= end,
          lt: first < start,
        }[comparison];
        const lookups = dateMatches('birthdate', comparison + asked) ?? [];
        expect(lookups.length).toBeLessThan(100);
        expect(lookups.some((lookup) => matches(lookup, `birthdate|${written}`))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });
});
