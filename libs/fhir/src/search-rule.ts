import { RecordKey } from '#domain';
import type { SearchRequest } from './search-request.js';
import { searchTokens } from './search-tokens.js';

/** A version of the rule: which kinds of tokens, of which types, it makes otherwise than the version before. */
interface Rule {
  readonly version: number;
  readonly types: readonly string[];
  readonly kinds: readonly string[];
}

/**
 * The rules of what a record is found by, oldest first.
 *
 *   1  words of a name each for itself, whole names with blanks between their words
 *   2  names without blanks, from each word on
 */
const rules: readonly Rule[] = [
  { version: 1, types: [], kinds: [] },
  { version: 2, types: ['Patient'], kinds: ['family', 'given', 'name'] },
];

const newest = Math.max(...rules.map(({ version }) => version));
const after = (version: number): readonly Rule[] => rules.filter((rule) => rule.version > version);

/**
 * What a record is found by, and the version of that rule. Other tokens for the same content = a line in `rules`: followers then
 * compute the rows of these types anew, in the background. Meanwhile a row has the tokens of one rule or the other: a query asks for
 * what finds either (`formerFoldWords`), until the next rule.
 */
export const searchRule = {
  version: newest,
  /** Types of which rows that a rule of this version computed are to be computed anew, sorted. */
  changedSince: (version: number): readonly string[] =>
    [...new Set(after(version).flatMap(({ types }) => types))].sort(),
  /** May a search lack records whose rows a rule of this version computed? */
  mayLack: ({ type, all }: Pick<SearchRequest, 'type' | 'all'>, version: number): boolean =>
    after(version).some(
      ({ types, kinds }) =>
        types.includes(type) &&
        all.some(({ anyOf }) => anyOf.some(({ from }) => kinds.some((kind) => from.startsWith(`${kind}|`)))),
    ),
  tokensOf: (key: RecordKey, content: Uint8Array): readonly string[] => searchTokens(RecordKey.type(key), content),
} as const;
