import type { Findings } from './findings.js';
import { type Message, segmentRanges } from './message/message.js';
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

const none: readonly number[] = [];
type Fields = readonly (readonly [string, readonly number[]])[];
const always: Fields = Object.entries(forbidden);
const french: Fields = always.map(([name, fields]) => [
  name,
  name === 'PID' ? [...fields, ...unused].sort((a, b) => a - b) : fields,
]);

const namesPatient = (pid: Segment): boolean => pid.repetitions(3).some((identifier) => identifier.text(1) !== '');

/** Those of the fields that hold something. */
const fieldsToBlank = (segment: Segment, fields: readonly number[]): readonly number[] => {
  const found = fields.filter((field) => segment.raw(field) !== '');
  return found[0] === 2 && !namesPatient(segment) ? found.filter((field) => field !== 2) : found;
};

/** Start and end of a field within a segment's text; the name is field 0. */
const fieldRange = (line: string, field: number, separator: string): readonly [number, number] | undefined => {
  let start = 0;
  for (let i = 0; i < field; i++) {
    start = line.indexOf(separator, start) + 1;
    if (start === 0) return undefined;
  }
  const end = line.indexOf(separator, start);
  return [start, end < 0 ? line.length : end];
};

interface Found {
  readonly segment: Segment;
  readonly fields: readonly number[];
}

const report = (found: readonly Found[], findings: Findings): void => {
  const counted = new Map<string, number>();
  for (const { segment, fields } of found)
    for (const field of fields) {
      const location = `${segment.name}-${field}`;
      counted.set(location, (counted.get(location) ?? 0) + 1);
    }
  for (const [location, count] of counted) {
    const [name = '', field] = location.split('-');
    findings.warn(forbidden[name]?.includes(Number(field)) ? 'field-forbidden' : 'field-unused', location, count);
  }
};

/** The bytes without the content of fields that are not to be recorded; the same bytes where there is none. Every other byte is kept. */
export const blankForbidden = (received: Uint8Array, message: Message, findings: Findings): Uint8Array => {
  const found: Found[] = [];
  for (const [name, told] of message.isFrench ? french : always)
    for (const segment of message.all(name)) {
      const fields = fieldsToBlank(segment, told);
      if (fields.length > 0) found.push({ segment, fields });
    }
  if (found.length === 0) return received;
  report(found, findings);
  // Delimiters and segment ends are ASCII in every character set: read as one byte a character, indices are byte offsets.
  const bytes = Buffer.from(received.buffer, received.byteOffset, received.byteLength);
  const text = bytes.toString('latin1');
  const separator = message.syntax.field;
  const fieldsOf = new Map(found.map(({ segment, fields }) => [`${segment.name}${segment.sequence}`, fields]));
  const kept: Buffer[] = [];
  const counted = new Map<string, number>();
  let done = 0;
  for (const [start, end] of segmentRanges(text, separator)) {
    const line = text.slice(start, end);
    const name = line.slice(0, 3);
    const sequence = (counted.get(name) ?? 0) + 1;
    counted.set(name, sequence);
    for (const field of fieldsOf.get(`${name}${sequence}`) ?? none) {
      const range = fieldRange(line, field, separator);
      if (range === undefined) continue;
      kept.push(bytes.subarray(done, start + range[0]));
      done = start + range[1];
    }
  }
  kept.push(bytes.subarray(done));
  return Buffer.concat(kept);
};
