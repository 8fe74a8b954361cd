import type { Findings } from './findings.js';
import { isBlankLine, lineRanges, nameOf } from './message/lines.js';
import type { Message } from './message/message.js';
import type { Segment } from './message/segment.js';
import type { Syntax } from './message/syntax.js';

/**
 * Race, religion and ethnic group are not recorded in France (IHE PAM France 2.11: forbidden in all messages), of whomever they are
 * told: HL7 v2.5 has them of the patient, of his next of kin, of the guarantor and of the insured, and his place of worship. What a
 * sender sends of them must not reach a log that nothing is ever deleted from.
 */
export const forbidden: Readonly<Record<string, readonly number[]>> = {
  PID: [10, 17, 22],
  PD1: [14],
  NK1: [25, 28, 35],
  GT1: [41, 44, 55],
  IN2: [39, 42, 71],
};

/**
 * Fields of PID that the French profile excludes (domain facts, section 2.3): of messages sent under it they are blanked as well.
 * PID-2 stays where it is all that names the patient.
 */
export const unused: readonly number[] = [2, 4, 9, 12, 19, 20, 28];

type Fields = ReadonlyMap<string, readonly number[]>;
const always: Fields = new Map(Object.entries(forbidden));
const french: Fields = new Map([...always, ['PID', [...(forbidden['PID'] ?? []), ...unused].sort((a, b) => a - b)]]);

const namesPatient = (pid: Segment | undefined): boolean =>
  pid?.repetitions(3).some((identifier) => identifier.text(1) !== '') ?? false;

/** One of the fields holds something, or may stand in a line that a bare line end broke off. */
const mayHold = (message: Message, fields: Fields): boolean => {
  for (const [name, told] of fields)
    for (const segment of message.all(name)) for (const field of told) if (segment.raw(field) !== '') return true;
  return message.loose.some(({ behind }) => fields.has(behind.name));
};

/** One of the five names, in whatever letters, behind none and behind no digit. */
const nameForm = new RegExp(`(?:${Object.keys(forbidden).join('|')})(?<![a-z0-9][a-z0-9]{3})`, 'gi');
/**
 * So many characters, or any number that are no letters or digits, may stand between a name and the separator: `PID-2|`, `PID[1]|`.
 * @limit Inside | characters between a segment's name and its separator | it is no such segment
 */
const tailMax = 20;
const nameLength = 3;
const standardSeparator = '|';

/** A name of the five with a separator behind it, elsewhere or otherwise than HL7 has it. */
interface OddName {
  readonly name: string;
  readonly at: number;
  readonly separatorAt: number;
}

const isLetterOrDigit = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at);
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
};
const isSeparator = (text: string, at: number, field: string): boolean => {
  const character = text.charAt(at);
  return character === field || character === standardSeparator;
};

/** Asked from left to right: where the next separator stands, of MSH-1 or `|`; the end of the text where none does. */
const nextSeparator = (text: string, field: string): ((from: number) => number) => {
  const separators = [...new Set([field, standardSeparator])];
  const found = separators.map(() => -1);
  return (from) => {
    separators.forEach((separator, i) => {
      if ((found[i] ?? 0) >= from) return;
      const at = text.indexOf(separator, from);
      found[i] = at < 0 ? text.length : at;
    });
    return Math.min(...found);
  };
};

/** What stands between a name and the separator is short, or holds no letters or digits, and ends no line. */
const isTail = (text: string, start: number, end: number): boolean => {
  for (let at = start; at < end; at++)
    if (text.charCodeAt(at) === 0x0d || (at >= start + tailMax && isLetterOrDigit(text, at))) return false;
  return true;
};

const oddNames = (text: string, field: string): readonly OddName[] => {
  const found: OddName[] = [];
  const separatorBehind = nextSeparator(text, field);
  const startsLine = (at: number): boolean => at === 0 || text[at - 1] === '\r' || text[at - 1] === '\n';
  nameForm.lastIndex = 0;
  while (nameForm.test(text)) {
    const end = nameForm.lastIndex;
    const at = end - nameLength;
    if (text[end] === field && startsLine(at)) continue;
    const separatorAt = separatorBehind(end);
    if (separatorAt < text.length && isTail(text, end, separatorAt))
      found.push({ name: text.slice(at, end).toUpperCase(), at, separatorAt });
  }
  return found;
};

/** Control characters, U+0085, U+2028, U+2029 and U+FEFF, as bytes of UTF-8: what programs take for a line's end or a file's beginning. */
const breakForm = /[^\P{Cc}\t\x80-\x9f]|\xc2\x85|\xe2\x80[\xa8\xa9]|\xef\xbb\xbf/u;

/** What stands before a name in its line, back to a letter, a digit or a separator. */
const oddRun = (line: string, at: number, field: string): string => {
  let start = at;
  while (start > 0 && !isLetterOrDigit(line, start - 1) && !isSeparator(line, start - 1, field)) start--;
  return line.slice(start, at);
};

const holdsLetters = (bytes: string): boolean => {
  const utf8 = Buffer.from(bytes, 'latin1').toString();
  return /[\p{L}\p{N}]/u.test(utf8.includes('\ufffd') ? bytes : utf8);
};

/** The line begins with that name: only odd characters stand before it, and the name ends there. */
const begins = (line: string, { name, at }: OddName, field: string): boolean => {
  const run = oddRun(line, at, field);
  return run.length === at && !isLetterOrDigit(line, at + name.length) && !holdsLetters(run);
};

/** Segments of free text: words behind a name in it make it a mention (`PID : not known|`). */
const ofText: readonly string[] = ['OBX', 'NTE'];

/** Within a segment that is well formed, a name is a mention of it, unless something like a line's end stands before it. */
const isBrokenOff = (line: string, { name, at, separatorAt }: OddName, within: string, syntax: Syntax): boolean => {
  const run = oddRun(line, at, syntax.field);
  // U+0085 is a byte of its own in ISO-8859; in UTF-8 that byte is a part of letters, in windows-1252 it is an ellipsis.
  if (!breakForm.test(run) && !(syntax.charset.startsWith('iso-8859') && run.includes('\x85'))) return false;
  return !ofText.includes(within) || !/[A-Za-z]/.test(line.slice(at + name.length, separatorAt));
};

/** Fields of one segment, counted through the lines that it stands in. */
interface Counting {
  readonly name: string;
  readonly separator: string;
  readonly told: readonly number[];
  /** Among the segments of its name, from 1; 0: of none that the mapping reads. */
  readonly sequence: number;
  /** Where in the next line its fields begin, and which is the first. */
  from: number;
  field: number;
}

/** The content of a field that is not to be recorded. */
interface Blank {
  readonly location: string;
  readonly start: number;
  readonly end: number;
}

/** Goes through the fields of a line; false where none that follows is told. */
const countOn = (
  counting: Counting,
  line: string,
  found: (field: number, start: number, end: number) => void,
): boolean => {
  const { separator, told } = counting;
  const last = told[told.length - 1] ?? 0;
  let start = counting.from;
  for (; counting.field <= last; counting.field++) {
    const at = line.indexOf(separator, start);
    const end = at < 0 ? line.length : at;
    if (end > start && told.includes(counting.field)) found(counting.field, start, end);
    if (at < 0) {
      counting.from = 0;
      return true;
    }
    start = at + 1;
  }
  return false;
};

/** Lines as the message has them, and those of segments that are written with `|` although MSH-1 is another. */
const linesOf = (text: string, field: string): readonly (readonly [number, number])[] => {
  const ranges = lineRanges(text, field);
  if (field === standardSeparator) return ranges;
  return ranges.flatMap(([from, to]) =>
    lineRanges(text.slice(from, to), standardSeparator).map(([start, end]) => [from + start, from + end] as const),
  );
};

/** Every field that holds something and is not to be recorded. Where a line can be read in two ways, the fields of both. */
const blanksOf = (text: string, names: readonly OddName[], message: Message, fields: Fields): Iterable<Blank> => {
  const { syntax } = message;
  const { field } = syntax;
  const blanks = new Map<string, Blank>();
  let counted: readonly Counting[] = [];
  let next = 0;
  const sequences = new Map<string, number>();
  for (const [start, end] of linesOf(text, field)) {
    const line = text.slice(start, end);
    const odd: OddName[] = [];
    for (; next < names.length && (names[next]?.at ?? end) < end; next++) {
      const { name, at, separatorAt } = names[next] ?? { name: '', at: 0, separatorAt: end };
      if (separatorAt < end) odd.push({ name, at: at - start, separatorAt: separatorAt - start });
    }
    const own = nameOf(line, field);
    if (own === '' && isBlankLine(line)) continue;
    const other = own === '' && !line.includes(field) ? nameOf(line, standardSeparator) : '';
    const isAnew = odd[0] !== undefined && begins(line, odd[0], field);
    const open: Counting[] = own === '' && other === '' && !isAnew ? [...counted] : [];
    const told = fields.get(own);
    if (told !== undefined) {
      const sequence = (sequences.get(own) ?? 0) + 1;
      sequences.set(own, sequence);
      open.push({ name: own, separator: field, told, sequence, from: 0, field: 0 });
    }
    odd.forEach((one, i) => {
      const isFirst = i === 0 && isAnew;
      const within = own === '' ? other : own;
      // The name of a line that the mapping reads was taken above.
      if (isFirst ? own !== '' : within !== '' && !isBrokenOff(line, one, within, syntax)) return;
      const separator = line.charAt(one.separatorAt);
      open.push({ name: one.name, separator, told: forbidden[one.name] ?? [], sequence: 0, from: one.at, field: 0 });
    });
    counted = open.filter((counting) =>
      countOn(counting, line, (number, from, to) => {
        const { name, sequence } = counting;
        if (number === 2 && !namesPatient(message.all(name)[sequence - 1])) return;
        const location = `${name}-${number}`;
        blanks.set(`${location} ${start + from}`, { location, start: start + from, end: start + to });
      }),
    );
  }
  return blanks.values();
};

const report = (fields: Fields, counted: ReadonlyMap<string, number>, findings: Findings): void => {
  for (const [name, told] of fields)
    for (const field of told) {
      const location = `${name}-${field}`;
      const count = counted.get(location) ?? 0;
      const code = forbidden[name]?.includes(field) ? 'field-forbidden' : 'field-unused';
      if (count > 0) findings.warn(code, location, count);
    }
};

/**
 * The bytes without the content of fields that are not to be recorded; the same bytes where there is none. Every other byte is kept.
 * Where a bare line end broke a segment, its fields are counted on in the lines behind it: what may be forbidden is blanked. The names
 * of the five segments are found in other forms than the mapping reads as well (`PID-2|`, behind a byte-order mark or a form feed,
 * with `|` where MSH-1 is another): the law does not ask whether somebody reads them.
 */
export const blankForbidden = (received: Uint8Array, message: Message, findings: Findings): Uint8Array => {
  const fields = message.isFrench ? french : always;
  // Delimiters and line ends are ASCII in every character set: read as one byte a character, indices are byte offsets.
  const bytes = Buffer.from(received.buffer, received.byteOffset, received.byteLength);
  const text = bytes.toString('latin1');
  const names = oddNames(text, message.syntax.field);
  if (names.length === 0 && !mayHold(message, fields)) return received;
  const blanks = [...blanksOf(text, names, message, fields)].sort((a, b) => a.start - b.start);
  if (blanks.length === 0) return received;
  const kept: Buffer[] = [];
  const counted = new Map<string, number>();
  let done = 0;
  for (const { location, start, end } of blanks) {
    counted.set(location, (counted.get(location) ?? 0) + 1);
    if (start > done) kept.push(bytes.subarray(done, start));
    done = Math.max(done, end);
  }
  report(fields, counted, findings);
  kept.push(bytes.subarray(done));
  return Buffer.concat(kept);
};
