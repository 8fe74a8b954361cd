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

const addIdentifier = (tokens: Set<string>, identifier: Loose): void => {
  const { system, value } = identifier;
  if (isText(value)) for (const token of identifierTokens(isText(system) ? system : '', value)) tokens.add(token);
};

/** More letters than a token has are not joined: a text of many words costs as much a word as a short one. */
const wordsJoinedMax = 64;

/** The words from each of them on, written as one: whoever is asked for by any beginning of these is found. */
const addJoined = (
  tokens: Set<string>,
  kind: 'family' | 'given' | 'name',
  starts: readonly (readonly string[])[],
): void => {
  const words = starts.flat();
  let at = 0;
  for (const one of starts) {
    if (one.length > 0) tokens.add(nameToken(kind, words.slice(at, at + wordsJoinedMax).join('')));
    at += one.length;
  }
};

/** A prefix (`Dr`, `Mme`) is no name: nobody is searched by it. Given names are joined: senders write `Jean Pierre` as one or as two. */
const addName = (tokens: Set<string>, name: Loose): void => {
  for (const part of nameParts) {
    const values = asList(name[part]).filter(isText);
    for (const value of values) tokens.add(searchToken(`${part}:exact`, value));
    const folded = values.map(foldWords);
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

/** Tokens of one record, sorted and each once, by the grammar of `searchToken`. Reads only the members that it needs. */
export const searchTokens = (type: string, content: Uint8Array): readonly string[] => {
  if (!hasIdentifier(type)) return [];
  const isPatient = type === 'Patient';
  const [identifiers, names, birthDate, gender] = findMembers(content, isPatient ? ofPatient : ofAny);
  const read = (span: Span | undefined): unknown => (span ? valueAt(content, span) : undefined);
  const tokens = new Set<string>();
  for (const identifier of asList(read(identifiers))) if (isLoose(identifier)) addIdentifier(tokens, identifier);
  for (const name of asList(read(names))) if (isLoose(name)) addName(tokens, name);
  for (const [kind, span] of [
    ['birthdate', birthDate],
    ['gender', gender],
  ] as const) {
    const value = read(span);
    if (isText(value)) tokens.add(searchToken(kind, value));
  }
  return [...tokens].sort();
};
