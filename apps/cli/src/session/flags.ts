/** The flags of one call, by their names on the command line. */
export class Flags {
  constructor(private readonly values: ReadonlyMap<string, readonly string[]>) {}

  one(name: string): string | undefined {
    return this.values.get(name)?.at(-1);
  }
  many(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }
  has(name: string): boolean {
    return this.values.has(name);
  }
}
