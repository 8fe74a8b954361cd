/** Letters that Unicode does not take apart, as French registers and passports (ICAO 9303) write them. The final sigma is a sigma. */
const spelled: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'œ:oe æ:ae ß:ss þ:th ø:o ł:l đ:d ð:d ħ:h ŧ:t ŋ:n ı:i ĸ:k ς:σ',
    // Of languages of Africa and of Azerbaijan, and what else has a stroke.
    'ɓ:b ɖ:d ɗ:d ɛ:e ǝ:e ə:e ƒ:f ɣ:g ɩ:i ƙ:k ɲ:n ɔ:o ʋ:v ƴ:y',
    'ⱥ:a ƀ:b ȼ:c ɇ:e ǥ:g ɨ:i ɉ:j ɵ:o ɍ:r ⱦ:t ʉ:u ɏ:y ƶ:z',
  ]
    .join(' ')
    .split(' ')
    .map((pair) => pair.split(':')),
);
const toSpell = new RegExp(`[${Object.keys(spelled).join('')}]`, 'gu');

const isAscii = /^[ -~]*$/;

/** What is no letter and no digit. Some apostrophes are letters by Unicode (U+02BC, the saltillo), and stand between words all the same. */
const betweenWords = /(?:[^\p{L}\p{N}]|[\u02B0-\u02FF\uA78B\uA78C])+/u;

/**
 * The words of a text in the form in which they are compared: without case, without accents (NFKD, then no marks), letters that have
 * no such form spelled out. Apostrophes, hyphens, blanks of every kind and other punctuation stand between words.
 * `L’Hôpital-Œuvré` has the words `l`, `hopital`, `oeuvre`.
 */
export const foldWords = (text: string): readonly string[] => {
  const lower = text.toLowerCase();
  // Most names are of ASCII: they need no Unicode.
  if (/^[a-z0-9]+$/.test(lower)) return [lower];
  if (isAscii.test(text)) return lower.split(/[^a-z0-9]+/).filter((word) => word !== '');
  return (
    text
      .normalize('NFKD')
      .toLowerCase()
      .normalize('NFKD')
      // Marks; characters without a form of their own (the soft hyphen), and the stroke that stretches an Arabic word.
      .replace(/[\p{M}\p{Cf}\u0640]+/gu, '')
      .replace(toSpell, (letter) => spelled[letter] ?? letter)
      .split(betweenWords)
      .filter((word) => word !== '')
  );
};

/**
 * The form in which names are compared (FHIR R4, section 3.1.1.4.8: without case, accents, punctuation and blanks): `Le Goff`, `LE-GOFF`
 * and `legoff` are one name, as the French identity rules (RNIV) leave hyphen and apostrophe to the writer.
 */
export const foldText = (text: string): string => foldWords(text).join('');

const formerlySpelled: Readonly<Record<string, string>> = { œ: 'oe', æ: 'ae', ß: 'ss', ø: 'o', ł: 'l', đ: 'd' };

/** `foldWords` of the search rule before this one: rows that are not yet computed anew are found by it (`search-rule.ts`). */
export const formerFoldWords = (text: string): readonly string[] =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replace(/[œæßøłđ]/g, (letter) => formerlySpelled[letter] ?? letter)
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
