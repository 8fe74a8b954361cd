import type { Findings } from './findings.js';
import { segmentRanges } from './message/message.js';
import type { Message } from './message/message.js';

/**
 * Race, religion and ethnic group are not recorded in France (IHE PAM France 2.11: forbidden in all messages); what a sender
 * sends of them must not reach a log that nothing is ever deleted from.
 */
const forbidden: Readonly<Record<string, readonly number[]>> = {
  PID: [10, 17, 22],
  NK1: [25, 28, 35],
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

/** The bytes without the forbidden fields' content; the same bytes where there is none. Every other byte is kept. */
export const blankForbidden = (received: Uint8Array, message: Message, findings: Findings): Uint8Array => {
  let found = 0;
  for (const [name, fields] of Object.entries(forbidden))
    for (const field of fields) {
      const count = message.segments.filter((segment) => segment.name === name && segment.raw(field) !== '').length;
      if (count > 0) findings.warn('field-forbidden', `${name}-${field}`, count);
      found += count;
    }
  if (found === 0) return received;
  // Delimiters and segment ends are ASCII in every character set: read as one byte a character, indices are byte offsets.
  const bytes = Buffer.from(received.buffer, received.byteOffset, received.byteLength);
  const text = bytes.toString('latin1');
  const separator = message.syntax.field;
  const kept: Buffer[] = [];
  let done = 0;
  for (const [start, end] of segmentRanges(text, separator)) {
    const line = text.slice(start, end);
    for (const field of forbidden[line.slice(0, 3)] ?? []) {
      const range = fieldRange(line, field, separator);
      if (range === undefined) continue;
      kept.push(bytes.subarray(done, start + range[0]));
      done = start + range[1];
    }
  }
  kept.push(bytes.subarray(done));
  return Buffer.concat(kept);
};
