/**
 * What was made of the same words before, up to a number of them: then all is forgotten. For what real feeds repeat (authorities, places,
 * professionals), and never for what is a patient's.
 */
export class Remembered<T> {
  private readonly values = new Map<string, T>();
  constructor(private readonly max: number) {}

  of(words: string, make: () => T): T {
    const known = this.values.get(words);
    if (known !== undefined) return known;
    const made = make();
    if (this.values.size >= this.max) this.values.clear();
    this.values.set(words, made);
    return made;
  }
}
