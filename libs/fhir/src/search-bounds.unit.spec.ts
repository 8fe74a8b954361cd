import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Failure } from '#domain';
import { operationOutcome } from './operation-outcome.js';
import { parseSearch } from './parse-search.js';
import type { Query } from './read-query.js';
import type { SearchRequest, TokenMatch } from './search-request.js';
import { searchTokens } from './search-tokens.js';

afterEach(() => vi.restoreAllMocks());

const times = (n: number, pair: (index: number) => readonly [string, string]): Query =>
  Array.from({ length: n }, (_, index) => pair(index));
const list = (n: number, of: (index: number) => string, by = ','): string =>
  Array.from({ length: n }, (_, i) => of(i)).join(by);

const refusalOf = (query: Query, type = 'Patient', handling: 'strict' | 'lenient' = 'strict'): Failure => {
  try {
    parseSearch(type, query, handling);
  } catch (error) {
    if (Failure.is(error)) return error;
    throw error;
  }
  throw new Error('was accepted');
};

const lookupsOf = ({ all }: SearchRequest): number => all.reduce((sum, { anyOf }) => sum + anyOf.length, 0);

describe('a search that asks for too much', () => {
  const words = '16 words and 512 characters';
  const conditions = 'at most 16 conditions';
  const values = 'at most 500 in all';
  const lookups = 'at most 2000 comparisons';
  const names = ['name', 'family', 'given'] as const;
  it.each<[what: string, query: Query, name: string, bound: string, type?: string]>([
    ...names.flatMap((name): [string, Query, string, string][] => [
      [`2000 words in ${name}`, [[name, 'ab '.repeat(2000)]], name, words],
      [`17 words in ${name}`, [[name, list(17, (n) => `w${n}`, '-')]], name, words],
      [`17 words in one of several ${name}`, [[name, `x,${list(17, (n) => `w${n}`, ' ')}`]], name, words],
      [`513 characters in ${name}`, [[name, 'x'.repeat(513)]], name, words],
      [`letters that are words in ${name}`, [[name, '\uFDFA'.repeat(100)]], name, words],
      [`soft hyphens in ${name}`, [[name, list(100, () => 'a', '\u00AD')]], name, words],
    ]),
    ['words that multiply', [['name', list(7, (n) => `a${n} b${n}`)]], 'name', conditions],
    ['words that add up', times(5, (n) => ['name', list(16, (m) => `w${n}x${m}`, ' ')]), 'name', conditions],
    [
      'few words beside many values',
      [['name', `${list(4, (n) => `a${n} b${n}`)},${list(400, (n) => `c${n}`)}`]],
      'name',
      lookups,
    ],
    ['many dates from on', [['birthdate', list(100, () => 'ge1951-06-15')]], 'birthdate', lookups],
    ...(['name', 'name:exact', 'family', 'identifier', 'birthdate', 'gender', '_id', '_lastUpdated'] as const).flatMap(
      (name): [string, Query, string, string][] => {
        const value = { birthdate: '1980', gender: 'male', _lastUpdated: 'ge2026-01-01' }[name as string] ?? 'a';
        const [bare = ''] = name.split(':');
        const many: [string, Query, string, string] = [
          `17 of ${name}`,
          times(17, () => [name, value]),
          bare,
          conditions,
        ];
        const ofValues: [string, Query, string, string][] = [
          [`501 values of ${name}`, [[name, list(501, () => value)]], bare, values],
          [
            `501 values of ${name} in all`,
            [['gender', 'male'], ...times(2, (): [string, string] => [name, list(250, () => value)])],
            bare,
            values,
          ],
        ];
        return name === '_lastUpdated' ? [many] : [many, ...(name === 'name:exact' ? ofValues.slice(0, 1) : ofValues)];
      },
    ),
    ['17 patients', times(17, () => ['patient', '1']), 'patient', conditions, 'Observation'],
    ['501 patients', [['subject', list(501, (n) => `Patient/${n}`)]], 'subject', values, 'Observation'],
  ])('%s: is refused by name, with the bound, in French too', (_what, query, name, bound, type) => {
    const failure = refusalOf(query, type);
    expect(failure.code).toBe('input.invalid');
    expect(failure.message).toContain(`search parameter ${name} `);
    expect(failure.hint).toContain(bound);
    const [head] = operationOutcome(failure, 'fr').issue;
    expect(head?.diagnostics).toContain(`paramètre de recherche ${name} `);
    expect(head?.diagnostics).toMatch(/au plus/);
    expect(head?.diagnostics).not.toMatch(/at most|ask/);
  });

  it('is refused in what a lenient search ignores, too', () => {
    expect(
      refusalOf(
        times(17, (n) => [`x${n}`, 'y']),
        'Patient',
        'lenient',
      ).hint,
    ).toContain('16 conditions');
    expect(
      parseSearch(
        'Patient',
        times(16, (n) => [`x${n}`, 'y']),
        'lenient',
      ).ignored,
    ).toHaveLength(16);
  });

  it('is not what stands at the bounds', () => {
    expect(parseSearch('Patient', [['name', list(16, (n) => `w${n}`, ' ')]]).all).toHaveLength(16);
    expect(parseSearch('Patient', [['family', 'x'.repeat(512)]]).all).toHaveLength(1);
    expect(
      parseSearch('Patient', [...times(16, (n): [string, string] => ['name', `a${n}`]), ['_count', '1']]).all,
    ).toHaveLength(16);
    for (const name of ['identifier', 'family', 'name', 'given:exact'])
      expect(parseSearch('Patient', [[name, list(500, (n) => `a${n}`)]]).all[0]?.anyOf).toHaveLength(500);
    expect(parseSearch('Patient', [['identifier', list(1000, () => 'a', '\\,')]]).all[0]?.anyOf).toHaveLength(1);
    expect(parseSearch('Patient', [['family:exact', 'long '.repeat(1000)]]).all[0]?.anyOf).toHaveLength(1);
  });

  it('is not a name of many words in an unusual spelling', () => {
    const { all } = parseSearch('Patient', [['name', list(16, (n) => `ħal${n}`, ' ')]]);
    expect(all).toHaveLength(16);
    expect(all.every(({ anyOf }) => anyOf.some(({ from }) => from.startsWith('name|ħ')))).toBe(true);
  });

  it('never becomes a request beyond the bounds, whatever it is made of', () => {
    const word = fc.constantFrom('a', 'ab', 'É', '\uFDFA', 'a\u00ADb', "d'a", 'x'.repeat(40));
    const value = fc.array(word, { minLength: 1, maxLength: 18 }).map((all) => all.join(' '));
    const named = fc.tuple(
      fc.constantFrom('name', 'family', 'given', 'name:exact', 'identifier'),
      fc.array(value, { minLength: 1, maxLength: 200 }).map((all) => all.join(',')),
    );
    const dated = fc.tuple(
      fc.constant('birthdate'),
      fc
        .array(fc.constantFrom('ge1951', 'lt1987-06', '1980'), { minLength: 1, maxLength: 60 })
        .map((all) => all.join(',')),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(named, dated), { maxLength: 70 }), (query) => {
        try {
          const request = parseSearch('Patient', query);
          expect(request.all.length).toBeLessThanOrEqual(16);
          expect(lookupsOf(request)).toBeLessThanOrEqual(2000);
        } catch (error) {
          if (!Failure.is(error, 'input.invalid')) throw error;
        }
      }),
      { numRuns: 200 },
    );
  });

  it('costs no more than its length allows: characters that are normalized and joined', () => {
    const made = (query: Query): number => {
      let characters = 0;
      const normalize: (this: string, form?: string) => string = Reflect.get(String.prototype, 'normalize');
      const join: (this: unknown[], by?: string) => string = Reflect.get(Array.prototype, 'join');
      vi.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string, form?: string) {
        characters += this.length;
        return normalize.call(this, form);
      });
      vi.spyOn(Array.prototype, 'join').mockImplementation(function (this: unknown[], by?: string) {
        const joined = join.call(this, by);
        characters += joined.length;
        return joined;
      });
      try {
        parseSearch('Patient', query);
      } catch (error) {
        if (!Failure.is(error, 'input.invalid')) throw error;
      } finally {
        vi.restoreAllMocks();
      }
      return characters;
    };
    const kinds: readonly ((n: number) => Query)[] = [
      (n) => [['name', 'é '.repeat(n)]],
      (n) => [['family', `e${'\u0315\u0300'.repeat(n)}`]],
      (n) => [['name', list(n, () => 'é a')]],
      (n) => [['given', list(n, () => 'é'.repeat(500))]],
      (n) => times(n, () => ['name', list(16, () => 'é', ' ')]),
      (n) => times(n, () => ['name:exact', 'é']),
    ];
    for (const kind of kinds)
      for (const n of [1, 10, 100, 2000]) {
        const query = kind(n);
        const length = query.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
        expect(made(query)).toBeLessThanOrEqual(60 * length);
      }
  });
});

describe('the tokens of a record with more names than anyone has', () => {
  const word = (n: number): string => `w${n}é`;
  const tokensOf = (content: unknown): readonly string[] =>
    searchTokens('Patient', Buffer.from(JSON.stringify(content)));
  const matches = ({ from, prefix }: TokenMatch, token: string): boolean =>
    prefix ? token.startsWith(from) : token === from;
  const finds = (query: Query, tokens: readonly string[]): boolean =>
    parseSearch('Patient', query).all.every(({ anyOf }) =>
      anyOf.some((one) => tokens.some((token) => matches(one, token))),
    );

  const odd: readonly (readonly [what: string, content: object, query: Query])[] = [
    [
      'words in a family name',
      { name: [{ family: list(20_000, word, ' ') }] },
      [
        ['family', 'w0é w1é'],
        ['name', 'w7e'],
      ],
    ],
    ['words in a text', { name: [{ text: list(20_000, word, '-') }] }, [['name', 'w0e w2e']]],
    [
      'given names',
      { name: [{ given: Array.from({ length: 20_000 }, (_, n) => word(n)) }] },
      [
        ['given', 'w0e w1e'],
        ['name', 'w999e'],
      ],
    ],
    [
      'given names of many words',
      { name: [{ given: Array.from({ length: 900 }, (_, n) => list(70, (m) => `w${n}x${m}é`, ' ')) }] },
      [
        ['given', 'w0x0e w0x1e'],
        ['name', 'w3x3e'],
      ],
    ],
    [
      'names',
      { name: Array.from({ length: 10_000 }, (_, n) => ({ family: word(n), given: [`g${n}`], text: '-' })) },
      [
        ['family', 'w0e'],
        ['given', 'g99'],
      ],
    ],
    [
      'texts without a letter',
      { name: [{ given: Array.from({ length: 20_000 }, (_, n) => '-'.repeat(n % 3000)) }, { family: 'x' }] },
      [['given:exact', '---']],
    ],
    [
      'identifiers',
      { identifier: Array.from({ length: 20_000 }, (_, n) => ({ system: 's', value: String(n) })) },
      [
        ['identifier', 's|999'],
        ['identifier', '0'],
      ],
    ],
    [
      'marks to put in order',
      { name: [{ family: `e${'\u0315\u0300'.repeat(20_000)}`, given: ['Zoé'] }] },
      [
        ['family', 'e'],
        ['given', 'zoe'],
      ],
    ],
    [
      'long words',
      { name: [{ given: Array.from({ length: 300 }, (_, n) => `a${n}${'\uFDFA'.repeat(900)}é`) }] },
      [['given', 'a0']],
    ],
  ];

  it.each(odd)('%s: are bounded in number and work, and find it by what comes first', (_what, content, query) => {
    const normalize = vi.spyOn(String.prototype, 'normalize');
    const tokens = tokensOf(content);
    const characters = normalize.mock.contexts.reduce<number>((sum, text) => sum + String(text).length, 0);
    normalize.mockRestore();
    expect(characters).toBeLessThanOrEqual(20 * Math.min(JSON.stringify(content).length, 1000 * 1024));
    expect(tokens.length).toBeLessThanOrEqual(5002);
    expect(Math.max(...tokens.map((token) => Array.from(token).length))).toBeLessThanOrEqual(200);
    expect(finds(query, tokens)).toBe(true);
  });

  it('are as many as its words where those are within the bounds', () => {
    const given = Array.from({ length: 1000 }, (_, n) => word(n));
    expect(tokensOf({ name: [{ given }] }).filter((token) => token.startsWith('given|'))).toHaveLength(1000);
    expect(finds([['name', 'w1000e']], tokensOf({ name: [{ given: [...given, word(1000)] }] }))).toBe(false);
  });

  it('look at a bounded number of characters of one text', () => {
    const normalize = vi.spyOn(String.prototype, 'normalize');
    tokensOf({ name: [{ family: 'é '.repeat(100_000) }] });
    const longest = Math.max(...normalize.mock.contexts.map((text) => String(text).length));
    normalize.mockRestore();
    expect(longest).toBeLessThanOrEqual(2 * 1024);
  });
});
