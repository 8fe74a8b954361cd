import type { Json, JsonObject } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { decimal, members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { conceptOf } from './codes.js';
import { table } from '../message/table.js';

/** Unit of OBX-6; UCUM has a code, a local unit its name alone. */
export const unitOf = (obx: Segment): JsonObject => {
  const unit = obx.first(6);
  const code = unit?.text(1) ?? '';
  const isUcum = unit?.text(3) === 'UCUM' && code !== '';
  return members({
    unit: unit?.text(2) || code,
    system: isUcum ? 'http://unitsofmeasure.org' : undefined,
    code: isUcum ? code : undefined,
  });
};

const textValue = (text: string): JsonObject => (text.trim() === '' ? {} : { valueString: text });

const wholeText = (values: readonly Composite[]): string => values.map((value) => value.whole()).join('\n');

/** NM: a number to the letter, or text where FHIR has no such form of it. */
const numeric = (value: Composite, obx: Segment, mapping: Mapping): JsonObject => {
  const text = value.text(1);
  const number = decimal(text);
  if (number !== undefined) return { valueQuantity: { value: number, ...unitOf(obx) } };
  if (text !== '') mapping.warn('number-form', `OBX[${obx.sequence}]-5`);
  return textValue(value.whole());
};

const comparators = new Set(['<', '<=', '>', '>=']);

/** SN (HL7 v2.5, section 2.A.70): comparator, number, separator, number. */
const structured = (value: Composite, obx: Segment, mapping: Mapping): JsonObject => {
  const [comparator, separator] = [value.text(1), value.text(3)];
  const [first, second] = [decimal(value.text(2)), decimal(value.text(4))];
  const unit = unitOf(obx);
  const quantity = (number: Json): JsonObject => ({ value: number, ...unit });
  if (first !== undefined && separator === '' && second === undefined) {
    if (comparator === '' || comparator === '=') return { valueQuantity: quantity(first) };
    if (comparators.has(comparator)) return { valueQuantity: { value: first, comparator, ...unit } };
  }
  if (first !== undefined && second !== undefined && comparator === '') {
    if (separator === '-') return { valueRange: { low: quantity(first), high: quantity(second) } };
    if (separator === ':' || separator === '/')
      return { valueRatio: { numerator: { value: first }, denominator: { value: second } } };
  }
  const text = [comparator, value.text(2), separator, value.text(4)].join('').trim();
  if (text !== '') mapping.warn('number-form', `OBX[${obx.sequence}]-5`);
  return textValue(text);
};

const dated = (value: Composite, obx: Segment, mapping: Mapping): JsonObject => {
  const time = mapping.time(value.text(1), `OBX[${obx.sequence}]-5`);
  return time ? { valueDateTime: time.text } : textValue(value.whole());
};

const coded = (value: Composite, _obx: Segment, mapping: Mapping): JsonObject => {
  const concept = conceptOf(value, mapping);
  return concept ? { valueCodeableConcept: concept } : {};
};

const text = (value: Composite): JsonObject => textValue(value.whole());

/** OBX-2 to FHIR (HL7 table 0125); a type that is not here is kept in the received bytes alone. */
const readers = table<(value: Composite, obx: Segment, mapping: Mapping) => JsonObject>({
  NM: numeric,
  SN: structured,
  CE: coded,
  CWE: coded,
  CNE: coded,
  CF: coded,
  IS: text,
  ID: text,
  DT: dated,
  TS: dated,
  DTM: dated,
  ST: text,
  TX: text,
  FT: text,
  '': text,
});

const unsupported: JsonObject = {
  dataAbsentReason: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'unsupported' }],
  },
};

/** `value[x]` of an Observation; several repetitions are lines of one text. */
export const valueOf = (obx: Segment, mapping: Mapping): JsonObject => {
  const values = obx.repetitions(5).filter((value) => !value.isNull);
  const [first] = values;
  if (first === undefined) return {};
  const reader = readers[obx.text(2)];
  if (reader === undefined) {
    mapping.warn('value-type-unmapped', `OBX[${obx.sequence}]-2`);
    return unsupported;
  }
  return values.length === 1 ? reader(first, obx, mapping) : textValue(wholeText(values));
};

const range = /^\s*(-?[\d.]+)\s*-\s*(-?[\d.]+)\s*$/;

/** OBX-7: its text, and its bounds where it is `a - b`. */
export const referenceRangeOf = (obx: Segment): readonly JsonObject[] => {
  const written = obx.first(7)?.whole().trim() ?? '';
  if (written === '') return [];
  const match = range.exec(written);
  const [low, high] = [decimal(match?.[1] ?? ''), decimal(match?.[2] ?? '')];
  const unit = unitOf(obx);
  const bounds =
    low !== undefined && high !== undefined ? { low: { value: low, ...unit }, high: { value: high, ...unit } } : {};
  return [{ ...bounds, text: written }];
};
