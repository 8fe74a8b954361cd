const ligatures: Readonly<Record<string, string>> = { œ: 'oe', æ: 'ae', ß: 'ss', ø: 'o', ł: 'l', đ: 'd' };

/**
 * The form in which names are compared: accents stripped (NFD), ligatures opened, lower case, everything that is no letter or digit one
 * space. `Le Goff`, `LE-GOFF` and `le goff` are one name: the French identity rules (RNIV) leave hyphen and apostrophe to the writer.
 */
export const foldText = (text: string): string => {
  const lower = text.toLowerCase();
  // Most names are letters of ASCII and nothing else: they need no Unicode.
  if (/^[a-z0-9]*$/.test(lower)) return lower;
  return lower
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/[œæßøłđ]/g, (letter) => ligatures[letter] ?? letter)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
};
