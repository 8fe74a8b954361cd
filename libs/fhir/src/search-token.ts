import { createHash } from 'node:crypto';

/**
 * A search token is `kind|value`, compared by equality or by prefix in a btree with the byte order of UTF-8 (`collate "C"`):
 *
 *   identifier|SYSTEM|VALUE      an identifier with its system
 *   identifier|%|VALUE           an identifier that has no system (`%` alone is no URI)
 *   identifier||VALUE            the same identifier, whatever its system
 *   family|F                     a whole family name, folded (`foldText`)
 *   given|F                      the given names from each of them on, folded as one: `jeanpierremarie`, `pierremarie`, `marie`
 *   name|F                       family, given and text, from each of their words on, folded as one: `legoff`, `goff`
 *   family:exact|V …             `family:exact`, `given:exact`, `text:exact`: as written
 *   birthdate|1980-03-24         as written: a day, a month or a year
 *   gender|male
 *
 * `|` in a system is written `%7C`. What is longer than 200 characters is `kind|#` and 32 hexadecimal digits of its SHA-256:
 * found by equality, not by prefix. What is folded is cut instead (`nameToken`). Other tokens of a record = a new `searchRule`.
 */
export const searchToken = (kind: string, value: string): string =>
  kind.length + value.length < 200
    ? `${kind}|${value}`
    : `${kind}|#${createHash('sha256').update(value).digest('hex').slice(0, 32)}`;

/** @limit Reader | letters of a name by which it is found | what stands behind them does not tell names apart */
const foldedLettersMax = 64;

/**
 * A folded name: its first 64 letters, in the index as in a query. Where two names differ only behind those, both are found. That so
 * many are enough keeps the index small: a text has as many of these tokens as words.
 */
export const nameToken = (kind: 'family' | 'given' | 'name', folded: string): string =>
  `${kind}|${folded.length <= foldedLettersMax ? folded : Array.from(folded).slice(0, foldedLettersMax).join('')}`;

export const systemPart = (system: string): string => (system === '' ? '%' : system.replaceAll('|', '%7C'));

export const identifierTokens = (system: string, value: string): readonly string[] => [
  searchToken('identifier', `${systemPart(system)}|${value}`),
  searchToken('identifier', `|${value}`),
];
