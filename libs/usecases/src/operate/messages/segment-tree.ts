import type { MessageHead } from '#hl7v2';
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
  readonly name: string;
  /** From 1, among those of its name. */
  readonly number: number;
  readonly fields: readonly TreeField[];
}

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

const fieldsOf = (name: string, line: string, { delimiters }: MessageHead): readonly TreeField[] => {
  const { field, repetition, component, subcomponent } = delimiters;
  const [, ...raws] = line.split(field);
  // MSH-1 is the separator itself, and MSH-2 names the others: neither is split.
  const values = name === 'MSH' ? [field, ...raws] : raws;
  return values.flatMap((raw, index) => {
    const place = `${name}-${index + 1}`;
    const label = fieldName(place) ?? null;
    if (name === 'MSH' && index < 2) return [{ at: place, name: label, value: raw }];
    const repetitions = repetition === '\0' ? [raw] : raw.split(repetition);
    return repetitions.flatMap((one, at) =>
      parts(one, [component, subcomponent], repetitions.length > 1 ? `${place}[${at + 1}]` : place).map(
        ([deep, value], first) => ({ at: deep, name: first === 0 && at === 0 ? label : null, value: shortened(value) }),
      ),
    );
  });
};

/** The message as segments, fields and components, without those that are empty. */
export const segmentTree = (text: string, head: MessageHead): readonly TreeSegment[] => {
  const numbers = new Map<string, number>();
  return text
    .split(/\r\n?|\n/)
    .filter((line) => line.length >= 3)
    .map((line) => {
      const name = line.slice(0, 3);
      const number = (numbers.get(name) ?? 0) + 1;
      numbers.set(name, number);
      return { name, number, fields: fieldsOf(name, line, head) };
    });
};
