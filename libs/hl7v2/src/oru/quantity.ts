import type { Json, JsonObject } from '#domain';
import type { Segment } from '../message/segment.js';
import { decimal, members } from '../mapping/fhir-json.js';
import { codeSystemOf } from '../mapping/codes.js';
import type { Mapping } from '../mapping/mapping.js';

const ucum = 'http://unitsofmeasure.org';

/** `10^9/L` is written with a bare component separator by many senders. */
const powerOfTen = /^\d{1,2}\s*\/|^\d{1,2}$/;

/** Unit of OBX-6 as members of a Quantity: UCUM where the message says so has a code, a local unit its name alone. */
export const unitOf = (obx: Segment, mapping: Mapping): JsonObject => {
  const unit = obx.first(6);
  if (unit === undefined || unit.isNull) return {};
  const code = unit.text(1);
  const second = unit.text(2);
  if (code === '10' && powerOfTen.test(second) && unit.text(3) === '') return { unit: unit.whole().trim() };
  const isUcum = code !== '' && codeSystemOf(unit.text(3), mapping) === ucum && !/\s/.test(code);
  return members({ unit: second || code, ...(isUcum && { system: ucum, code }) });
};

/** Bounds, where the lower is lower (FHIR R4, rng-2). */
export const boundsOf = (low: string, high: string, unit: JsonObject): JsonObject | undefined => {
  const [from, to] = [decimal(low), decimal(high)];
  if (from === undefined || to === undefined || !(Number(low) < Number(high))) return undefined;
  return { low: { value: from, ...unit }, high: { value: to, ...unit } };
};

const between = /^(-?\d[\d.]*)\s*(?:-|à|to)\s*(-?\d[\d.]*)$/;
const beyond = /^([<>])\s*=?\s*(-?\d[\d.]*)$/;

const bounds = (written: string, unit: JsonObject): JsonObject => {
  const range = between.exec(written);
  if (range) return boundsOf(range[1] ?? '', range[2] ?? '', unit) ?? {};
  const limit = beyond.exec(written);
  const value: Json | undefined = decimal(limit?.[2] ?? '');
  return limit === null || value === undefined ? {} : { [limit[1] === '<' ? 'high' : 'low']: { value, ...unit } };
};

/** OBX-7: its text to the letter, and its bounds where it is `a - b`, `< b` or `> a`. */
export const referenceRangeOf = (obx: Segment, unit: JsonObject): readonly JsonObject[] => {
  const written = obx.first(7)?.whole().trim() ?? '';
  return written === '' ? [] : [{ ...bounds(written, unit), text: written }];
};
