import { foldText } from './fold-text.js';
import type { Span } from './json-slices.js';
import { findMembers, memberNames, valueAt } from './json-slices.js';
import { hasIdentifier } from './resource-types.js';
import { identifierTokens, searchToken } from './search-token.js';

/** `Identifier` and `HumanName`, as far as they are looked at. The content may come from a patch, so that nothing is certain of it. */
type Loose = Readonly<Record<string, unknown>>;

const asList = (value: unknown): readonly Loose[] =>
  (Array.isArray(value) ? value : [value]).filter(
    (item): item is Loose => typeof item === 'object' && item !== null && !Array.isArray(item),
  );

const strings = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string' && item !== '');

const tokensOfIdentifier = (identifier: Loose): readonly string[] =>
  strings(identifier['value']).flatMap((value) => identifierTokens(strings(identifier['system'])[0] ?? '', value));

/** A prefix (`Dr`, `Mme`) is no name: nobody is searched by it. */
const tokensOfName = (name: Loose): readonly string[] => {
  const parts = (['family', 'given', 'text'] as const).flatMap((kind) =>
    strings(name[kind]).map((value) => ({ kind, value, folded: foldText(value) })),
  );
  return parts.flatMap(({ kind, value, folded }) => [
    searchToken(`${kind}:exact`, value),
    ...(kind === 'text' || folded === '' ? [] : [searchToken(kind, folded)]),
    ...folded.split(' ').flatMap((word) => (word === '' ? [] : [searchToken('name', word)])),
  ]);
};

const plain = memberNames('identifier');
const ofPatient = memberNames('identifier', 'name', 'birthDate', 'gender');

/** Tokens of one record, sorted and each once, by the grammar of `searchToken`. Reads only the members that it needs. */
export const searchTokens = (type: string, content: Uint8Array): readonly string[] => {
  if (!hasIdentifier(type)) return [];
  const isPatient = type === 'Patient';
  const spans = findMembers(content, isPatient ? ofPatient : plain);
  const read = (span: Span | undefined): unknown => (span ? valueAt(content, span) : undefined);
  const tokens = asList(read(spans[0])).flatMap(tokensOfIdentifier);
  if (isPatient)
    tokens.push(
      ...asList(read(spans[1])).flatMap(tokensOfName),
      ...strings(read(spans[2])).map((date) => searchToken('birthdate', date)),
      ...strings(read(spans[3])).map((gender) => searchToken('gender', gender)),
    );
  return tokens.length < 2 ? tokens : [...new Set(tokens)].sort();
};
