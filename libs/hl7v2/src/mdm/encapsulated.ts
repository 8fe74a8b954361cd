import type { Composite, Segment } from '../message/segment.js';
import { type Syntax, unescape } from '../message/syntax.js';
import { knownBeginning } from './content-type.js';

/** What an ED holds (HL7 v2.5, section 2.A.24), wherever its sender put the parts. */
export interface Encapsulated {
  readonly source: string;
  readonly type: string;
  readonly subtype: string;
  /** Base64, not checked yet. */
  readonly base64: string;
  /** What stands in none of the parts of an ED. */
  readonly others: string;
}

/** Parts that are not empty, but for those at some places. */
const othersOf = (parts: readonly string[], known: readonly number[]): string =>
  parts.filter((part, index) => part !== '' && !known.includes(index)).join(' ');

const hexForm = /^(?:[0-9A-Fa-f]{2})+$/;

/** HL7 table 0299, but for text that is not encoded. */
const encodings = new Set(['BASE64', 'BASE-64', 'HEX']);
const isEncoding = (text: string): boolean => text.length <= 7 && encodings.has(text.toUpperCase());

const base64Of = (encoding: string, data: string): string | undefined => {
  if (encoding.toUpperCase() !== 'HEX') return data;
  return hexForm.test(data) ? Buffer.from(data, 'hex').toString('base64') : undefined;
};

const alphabet = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;
/** Fewer characters of the alphabet may be a word. */
const base64LengthMin = 24;

/** Base64 where nothing says so: it begins as a known type of file does, or is longer than a word. */
const isSurelyBase64 = (text: string): boolean =>
  knownBeginning(text) !== undefined || (text.length >= base64LengthMin && alphabet.test(text));

/** The parts in the order of the standard: source, type, subtype, encoding, data. */
const inOrder = (parts: readonly string[], rest: string): Encapsulated | undefined => {
  const [source = '', type = '', subtype = '', encoding = '', data = ''] = parts;
  if (data === '' || isEncoding(data)) return undefined;
  if (encoding.toUpperCase() === 'A')
    return { source, type, subtype, base64: Buffer.from(rest, 'utf8').toString('base64'), others: '' };
  if (encoding !== '' && !isEncoding(encoding)) return undefined;
  const base64 = base64Of(encoding, data);
  const others = othersOf(parts, [0, 1, 2, 3, 4]);
  return base64 === undefined ? undefined : { source, type, subtype, base64, others };
};

/** The parts are moved: data stands behind the word for its encoding. */
const behindEncoding = (parts: readonly string[]): Encapsulated | undefined => {
  const at = parts.findIndex(isEncoding);
  const dataAt = at < 0 ? -1 : parts.findIndex((part, index) => index > at && part !== '');
  const data = dataAt < 0 ? undefined : parts[dataAt];
  const base64 = data === undefined ? undefined : base64Of(parts[at] ?? '', data);
  if (base64 === undefined) return undefined;
  const [source, type, subtype] = [at - 3, at - 2, at - 1].map((index) => parts[index] ?? '');
  const others = othersOf(parts, [at - 3, at - 2, at - 1, at, dataAt]);
  return { source: source ?? '', type: type ?? '', subtype: subtype ?? '', base64, others };
};

/** Nothing says where the data is, and one part alone looks like it. */
const alone = (parts: readonly string[]): Encapsulated | undefined => {
  const candidates = parts.filter(isSurelyBase64);
  const [base64] = candidates;
  if (base64 === undefined || candidates.length > 1) return undefined;
  const [source = '', type = '', subtype = ''] = parts.map((part) => (part === base64 ? '' : part));
  return { source, type, subtype, base64, others: othersOf(parts, [0, 1, 2, parts.indexOf(base64)]) };
};

/** The parts of a text and what stands behind the fourth separator, in which text that is not encoded holds separators. */
const partsOf = (
  raw: string,
  separator: string,
  syntax: Syntax,
): { readonly parts: readonly string[]; readonly rest: string } => {
  const pieces = raw.split(separator);
  const read = (text: string): string => unescape(text, syntax);
  return { parts: pieces.map((piece) => read(piece).trim()), rest: read(pieces.slice(4).join(separator)) };
};

const read = (raw: string, separator: string, syntax: Syntax): Encapsulated | undefined => {
  const { parts, rest } = partsOf(raw, separator, syntax);
  return inOrder(parts, rest) ?? behindEncoding(parts) ?? alone(parts);
};

/** The repetitions of OBX-5 are the parts of one ED: none has components, and one is the word for an encoding. */
const isSpread = (values: readonly Composite[]): boolean =>
  values.length > 1 &&
  values.every(({ raw, syntax }) => !raw.includes(syntax.component)) &&
  values.some((value) => isEncoding(value.text(1)));

/** One content of OBX-5, and the repetitions that it is made of; `undefined`: nothing in them can be decoded. */
export interface Held {
  readonly values: readonly Composite[];
  readonly content: Encapsulated | undefined;
}

/** Contents of an OBX-5 whose type is ED. */
export const encapsulatedIn = (obx: Segment): readonly Held[] => {
  const values = obx.repetitions(5).filter((value) => !value.isNull);
  const [first] = values;
  if (first === undefined) return [];
  const { syntax } = first;
  if (isSpread(values)) return [{ values, content: read(obx.raw(5), syntax.repetition, syntax) }];
  return values.map((value) => {
    const { component, subcomponent } = syntax;
    const separator = value.raw.includes(component) ? component : subcomponent;
    return { values: [value], content: read(value.raw, separator, syntax) };
  });
};
