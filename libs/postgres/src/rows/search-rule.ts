import type { TokensOf } from './rows-of-effects.js';

/** What a record is found by. Its version goes up when the tokens of any content change; 1 is the first. */
export interface SearchRule {
  readonly version: number;
  /** Types whose rows are to be computed anew where a rule of this version computed them; each once, sorted. */
  readonly changedSince: (version: number) => readonly string[];
  readonly tokensOf: TokensOf;
}
