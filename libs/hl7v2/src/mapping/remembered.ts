/** A copy of a text that was cut out of a message: what is kept must not keep the message with it, twenty megabytes perhaps. */
export const ownText = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

/**
 * Longer than any name is: kept, words of this length would fill the memory.
 * @limit Inside | characters of words that are remembered | longer ones are folded anew each time
 */
const wordsMax = 1000;

/**
 * What was made of the same words before, up to a number of them: then all is forgotten. For what real feeds repeat (authorities, places,
 * professionals), and never for what is a patient's. `make` gets its own copy of the words.
 */
export class Remembered<T> {
  private readonly values = new Map<string, T>();
  constructor(private readonly max: number) {}

  of(words: string, make: (words: string) => T): T {
    const known = this.values.get(words);
    if (known !== undefined) return known;
    if (words.length > wordsMax) return make(words);
    const own = ownText(words);
    const made = make(own);
    if (this.values.size >= this.max) this.values.clear();
    this.values.set(own, made);
    return made;
  }
}
