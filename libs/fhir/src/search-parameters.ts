import { Failure, Instant, RecordKey } from '#domain';
import { comparisonOf, dateMatches } from './date-tokens.js';
import { foldWords, formerFoldWords } from './fold-text.js';
import { patientOfReference } from './patient-of.js';
import { hasIdentifier, patientPaths } from './resource-types.js';
import { searchBounds, tooMuch } from './search-bounds.js';
import type { InstantRange, TokenCondition, TokenMatch } from './search-request.js';
import { nameToken, searchToken, systemPart } from './search-token.js';

/** What a query has said so far. */
export interface Draft {
  readonly ids?: readonly string[];
  readonly patients?: readonly RecordKey[];
  readonly lastUpdated?: InstantRange;
  readonly all: readonly TokenCondition[];
  readonly count: number;
  readonly countOnly: boolean;
  readonly total: 'none' | 'accurate';
  readonly cursor?: string;
  readonly asOf?: Instant;
  readonly since?: Instant;
}

export const emptyDraft: Draft = { all: [], count: 50, countOnly: false, total: 'none' };
/** @limit Reader | records on a page (`_count`) | a page holds so many, with a link `next` */
const maxCount = 500;

/** A query parameter: how it is declared in the CapabilityStatement, and how it is read. */
export interface QueryParameter {
  readonly name: string;
  /** FHIR's type of search parameter; absent for those that only shape the answer. */
  readonly type?: 'token' | 'date' | 'string' | 'reference';
  readonly modifiers: readonly string[];
  /** May stand several times: then all must hold. */
  readonly repeats: boolean;
  readonly documentation: string;
  readonly read: (draft: Draft, value: string, modifier: string | undefined) => Draft;
}

const invalid = (name: string, remedy: string): Failure =>
  new Failure('input.invalid', `the search parameter ${name} has a value that it cannot have`, remedy);

/** FHIR R4, section 3.1.1.4.3: `\,` `\|` `\$` `\\` are no separators. */
const split = (value: string, separator: ',' | '|'): readonly string[] => {
  const parts = [''];
  for (let i = 0; i < value.length; i++) {
    if (value[i] === '\\' && i + 1 < value.length) parts[parts.length - 1] += `\\${value[++i] ?? ''}`;
    else if (value[i] === separator) parts.push('');
    else parts[parts.length - 1] += value[i] ?? '';
  }
  return parts;
};
const unescaped = (value: string): string => value.replace(/\\(.)/gs, '$1');

/** Values after each other with commas; `parse-search.ts` has counted them. */
export const alternatives = (value: string): readonly string[] => split(value, ',');

/** What one value of a query asks for: conditions that must all hold. */
type Conditions = readonly (readonly TokenMatch[])[];

const both = <T>(one: readonly T[] | undefined, other: readonly T[]): readonly T[] => {
  const others = new Set(other);
  return one === undefined ? other : one.filter((value) => others.has(value));
};

const withCondition = (name: string, draft: Draft, anyOf: readonly TokenMatch[]): Draft => {
  const all = [...draft.all, { anyOf }];
  if (all.length > searchBounds.conditions) throw tooMuch(name, 'conditions');
  if (lookupsOf(all.map((condition) => condition.anyOf)) > searchBounds.lookups) throw tooMuch(name, 'lookups');
  return { ...draft, all };
};

const lookupsOf = (conditions: Conditions): number => conditions.reduce((sum, anyOf) => sum + anyOf.length, 0);

const idParameter: QueryParameter = {
  name: '_id',
  type: 'token',
  modifiers: [],
  repeats: true,
  documentation: 'Logical id.',
  read: (draft, value) => {
    const ids = alternatives(value);
    if (!ids.every((id) => /^[A-Za-z0-9\-.]{1,64}$/.test(id))) throw invalid('_id', 'ids, separated by commas');
    return { ...draft, ids: both(draft.ids, ids) };
  },
};

/** A `+` that the sender did not write as %2B has become a space. */
const parseInstant = (name: string, value: string): Instant => {
  try {
    return Instant.parse(value.replace(/ (\d\d:\d\d)$/, '+$1'));
  } catch {
    throw invalid(name, 'RFC 3339 with a zone, for example 2026-11-20T14:30:00+01:00 (in a URL, + is written %2B)');
  }
};

/** The moments that an instant or a date stands for. A date without time is a day of UTC. */
const instantSpan = (name: string, value: string): { readonly start: Instant; readonly end: Instant } => {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(value);
  const start = parseInstant(name, isDay ? `${value}T00:00:00Z` : value);
  const width = isDay
    ? 86_400_000
    : /T\d\d:\d\d:\d\d\./.test(value)
      ? 1
      : /T\d\d:\d\d:\d\d/.test(value)
        ? 1000
        : 60_000;
  return { start, end: Instant.of(start + width) };
};

const lastUpdatedParameter: QueryParameter = {
  name: '_lastUpdated',
  type: 'date',
  modifiers: [],
  repeats: true,
  documentation: 'When the version was recorded: eq, ge, gt, le, lt with an instant or a day (UTC).',
  read: (draft, value) => {
    const { comparison, rest } = comparisonOf('_lastUpdated', value);
    const { start, end } = instantSpan('_lastUpdated', rest);
    const from = comparison === 'gt' ? end : comparison === 'eq' || comparison === 'ge' ? start : undefined;
    const before = comparison === 'lt' ? start : comparison === 'eq' || comparison === 'le' ? end : undefined;
    return { ...draft, lastUpdated: intersection(draft.lastUpdated ?? {}, from, before) };
  },
};

const intersection = (range: InstantRange, from: Instant | undefined, before: Instant | undefined): InstantRange => {
  const later = range.from !== undefined && (from === undefined || range.from > from) ? range.from : from;
  const earlier = range.before !== undefined && (before === undefined || range.before < before) ? range.before : before;
  return { ...(later !== undefined && { from: later }), ...(earlier !== undefined && { before: earlier }) };
};

const identifierParameter: QueryParameter = {
  name: 'identifier',
  type: 'token',
  modifiers: [],
  repeats: true,
  documentation:
    'system|value, value, |value (without a system) or system| (any of the system). POST to _search keeps it out of logs.',
  read: (draft, value) => withCondition('identifier', draft, alternatives(value).map(identifierMatch)),
};

const identifierMatch = (value: string): TokenMatch => {
  const [first = '', ...rest] = split(value, '|').map(unescaped);
  const token = (content: string): TokenMatch => ({ from: searchToken('identifier', content), prefix: false });
  if (rest.length === 0 && first !== '') return token(`|${first}`);
  const number = rest.join('|');
  if (number !== '') return token(`${systemPart(first)}|${number}`);
  if (first !== '') return { from: `identifier|${systemPart(first)}|`, prefix: true };
  throw invalid('identifier', 'system|value, value or |value');
};

const patientParameter = (name: 'patient' | 'subject' | 'beneficiary'): QueryParameter => ({
  name,
  type: 'reference',
  modifiers: [],
  repeats: true,
  documentation: 'The patient that the record is about: Patient/id or id.',
  read: (draft, value) => {
    const patients = alternatives(value).map((reference) => {
      const key = `Patient/${reference}`;
      const patient = patientOfReference(reference) ?? (RecordKey.matches(key) ? key : undefined);
      if (!patient) throw invalid(name, 'Patient/id or id');
      return patient;
    });
    return { ...draft, patients: both(draft.patients, patients) };
  },
});

const nameParts = { name: ['family', 'given', 'text'], family: ['family'], given: ['given'] } as const;

/**
 * `a b,c` asks for (a and b) or c; written as conditions that must all hold: (a or c) and (b or c). The words of each value multiply:
 * how many conditions and lookups come out is counted before they are made.
 */
const conjunctions = (name: NamePart, values: readonly string[]): Conditions => {
  let all: Conditions = [[]];
  for (const value of values)
    for (const group of groupsOf(name, value)) {
      if (all.length * group.length > searchBounds.conditions) throw tooMuch(name, 'conditions');
      const lookups = lookupsOf(all) * group.length + all.length * lookupsOf(group);
      if (lookups > searchBounds.lookups) throw tooMuch(name, 'lookups');
      all = all.flatMap((anyOf) => group.map((matches) => [...anyOf, ...matches]));
    }
  return all;
};

type NamePart = keyof typeof nameParts;
const nameMatch = (name: NamePart, folded: string): TokenMatch => ({ from: nameToken(name, folded), prefix: true });

/**
 * Each word begins a name, alone or written as one with words before it: `Jean Pierre` finds `Jeanpierre`, `Jean-Pierre`, and Pierre of
 * the family Jean. (With words behind it need not be asked: what begins so begins with the words up to this one, too.)
 */
const eachWord = (words: readonly string[]): Conditions =>
  words.map((_, end) =>
    words.slice(0, end + 1).map((_word, start) => nameMatch('name', words.slice(start, end + 1).join(''))),
  );

const formerMatch = (name: NamePart, folded: string): TokenMatch => ({ from: searchToken(name, folded), prefix: true });

/** Word by word, so that a name in an unusual spelling asks for as many conditions as it has words. */
const eitherSpelling = (anyOf: readonly TokenMatch[], former: TokenMatch): readonly TokenMatch[] =>
  anyOf.some(({ from }) => from === former.from) ? anyOf : [...anyOf, former];

const tooLong = (name: NamePart): Failure =>
  invalid(name, `at most ${searchBounds.words} words and ${searchBounds.characters} characters in a value`);

/** What one value of a query asks for, and what finds the rows of the rule before (`search-rule.ts`) where that is something else. */
const groupsOf = (name: NamePart, value: string): readonly Conditions[] => {
  if (value.length > searchBounds.characters) throw tooLong(name);
  const words = foldWords(value);
  if (words.length === 0) throw invalid(name, 'at least one letter');
  const before = formerFoldWords(value);
  if (Math.max(words.length, before.length) > searchBounds.words) throw tooLong(name);
  if (before.length === 0) return [name === 'name' ? eachWord(words) : [[nameMatch(name, words.join(''))]]];
  if (name === 'name') {
    if (before.length === words.length)
      return [eachWord(words).map((anyOf, index) => eitherSpelling(anyOf, formerMatch(name, before[index] ?? '')))];
    return [eachWord(words), before.map((word) => [formerMatch(name, word)])];
  }
  return [[eitherSpelling([nameMatch(name, words.join(''))], formerMatch(name, before.join(' ')))]];
};

const nameParameter = (name: NamePart, documentation: string): QueryParameter => ({
  name,
  type: 'string',
  modifiers: ['exact'],
  repeats: true,
  documentation,
  read: (draft, value, modifier) => {
    const values = alternatives(value).map(unescaped);
    if (modifier === 'exact')
      return withCondition(
        name,
        draft,
        values.flatMap((exact) =>
          nameParts[name].map((part) => ({ from: searchToken(`${part}:exact`, exact), prefix: false })),
        ),
      );
    return conjunctions(name, values).reduce((so, anyOf) => withCondition(name, so, anyOf), draft);
  },
});

const birthDateParameter: QueryParameter = {
  name: 'birthdate',
  type: 'date',
  modifiers: [],
  repeats: true,
  documentation: 'A day, a month or a year, with eq, ge, gt, le, lt.',
  read: (draft, value) =>
    withCondition(
      'birthdate',
      draft,
      alternatives(value).flatMap((date) => {
        const matches = dateMatches('birthdate', date);
        if (!matches) throw invalid('birthdate', 'YYYY-MM-DD, YYYY-MM or YYYY');
        return matches;
      }),
    ),
};

const genderSystem = 'http://hl7.org/fhir/administrative-gender';
const genderParameter: QueryParameter = {
  name: 'gender',
  type: 'token',
  modifiers: [],
  repeats: true,
  documentation: 'male, female, other, unknown.',
  read: (draft, value) =>
    withCondition(
      'gender',
      draft,
      alternatives(value).map((token) => {
        const code = token.startsWith(`${genderSystem}|`) ? token.slice(genderSystem.length + 1) : token;
        if (!['male', 'female', 'other', 'unknown'].includes(code))
          throw invalid('gender', 'one of male, female, other, unknown');
        return { from: searchToken('gender', code), prefix: false };
      }),
    ),
};

const ofPatient: readonly QueryParameter[] = [
  nameParameter(
    'name',
    'Every word begins a word of a name, without regard to case, accents, apostrophes, hyphens and blanks; :exact as written.',
  ),
  nameParameter(
    'family',
    'A family name begins so, without regard to case, accents, apostrophes, hyphens and blanks; :exact as written.',
  ),
  nameParameter(
    'given',
    'A given name begins so, without regard to case, accents, apostrophes, hyphens and blanks; :exact as written.',
  ),
  birthDateParameter,
  genderParameter,
];

/** Every search parameter of a type. The CapabilityStatement is made from this and nothing else. */
export const searchParameters = (type: string): readonly QueryParameter[] => [
  idParameter,
  lastUpdatedParameter,
  ...(hasIdentifier(type) ? [identifierParameter] : []),
  ...(patientPaths.has(type) ? [patientParameter('patient'), patientParameter('subject')] : []),
  ...(type === 'Coverage' ? [patientParameter('beneficiary')] : []),
  ...(type === 'Patient' ? ofPatient : []),
];

const shaping = (name: string, documentation: string, read: QueryParameter['read']): QueryParameter => ({
  name,
  modifiers: [],
  repeats: false,
  documentation,
  read,
});

const jsonFormats = ['json', 'application/json', 'application/fhir+json', 'text/json'];
const notSupported = (what: string, remedy: string): Failure =>
  new Failure('input.not-supported', `${what} is not supported`, remedy);

const count = shaping(
  '_count',
  `Records on a page: 50 unless said, ${maxCount} at most; 0 asks for the total.`,
  (draft, value) => {
    if (!/^\d{1,9}$/.test(value)) throw invalid('_count', 'a number');
    const wanted = Math.min(Number(value), maxCount);
    return wanted === 0 ? { ...draft, countOnly: true } : { ...draft, count: wanted };
  },
);
const format = shaping('_format', 'json.', (draft, value) => {
  // A `+` in a URL has become a space.
  if (!jsonFormats.includes(value.split(';', 1)[0]?.replace(' ', '+') ?? ''))
    throw notSupported('this _format', 'ask for json');
  return draft;
});
const summary = shaping('_summary', 'count or false.', (draft, value) => {
  if (value !== 'count' && value !== 'false')
    throw notSupported('this _summary', 'count or false: content is served as it was sent');
  return value === 'count' ? { ...draft, countOnly: true } : draft;
});
const total = shaping('_total', 'none (unless said) or accurate.', (draft, value) => {
  if (!['none', 'estimate', 'accurate'].includes(value)) throw invalid('_total', 'none, estimate or accurate');
  return { ...draft, total: value === 'none' ? 'none' : 'accurate' };
});
const cursor = shaping('_cursor', 'Opaque: follow the link next.', (draft, value) => {
  if (!/^[A-Za-z0-9_-]{1,512}$/.test(value)) throw invalid('_cursor', 'follow the link next as it was given');
  return { ...draft, cursor: value };
});
const asOf = shaping('_asOf', 'The state at this recorded instant, from history.', (draft, value) => ({
  ...draft,
  asOf: parseInstant('_asOf', value),
}));
const since = shaping('_since', 'Versions recorded at or after this instant.', (draft, value) => ({
  ...draft,
  since: parseInstant('_since', value),
}));

export const searchShaping: readonly QueryParameter[] = [count, format, summary, total, cursor, asOf];
export const historyParameters: readonly QueryParameter[] = [since, count, format, cursor, asOf];
export const readParameters: readonly QueryParameter[] = [format, asOf];
