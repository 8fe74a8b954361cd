import { type MessageHead, type ShownSegment, shownSegments } from '#hl7v2';
import { fieldName } from './field-names.js';
import type { Sentence } from '../senders/profile-fields.js';

/** One value of a field, as it stood: repetition by repetition, component by component. */
export interface TreeField {
  /** `PID-3`, `PID-3[2]`, `PID-3[2].4`, `PID-3[2].4.1`. */
  readonly at: string;
  readonly name: Sentence | null;
  readonly value: string;
}

export interface TreeSegment {
  /** `…` where the line has none: its text is one field at that place. */
  readonly name: string;
  /** From 1, among those of its name. */
  readonly number: number;
  readonly fields: readonly TreeField[];
}

/** @limit Control | characters of a value that `message show` prints | cut; `raw` has it whole */
const valueLengthMax = 2000;

const shortened = (value: string): string =>
  value.length > valueLengthMax ? `${value.slice(0, valueLengthMax)}… (${value.length})` : value;

/** A value, or what it is made of; empty parts are left out. */
const parts = (raw: string, separators: readonly string[], at: string): readonly (readonly [string, string])[] => {
  if (raw === '') return [];
  const [separator, ...inner] = separators;
  if (separator === undefined) return [[at, raw]];
  // No separator in it: the one value needs no deeper place.
  if (separator === '\0' || !raw.includes(separator)) return parts(raw, inner, at);
  return raw.split(separator).flatMap((part, index) => parts(part, inner, `${at}.${index + 1}`));
};

const nameless = '…';

const fieldsOf = ({ name, fields }: ShownSegment, { delimiters }: MessageHead): readonly TreeField[] => {
  const { repetition, component, subcomponent } = delimiters;
  const [first = '', ...values] = fields;
  if (name === '') return [{ at: nameless, name: null, value: shortened(first) }];
  return values.flatMap((raw, index) => {
    const place = `${name}-${index + 1}`;
    const label = fieldName(place) ?? null;
    // MSH-1 is the separator itself, and MSH-2 names the others: neither is split.
    if (name === 'MSH' && index < 2) return [{ at: place, name: label, value: raw }];
    const repetitions = repetition === '\0' ? [raw] : raw.split(repetition);
    return repetitions.flatMap((one, at) =>
      parts(one, [component, subcomponent], repetitions.length > 1 ? `${place}[${at + 1}]` : place).map(
        ([deep, value], first) => ({ at: deep, name: first === 0 && at === 0 ? label : null, value: shortened(value) }),
      ),
    );
  });
};

/** The message as the mapping reads its segments: fields and components, without those that are empty. */
export const segmentTree = (text: string, head: MessageHead): readonly TreeSegment[] =>
  shownSegments(text, head).map((segment) => ({
    name: segment.name === '' ? nameless : segment.name,
    number: segment.sequence,
    fields: fieldsOf(segment, head),
  }));
