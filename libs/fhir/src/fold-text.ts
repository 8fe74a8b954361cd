/** Longer than the longest name or identifier that is one; keeps every token far below what a btree page can hold. */
const ligatures: Readonly<Record<string, string>> = { œ: 'oe', æ: 'ae', ß: 'ss', ø: 'o', ł: 'l', đ: 'd' };

/**
 * The form in which names are compared: accents stripped (NFD), ligatures opened, lower case, everything that is no letter or digit one
 * space. `Le Goff`, `LE-GOFF` and `le goff` are one name: the French identity rules (RNIV) leave hyphen and apostrophe to the writer.
 */
export const foldText = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/[œæßøłđ]/g, (letter) => ligatures[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
