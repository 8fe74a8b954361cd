import type { WordKey, Words } from './word-key.js';

export const languages = ['fr', 'en'] as const;
export type Language = (typeof languages)[number];

/** Lexique des règles typographiques de l'Imprimerie nationale: a thin space before ; ! ? and », a no-break space before the colon. */
export const frenchTypography = (text: string): string =>
  text
    .replaceAll(/ ([;!?])/g, '\u202f$1')
    .replaceAll(/ ([:»])/g, '\u00a0$1')
    .replaceAll('« ', '«\u00a0')
    .replaceAll("'", '’');

export interface Say {
  (key: WordKey, values?: Readonly<Record<string, string | number>>): string;
  /** A word of the data in this language; a word that nobody knows stays as it is. */
  readonly value: (word: string) => string;
  /** What control says, in this language; a sentence that nobody knows stays as it is. */
  readonly sentence: (text: string) => string;
  readonly language: Language;
}

/** Only the asked language is loaded. */
export const speak = async (language: Language): Promise<Say> => {
  const words: Words = language === 'fr' ? (await import('./fr.js')).fr : (await import('./en.js')).en;
  const set = language === 'fr' ? frenchTypography : (text: string): string => text;
  const byName = new Map(Object.entries(words));
  const say = (key: WordKey, values: Readonly<Record<string, string | number>> = {}): string =>
    set(words[key]).replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  const again = language === 'fr' ? (await import('./french-failures.js')).inFrench : (text: string): string => text;
  const sentence = (text: string): string => {
    const said = again(text);
    return said === text ? text : set(said);
  };
  return Object.assign(say, { value: (word: string) => set(byName.get(`value.${word}`) ?? word), sentence, language });
};

/** `--lang` where it is a language, else by the environment; POSIX: LC_ALL before LC_MESSAGES before LANG. */
export const languageOf = (argv: readonly string[], env: Readonly<Record<string, string | undefined>>): Language => {
  const at = argv.indexOf('--lang');
  const asked = at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith('--lang='))?.slice('--lang='.length);
  const known = languages.find((language) => language === asked);
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return known ?? (/^fr/i.test(locale) ? 'fr' : 'en');
};
