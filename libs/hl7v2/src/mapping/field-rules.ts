import type { JsonObject } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import type { Edits } from './edits.js';
import { coding, members } from './fhir-json.js';
import { identifierOf } from './identifier.js';
import type { Mapping } from './mapping.js';
import { addressOf } from './person-fields.js';

/**
 * What becomes of some fields of a segment. The mapping runs these rules and reads nothing else (a test holds it to that), and
 * docs/conformance.md is printed from them.
 */
export interface FieldRule {
  readonly fields: readonly number[];
  /** For people: where it goes in FHIR. */
  readonly becomes: string;
  /** Says how a visit ended: told with a discharge, or where the message tells of no movement. */
  readonly atDischarge?: true;
  /** Called where one of the fields is not empty. */
  readonly read: (segment: Segment, edits: Edits, mapping: Mapping) => void;
}

export const isSent = (segment: Segment, fields: readonly number[]): boolean => {
  for (const field of fields) if (segment.raw(field) !== '') return true;
  return false;
};

export const applyRules = (
  rules: readonly FieldRule[],
  segment: Segment,
  edits: Edits,
  mapping: Mapping,
  atDischarge = true,
): void => {
  for (const rule of rules)
    if (isSent(segment, rule.fields) && (atDischarge || !rule.atDischarge)) rule.read(segment, edits, mapping);
};

/** An extension of ours, for what FR Core and FHIR have no member of that is known to us. */
export const ownExtension = (name: string): string => `urn:reprise:${name}`;

type Value = (value: Composite, mapping: Mapping, location: string) => JsonObject | undefined;

export const codedIn =
  (system: string): Value =>
  (value) => {
    const code = value.text(1);
    return code === '' ? undefined : { valueCoding: coding(system, code, value.text(2)) };
  };

export const asText: Value = (value) => {
  const text = value.whole().trim();
  return text === '' ? undefined : { valueString: text };
};

export const asTime: Value = (value, mapping, location) => {
  const time = mapping.time(value.text(1), location);
  return time && { valueDateTime: time.text };
};

export const asDate: Value = (value, mapping, location) => {
  const date = mapping.date(value.text(1), location);
  return date === undefined ? undefined : { valueDate: date };
};

/** HL7 table 0136. */
export const asFlag: Value = (value, mapping, location) => {
  const flag = value.text(1).toUpperCase();
  if (flag === 'Y' || flag === 'N') return { valueBoolean: flag === 'Y' };
  if (flag !== '') mapping.warn('code-unknown', location);
  return undefined;
};

export const asCount: Value = (value) => {
  const count = value.text(1);
  return /^\d{1,6}$/.test(count) ? { valueInteger: Number(count) } : undefined;
};

export const asIdentifier: Value = (value, mapping, location) =>
  value.text(1) === '' ? undefined : { valueIdentifier: identifierOf(value, mapping, location) };

export const asAddress: Value = (value, mapping, location) => {
  const address = addressOf(value, mapping, location);
  return address && { valueAddress: address };
};

/** A field in an extension of its own: empty it says nothing, `""` deletes that one alone. */
export const carry = (
  [segment, field]: readonly [Segment, number],
  url: string,
  valueOf: Value,
  edits: Edits,
  mapping: Mapping,
): void => {
  const first = segment.first(field);
  if (segment.isNull(field)) edits.drop('extension', url);
  const value = first && valueOf(first, mapping, `${segment.name}-${field}`);
  if (value) edits.extend({ url, ...value });
};

/** One field as an extension of its own: two that are told together (a status and its date) would take each other away. */
export const carried = (segmentName: string, field: number, url: string, valueOf: Value, what: string): FieldRule => ({
  fields: [field],
  becomes: `extension \`${url}\`: ${what}`,
  read: (segment, edits, mapping) => {
    carry([segment, field], url, valueOf, edits, mapping);
  },
});

/** A field of one code as a FHIR member of CodeableConcept, or of a list of them. */
export const conceptMember = (
  field: number,
  member: string,
  system: string,
  what: string,
  form: 'one' | 'list' = 'one',
): FieldRule => ({
  fields: [field],
  becomes: `\`${member}\`: ${what}`,
  read: (segment, edits) => {
    const value = segment.first(field);
    if (segment.isNull(field)) edits.clear(member);
    const [code = '', text = ''] = [value?.text(1), value?.text(2)];
    if (code === '' && text === '') return;
    const concept = members({ coding: code === '' ? undefined : [coding(system, code)], text });
    edits.set(member, form === 'list' ? [concept] : concept);
  },
});
