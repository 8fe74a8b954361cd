import type { Findings } from './findings.js';
import { placedLines } from './message/lines.js';
import type { Message } from './message/message.js';
import type { Segment } from './message/segment.js';

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

/** Start and end of a field within a line; what the line begins with is number 0. */
const fieldRange = (line: string, number: number, separator: string): readonly [number, number] | undefined => {
  let start = 0;
  for (let i = 0; i < number; i++) {
    start = line.indexOf(separator, start) + 1;
    if (start === 0) return undefined;
  }
  const end = line.indexOf(separator, start);
  return [start, end < 0 ? line.length : end];
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
 * Where a bare line end broke a segment, its fields are counted on in the lines behind it: what may be forbidden is blanked.
 */
export const blankForbidden = (received: Uint8Array, message: Message, findings: Findings): Uint8Array => {
  const fields = message.isFrench ? french : always;
  if (!mayHold(message, fields)) return received;
  // Delimiters and line ends are ASCII in every character set: read as one byte a character, indices are byte offsets.
  const bytes = Buffer.from(received.buffer, received.byteOffset, received.byteLength);
  const text = bytes.toString('latin1');
  const separator = message.syntax.field;
  const kept: Buffer[] = [];
  const counted = new Map<string, number>();
  let done = 0;
  for (const { start, end, name, sequence, firstField } of placedLines(text, separator)) {
    const line = text.slice(start, end);
    for (const field of fields.get(name) ?? []) {
      const range = field < firstField ? undefined : fieldRange(line, field - firstField, separator);
      if (range === undefined || range[0] === range[1]) continue;
      if (field === 2 && !namesPatient(message.all(name)[sequence - 1])) continue;
      counted.set(`${name}-${field}`, (counted.get(`${name}-${field}`) ?? 0) + 1);
      kept.push(bytes.subarray(done, start + range[0]));
      done = start + range[1];
    }
  }
  if (counted.size === 0) return received;
  report(fields, counted, findings);
  kept.push(bytes.subarray(done));
  return Buffer.concat(kept);
};
