import { createHash } from 'node:crypto';

/**
 * A search token is `kind|value`, compared by equality or by prefix in a btree with the byte order of UTF-8 (`collate "C"`):
 *
 *   identifier|SYSTEM|VALUE      an identifier with its system
 *   identifier|%|VALUE           an identifier that has no system (`%` alone is no URI)
 *   identifier||VALUE            the same identifier, whatever its system
 *   family|F  given|F            a whole family name, a whole given name, folded (`foldText`)
 *   name|F                       every word of family, given and text, folded
 *   family:exact|V …             `family:exact`, `given:exact`, `text:exact`: as written
 *   birthdate|1980-03-24         as written: a day, a month or a year
 *   gender|male
 *
 * `|` in a system is written `%7C`. What is longer than 200 characters is `kind|#` and 32 hexadecimal digits of its SHA-256:
 * found by equality, not by prefix.
 */
export const searchToken = (kind: string, value: string): string =>
  kind.length + value.length < 200
    ? `${kind}|${value}`
    : `${kind}|#${createHash('sha256').update(value).digest('hex').slice(0, 32)}`;

export const systemPart = (system: string): string => (system === '' ? '%' : system.replaceAll('|', '%7C'));

export const identifierTokens = (system: string, value: string): readonly string[] => [
  searchToken('identifier', `${systemPart(system)}|${value}`),
  searchToken('identifier', `|${value}`),
];
