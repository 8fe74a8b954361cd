import { RecordKey } from '#domain';
import { searchTokens } from './search-tokens.js';

/**
 * The rules of what a record is found by, oldest first, with the types whose tokens each computes otherwise than the one before.
 *
 *   1  words of a name each for itself, whole names with blanks between their words
 *   2  names without blanks, from each word on
 */
const rules: readonly { readonly version: number; readonly types: readonly string[] }[] = [
  { version: 1, types: [] },
  { version: 2, types: ['Patient'] },
];

const newest = Math.max(...rules.map(({ version }) => version));

/**
 * What a record is found by, and the version of that rule. Other tokens for the same content = a line in `rules`: followers then
 * compute the rows of these types anew, in the background. Meanwhile a row has the tokens of one rule or the other: a query asks for
 * what finds either (`formerFoldWords`), until the next rule.
 */
export const searchRule = {
  version: newest,
  /** Types of which rows that a rule of this version computed are to be computed anew, sorted. */
  changedSince: (version: number): readonly string[] =>
    [...new Set(rules.filter((rule) => rule.version > version).flatMap(({ types }) => types))].sort(),
  tokensOf: (key: RecordKey, content: Uint8Array): readonly string[] => searchTokens(RecordKey.type(key), content),
} as const;
