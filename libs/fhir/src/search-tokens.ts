import { foldWords } from './fold-text.js';
import type { Span } from './json-slices.js';
import { findMembers, memberNames, valueAt } from './json-slices.js';
import { hasIdentifier } from './resource-types.js';
import { identifierTokens, nameToken, searchToken } from './search-token.js';

/** `Identifier` and `HumanName`, as far as they are looked at. The content may come from a patch, so that nothing is certain of it. */
type Loose = Readonly<Record<string, unknown>>;

const asList = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];
const isLoose = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const nameParts = ['family', 'given', 'text'] as const;

const addIdentifiers = (tokens: Set<string>, identifiers: readonly unknown[]): void => {
  const valued = identifiers.filter(isLoose).filter(({ value }) => isText(value));
  for (const { system, value } of valued.slice(0, tokenBounds.identifiers))
    if (isText(value)) for (const token of identifierTokens(isText(system) ? system : '', value)) tokens.add(token);
};

/**
 * Bounds of what one record is found by: a sender may write as many names and identifiers as a message holds. What is behind them is
 * in the record and is not found by a search; the words before them are.
 */
export const tokenBounds = {
  /** Identifiers with a value, the first ones: two tokens each. */
  identifiers: 1000,
  /** Texts of all names (family, each given, text), the first ones: one token as written each. */
  texts: 1000,
  /** UTF-16 characters of one text that are looked at for its words; a word that goes on behind them is found by what stands before. */
  characters: 1024,
  /** Words of all these texts, the first ones: two tokens each at most. */
  words: 1000,
} as const;

/**
 * A token has 64 letters, of two UTF-16 characters at most: more of the words behind is not joined.
 * @limit Reader | characters of words that are joined to one | more of the words behind is not joined
 */
const charactersJoinedMax = 128;

const joinedFrom = (words: readonly string[], at: number): string => {
  let joined = '';
  for (let next = at; next < words.length && joined.length < charactersJoinedMax; next++) joined += words[next] ?? '';
  return joined;
};

/** The words from each of them on, written as one: whoever is asked for by any beginning of these is found. */
const addJoined = (
  tokens: Set<string>,
  kind: 'family' | 'given' | 'name',
  starts: readonly (readonly string[])[],
): void => {
  const words = starts.flat();
  let at = 0;
  for (const one of starts) {
    if (one.length > 0) tokens.add(nameToken(kind, joinedFrom(words, at)));
    at += one.length;
  }
};

/** What of its bounds a record has left. */
interface Left {
  texts: number;
  words: number;
}

const foldedWithin = (value: string, left: Left): readonly string[] => {
  if (left.words === 0) return [];
  const words = foldWords(value.slice(0, tokenBounds.characters)).slice(0, left.words);
  left.words -= words.length;
  return words;
};

/** A prefix (`Dr`, `Mme`) is no name: nobody is searched by it. Given names are joined: senders write `Jean Pierre` as one or as two. */
const addName = (tokens: Set<string>, name: Loose, left: Left): void => {
  for (const part of nameParts) {
    const values = asList(name[part]).filter(isText).slice(0, left.texts);
    left.texts -= values.length;
    for (const value of values) tokens.add(searchToken(`${part}:exact`, value));
    const folded = values.map((value) => foldedWithin(value, left));
    const asOne = part === 'given' ? [folded] : folded.map((words) => [words]);
    for (const starts of asOne) {
      if (part !== 'text') addJoined(tokens, part, starts);
      addJoined(
        tokens,
        'name',
        starts.flat().map((word) => [word]),
      );
    }
  }
};

const ofAny = memberNames('identifier');
const ofPatient = memberNames('identifier', 'name', 'birthDate', 'gender');

/** Tokens of one record, sorted and each once, by the grammar of `searchToken`, within `tokenBounds`. Reads only the members that it needs. */
export const searchTokens = (type: string, content: Uint8Array): readonly string[] => {
  if (!hasIdentifier(type)) return [];
  const isPatient = type === 'Patient';
  const [identifiers, names, birthDate, gender] = findMembers(content, isPatient ? ofPatient : ofAny);
  const read = (span: Span | undefined): unknown => (span ? valueAt(content, span) : undefined);
  const tokens = new Set<string>();
  addIdentifiers(tokens, asList(read(identifiers)));
  const left: Left = { texts: tokenBounds.texts, words: tokenBounds.words };
  for (const name of asList(read(names))) if (isLoose(name)) addName(tokens, name, left);
  for (const [kind, span] of [
    ['birthdate', birthDate],
    ['gender', gender],
  ] as const) {
    const value = read(span);
    if (isText(value)) tokens.add(searchToken(kind, value));
  }
  return [...tokens].sort();
};
