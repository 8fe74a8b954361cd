/** Edits from one word to the other (Levenshtein). */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of Array.from(a).entries())
    row = row.reduce<number[]>(
      (next, above, j) =>
        j === 0
          ? [i + 1]
          : [...next, Math.min(above + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + Number(letter !== b[j - 1]))],
      [],
    );
  return row[b.length] ?? 0;
};

/** The known words that somebody may have meant, nearest first: a third of their letters may differ. Longer than 80 letters is none. */
export const nearestOf = (word: string, known: Iterable<string>, most: number): readonly string[] =>
  word.length > 80
    ? []
    : Array.from(known, (one) => ({ one, far: distance(word.toLowerCase(), one.toLowerCase()) }))
        .filter(({ one, far }) => far <= Math.max(1, Math.floor(one.length / 3)))
        .toSorted((a, b) => a.far - b.far)
        .slice(0, most)
        .map(({ one }) => one);
