import { Failure } from '#domain';

/**
 * What one search may ask for. Each bound is counted before anything is made of the query: what a query costs, here and in the
 * database, then grows no faster than its length. Beyond a bound the search is refused (400) by the name of the parameter.
 */
export const searchBounds = {
  /**
   * Parameters that ask for something, and conditions made of their words (a condition takes parameters and columns of a statement).
   * @limit Reader | conditions of a search | 400 that names the parameter
   */
  conditions: 16,
  /**
   * Values in all: repeated, and after each other with commas.
   * @limit Reader | values of a search in all | 400 that names the parameter
   */
  values: 500,
  /**
   * Lookups of tokens in all: a date with `ge` is up to 80 of them, a name of n words up to n(n+1)/2.
   * @limit Reader | comparisons of a search in all | 400 that names the parameter
   */
  lookups: 2000,
  /**
   * Words and UTF-16 characters of one value of `name`, `family` or `given`. `:exact` is one lookup, whatever its length.
   * @limit Reader | words of one value of a name | 400 that names the parameter
   */
  words: 16,
  /** @limit Reader | characters of one value of a name | 400 that names the parameter */
  characters: 512,
} as const;

export const tooMuch = (name: string, bound: 'conditions' | 'values' | 'lookups'): Failure =>
  new Failure(
    'input.invalid',
    `the search parameter ${name} asks for too much`,
    {
      conditions: `ask with fewer words and parameters, one search takes at most ${searchBounds.conditions} conditions`,
      values: `ask for fewer values, one search takes at most ${searchBounds.values} in all`,
      lookups: `ask for fewer values and words, one search takes at most ${searchBounds.lookups} comparisons`,
    }[bound],
  );
