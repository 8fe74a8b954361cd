import type { JsonObject } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { listedOf } from '../represented/not-taken.js';
import { codeSystemOf, conceptOf } from './codes.js';
import type { Edits } from './edits.js';
import { asCode, coding, decimal, members } from './fhir-json.js';
import { identifierOf } from './identifier.js';
import type { Mapping } from './mapping.js';
import { organizationOf } from './organization.js';
import { addressOf, contactPoints, humanName } from './person-fields.js';
import { practitionerOf } from './practitioner.js';

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

/** `value[x]` of an extension, which shows all that the value holds; nothing where it holds nothing that can be read. */
export type Value = (value: Composite, mapping: Mapping, location: string) => JsonObject | undefined;

/** A code of a table (or of the coding system that it names), with its text. */
export const codedIn =
  (system: string): Value =>
  (value, mapping) => {
    if (value.text(1) === '') return undefined;
    value.accountFor(listedOf.CWE);
    const told = codeSystemOf(value.take(3), mapping) ?? system;
    return { valueCoding: coding(told, asCode(value.take(1)), value.take(2)) };
  };

/** A code with its alternates and its text. `system`: of a code that names none. */
export const asConcept =
  (system?: string): Value =>
  (value, mapping) => {
    const concept = conceptOf(value, mapping, system);
    return concept && { valueCodeableConcept: concept };
  };

export const asText: Value = (value) => {
  const text = value.takeWhole().trim();
  return text === '' ? undefined : { valueString: text };
};

export const asTime: Value = (value, mapping, location) => {
  const time = mapping.takeTime(value, location);
  return time && { valueDateTime: time.text };
};

export const asDate: Value = (value, mapping, location) => {
  const date = mapping.date(value.take(1), location);
  return date === undefined ? undefined : { valueDate: date };
};

/** HL7 table 0136; what is neither yes nor no is kept as text, with a warning. */
export const asFlag: Value = (value, mapping, location) => {
  const flag = value.take(1);
  if (flag === '') return undefined;
  const isYes = flag.toUpperCase() === 'Y';
  if (isYes || flag.toUpperCase() === 'N') return { valueBoolean: isYes };
  mapping.warn('code-unknown', location);
  return { valueString: flag };
};

/** A number to the letter; what is none is kept as text, with a warning. */
export const asNumber: Value = (value, mapping, location) => {
  const text = value.take(1);
  if (text === '') return undefined;
  const number = decimal(text);
  if (number !== undefined) return { valueDecimal: number };
  mapping.warn('number-form', location);
  return { valueString: text };
};

/** A count; what is none is kept as text, with a warning. */
export const asCount: Value = (value, mapping, location) => {
  const count = value.take(1);
  if (/^\d{1,6}$/.test(count)) return { valueInteger: Number(count) };
  if (count === '') return undefined;
  mapping.warn('number-form', location);
  return { valueString: count };
};

export const asIdentifier: Value = (value, mapping, location) =>
  value.text(1) === '' ? undefined : { valueIdentifier: identifierOf(value, mapping, location) };

export const asAddress: Value = (value, mapping, location) => {
  const address = addressOf(value, mapping, location);
  return address && { valueAddress: address };
};

export const asName: Value = (value, mapping, location) => {
  const name = humanName(value, mapping, false, location);
  return name && { valueHumanName: name };
};

/** A number or an address; where one XTN holds both, each within. */
export const asContactPoint: Value = (value, mapping, location) => {
  const [point, ...others] = contactPoints([value], 'home', mapping, location).map((one) => ({
    valueContactPoint: one,
  }));
  if (point === undefined || others.length === 0) return point;
  return { extension: [point, ...others].map((one) => ({ url: 'value', ...one })) };
};

export const asProfessional: Value = (value, mapping) => {
  const reference = practitionerOf(value, mapping);
  return reference && { valueReference: reference };
};

export const asOrganization: Value = (value, mapping) => {
  const reference = organizationOf(value, mapping);
  return reference && { valueReference: reference };
};

/** A field in an extension of its own: empty it says nothing, `""` deletes that one alone. Further repetitions stand within it. */
export const carry = (
  [segment, field]: readonly [Segment, number],
  url: string,
  valueOf: Value,
  edits: Edits,
  mapping: Mapping,
): void => {
  if (segment.isNull(field)) edits.drop('extension', url);
  const repetitions = segment.repetitions(field);
  const place = `${segment.name}-${field}`;
  const [first, ...others] = repetitions.flatMap((one, i) => {
    const value = valueOf(one, mapping, repetitions.length === 1 ? place : `${place}[${i + 1}]`);
    return value ? [value] : [];
  });
  if (first === undefined) return;
  if (others.length === 0) edits.extend({ url, ...first });
  else edits.extend({ url, extension: [first, ...others].map((value) => ({ url: 'value', ...value })) });
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
  read: (segment, edits, mapping) => {
    if (segment.isNull(field)) edits.clear(member);
    const repetitions = segment.repetitions(field).slice(0, form === 'list' ? undefined : 1);
    const concepts = repetitions.flatMap((value) => conceptOf(value, mapping, system) ?? []);
    const [first] = concepts;
    if (first) edits.set(member, form === 'list' ? concepts : first);
  },
});

/** Members of a FHIR Period of two fields. */
export const periodOf = (
  segment: Segment,
  [from, to]: readonly [number, number],
  mapping: Mapping,
  location: string,
): JsonObject | undefined => {
  const start = mapping.takeTime(segment.first(from), `${location}-${from}`)?.text;
  const end = mapping.takeTime(segment.first(to), `${location}-${to}`)?.text;
  return start === undefined && end === undefined ? undefined : members({ start, end });
};
