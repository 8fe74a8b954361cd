import type { Json, JsonObject } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { decimal, members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Hl7Time } from '../message/hl7-time.js';
import { conceptOf, isSystemName } from '../mapping/codes.js';
import { unescaped } from './entities.js';
import { boundsOf } from './quantity.js';
import { unitBehindNumber } from './unit.js';
import { table } from '../message/table.js';
import { listedOf } from '../represented/not-taken.js';

/** What a value is read with: where it stands, and its unit as members of a Quantity. */
interface Told {
  readonly obx: Segment;
  readonly unit: JsonObject;
  readonly mapping: Mapping;
}
type Reader = (value: Composite, told: Told) => JsonObject;

const textValue = (text: string): JsonObject => (text.trim() === '' ? {} : { valueString: text });

/** Digits and signs, without words. */
const isAmount = (text: string): boolean => text.length <= 40 && /\d/.test(text) && !/\p{L}/u.test(text);

/** Text that is an amount keeps its unit, which FHIR has no other place for. */
const measured = (text: string, { unit }: Told): JsonObject => {
  const name = unit['unit'];
  return typeof name === 'string' && isAmount(text) && !text.includes(name)
    ? textValue(`${text.trim()} ${name}`)
    : textValue(text);
};

const comparators = new Set(['<', '<=', '>', '>=']);
const compared = /^([<>]=?)\s*(\S+)$/;

/** Kept as text, because FHIR has no such number. */
const asText = (text: string, told: Told): JsonObject => {
  if (text.trim() !== '') told.mapping.warn('number-form', `OBX[${told.obx.sequence}]-5`);
  return measured(text, told);
};

/** All that is said is in the first component: no separator stands before anything else. */
export const isAlone = (value: Composite): boolean => {
  const { component } = value.syntax;
  const { raw } = value;
  let at = raw.indexOf(component);
  if (at < 0) return true;
  while (raw.startsWith(component, at)) at += component.length;
  return at === raw.length;
};

/** NM: a number to the letter; `<5`, which is no NM, is what it says. */
const numeric: Reader = (value, told) => {
  if (!isAlone(value)) return asText(value.takeWhole(), told);
  const text = value.take(1);
  const number = decimal(text);
  if (number !== undefined) return { valueQuantity: { value: number, ...told.unit } };
  const [, comparator = '', rest = ''] = compared.exec(unescaped(text)) ?? [];
  const limit = decimal(rest);
  return limit === undefined
    ? asText(value.takeWhole(), told)
    : { valueQuantity: { value: limit, comparator, ...told.unit } };
};

/** SN (HL7 v2.5, section 2.A.70): comparator, number, separator, number; many write all of it into the first component. */
const structured: Reader = (value, told) => {
  const [comparator, separator] = [unescaped(value.text(1)), value.text(3)];
  if (isAlone(value)) return numeric(value, told);
  const [low, high] = [value.text(2), value.text(4)];
  const [first, second] = [decimal(low), decimal(high)];
  const { unit } = told;
  value.takeWhole();
  if (value.component(5) !== '') return asText(value.whole(), told);
  if (first !== undefined && separator === '' && high === '') {
    if (comparator === '' || comparator === '=') return { valueQuantity: { value: first, ...unit } };
    if (comparators.has(comparator)) return { valueQuantity: { value: first, comparator, ...unit } };
  }
  if (first !== undefined && second !== undefined && comparator === '') {
    const range = separator === '-' ? boundsOf(low, high, unit) : undefined;
    if (range) return { valueRange: range };
    if (separator === ':' || separator === '/')
      return { valueRatio: { numerator: { value: first }, denominator: { value: second } } };
  }
  return asText([comparator, low, separator, high].join('').trim(), told);
};

const timeOf = (raw: string, { obx, mapping }: Told): Hl7Time | undefined =>
  mapping.time(raw, `OBX[${obx.sequence}]-5`);

const dated: Reader = (value, told) => {
  const time = timeOf(value.text(1), told);
  if (time === undefined) return textValue(value.takeWhole());
  value.accountFor((1 << 1) | listedOf.TS);
  return { valueDateTime: time.text };
};

const clockForm = /^([01]\d|2[0-3])(?:([0-5]\d)(?:([0-5]\d)(\.\d{1,4})?)?)?$/;

/** TM; FHIR's time has seconds and no zone, so that one with a zone is text. */
const timed: Reader = (value) => {
  const [, hour, minute = '00', second = '00', fraction = ''] = clockForm.exec(value.text(1)) ?? [];
  if (hour === undefined) return textValue(value.takeWhole());
  value.take(1);
  return { valueTime: `${hour}:${minute}:${second}${fraction}` };
};

/** DR: two times, a period where they are in order (FHIR R4, per-1). */
const period: Reader = (value, told) => {
  const [start, end] = [1, 2].map((part) => timeOf(value.text(part), told));
  const isInOrder = start?.instant === undefined || end?.instant === undefined || start.instant <= end.instant;
  if ((start === undefined && end === undefined) || !isInOrder) return textValue(value.takeWhole());
  for (const part of [1, 2]) value.take(part);
  return { valuePeriod: members({ start: start?.text, end: end?.text }) };
};

/** NR: low and high. */
const ranged: Reader = (value, told) => {
  const range = boundsOf(value.text(1), value.text(2), told.unit);
  if (range === undefined || value.component(3) !== '') return asText(value.takeWhole(), told);
  value.takeWhole();
  return { valueRange: range };
};

/** CQ and MO: a number with a unit, or a currency, of its own; without one it is of the unit in OBX-6. */
const withUnit: Reader = (value, told) => {
  const number = decimal(value.text(1));
  const whole = value.takeWhole();
  if (number === undefined) return asText(whole, told);
  const own = unitBehindNumber(value, told.mapping);
  return { valueQuantity: { value: number, ...('unit' in own ? own : told.unit) } };
};

/** What stands in the place of a coding system's name says whether it is a code at all: `^5^-^10` is an SN under another name. */
const isCode = (value: Composite): boolean =>
  value.text(1) !== '' || value.text(3) === '' || isSystemName(value.text(3));

const coded: Reader = (value, told) => {
  const { obx, mapping } = told;
  if (!isCode(value)) {
    mapping.warn('value-as-text', `OBX[${obx.sequence}]-5`);
    return measured(value.takeWhole(), told);
  }
  const concept = conceptOf(value, mapping);
  return concept ? { valueCodeableConcept: concept } : {};
};

const text: Reader = (value, told) => measured(value.takeWhole(), told);

/** No type, or none that is known: a number where a unit says of what, else text. */
const untyped: Reader = (value, told) =>
  'unit' in told.unit && decimal(value.whole().trim()) !== undefined ? numeric(value, told) : text(value, told);

/**
 * Identifiers, persons and addresses: FHIR has no such value; they are text, in the order in which a person reads them. What has no
 * place in that order stands behind it in brackets: nothing is left out.
 */
const name =
  (...parts: readonly number[]): Reader =>
  (value) => {
    const whole = value.takeWhole();
    const count = value.raw.split(value.syntax.component).length;
    const numbers = Array.from({ length: count }, (_, index) => index + 1);
    const textsOf = (components: readonly number[]): readonly string[] =>
      components.flatMap((component) => value.text(component) || []);
    const named = textsOf(parts).join(' ');
    const others = textsOf(numbers.filter((component) => !parts.includes(component))).join(', ');
    if (named === '') return textValue(whole);
    return textValue(others === '' ? named : `${named} (${others})`);
  };
const identifier = name(1);

/** OBX-2 to FHIR (HL7 table 0125); a type that is not here is text. ED and RP are documents. */
const readers = table<Reader>({
  NM: numeric,
  SN: structured,
  NR: ranged,
  CQ: withUnit,
  MO: withUnit,
  CE: coded,
  CWE: coded,
  CNE: coded,
  CF: coded,
  IS: text,
  ID: text,
  DT: dated,
  TS: dated,
  DTM: dated,
  TM: timed,
  DR: period,
  ST: text,
  TX: text,
  FT: text,
  CX: identifier,
  CK: identifier,
  EI: identifier,
  HD: identifier,
  XCN: name(6, 3, 2, 5),
  CN: name(6, 3, 2, 5),
  PPN: name(6, 3, 2, 5),
  XPN: name(5, 2, 1, 4),
  PN: name(5, 2, 1, 4),
  XON: name(1),
  XTN: text,
  TN: text,
  XAD: name(1, 2, 5, 3, 6),
  AD: name(1, 2, 5, 3, 6),
  '': untyped,
});

/** The types of value that are mapped to a value of an Observation. */
export const valueTypes: readonly string[] = Object.keys(readers).filter((type) => type !== '');

/** Types whose repetitions are lines of one text. */
const lineTypes = new Set(['ST', 'TX', 'FT', 'IS', 'ID', 'XTN', 'TN', '']);

/** Types whose segments are lines of one text, where nothing else tells them apart. */
export const isTextLine = (obx: Segment): boolean => {
  const type = obx.text(2);
  return type === 'TX' || type === 'FT' || type === 'ST';
};

/**
 * FHIR R4, section 2.24.0.1: a string is no longer than a megabyte.
 * @limit HL7 v2 | characters of a text value | AE
 */
const stringLengthMax = 1024 * 1024;

const unsupported: JsonObject = {
  dataAbsentReason: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'unsupported' }],
  },
};

const wholeText = (values: readonly Composite[]): string => values.map((value) => value.takeWhole()).join('\n');

const repetitionsOf = (obx: Segment): readonly Composite[] => obx.repetitions(5).filter((value) => !value.isNull);

/** Segments of one text agree with the first in what else they say: what of it is shown of the first is shown of them. */
export const accountForLines = (first: Segment, lines: readonly Segment[]): void => {
  for (const line of lines)
    line.fields.forEach((text, field) => {
      if (field < 2 || field === 5 || text === '' || text !== first.fields[field]) return;
      const repetitions = first.repetitions(field);
      line.repetitions(field).forEach((one, index) => {
        const shown = repetitions[index];
        if (shown) one.accountAs(shown.marks);
      });
    });
};

/** OBX-5 of one of these says something. */
export const hasValue = (...segments: readonly Segment[]): boolean =>
  segments.flatMap(repetitionsOf).some((value) => value.whole().trim() !== '');

/**
 * `value[x]` of an Observation. Repetitions of text are lines of one text, and so are the segments that go on with it (`lines`);
 * repetitions of anything else are components under the same code.
 */
export const valueOf = (lines: readonly Segment[], code: Json, told: Told): JsonObject => {
  const { obx, mapping } = told;
  const values = repetitionsOf(obx);
  const [first] = values;
  const type = obx.text(2);
  const known = readers[type];
  // A type that is not known is warned of with its value; without a value, nothing shows it.
  if (known !== undefined || first !== undefined) obx.take(2);
  if (lines.length > 0) return textValue(wholeText([obx, ...lines].flatMap(repetitionsOf)));
  if (first === undefined) {
    if (type === 'RP') mapping.warn('attachment-undecodable', `OBX[${obx.sequence}]-5`);
    return {};
  }
  if (known === undefined) {
    const isTooLong = obx.raw(5).length > stringLengthMax;
    mapping.warn(isTooLong ? 'value-type-unmapped' : 'value-as-text', `OBX[${obx.sequence}]-2`);
    if (isTooLong) return unsupported;
  }
  const reader = known ?? untyped;
  if (values.length === 1) return reader(first, told);
  if (known === undefined || lineTypes.has(type)) return textValue(wholeText(values));
  return { component: values.map((value) => ({ code, ...reader(value, told) })) };
};
