import { Failure } from '#domain';
import { frenchSentences } from './french-sentences.js';
import { InvalidContent } from './issue.js';

export type Language = 'fr' | 'en';

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Those of the table that hold something that differs. */
const templates = Object.entries(frenchSentences)
  .filter(([english]) => english.includes('{}'))
  .map(([english, french]) => ({
    shape: new RegExp(`^${english.split('{}').map(escaped).join('(.+?)')}$`),
    parts: french.split('{}'),
  }));

const fromTemplate = (english: string): string | undefined => {
  for (const { shape, parts } of templates) {
    const [, ...found] = shape.exec(english) ?? [];
    if (found.length > 0) return parts.reduce((text, part, at) => text + inFrench(found[at - 1] ?? '') + part);
  }
  return undefined;
};

/** `where: sentence (byte n) (and n more)`: what stands around a sentence is the same in every failure. */
const around = /^(?:([\w.$[\]()]*): )?(.+?)(?: \(byte (\d+)\))?(?: \(and (\d+) more\))?$/s;

const inFrench = (english: string): string => {
  const whole = Object.hasOwn(frenchSentences, english) ? frenchSentences[english] : undefined;
  if (whole !== undefined) return whole;
  const [, where, sentence = '', byte, more] = around.exec(english) ?? [];
  const isBare = where === undefined && byte === undefined && more === undefined;
  if (isBare) return fromTemplate(english) ?? english;
  return [
    where === undefined ? '' : `${where} : `,
    inFrench(sentence),
    byte === undefined ? '' : ` (octet ${byte})`,
    more === undefined ? '' : ` (et ${more} autres)`,
  ].join('');
};

/** A sentence of this system in the sender's language; what the table does not hold stays as it is. */
export const said = (english: string, language: Language): string => (language === 'fr' ? inFrench(english) : english);

/** The same failure, told in the sender's language: also in the journal, which keeps what the sender was told. */
export const inLanguage = (failure: Failure, language: Language): Failure => {
  if (language !== 'fr') return failure;
  const isContent = failure instanceof InvalidContent;
  return Object.create(failure, {
    message: { value: inFrench(failure.message) },
    hint: { value: inFrench(failure.hint) },
    ...(isContent && { issues: { value: failure.issues.map((issue) => ({ ...issue, text: inFrench(issue.text) })) } }),
  }) as Failure;
};
