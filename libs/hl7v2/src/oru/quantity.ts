import type { Json, JsonObject } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { decimal } from '../mapping/fhir-json.js';
import { asText, type Value } from '../mapping/field-rules.js';
import type { Mapping } from '../mapping/mapping.js';
import { unescaped } from './entities.js';
import { unitBehindNumber } from './unit.js';

/** Bounds, where the lower is lower (FHIR R4, rng-2). */
export const boundsOf = (low: string, high: string, unit: JsonObject): JsonObject | undefined => {
  const [from, to] = [decimal(low), decimal(high)];
  if (from === undefined || to === undefined || !(Number(low) < Number(high))) return undefined;
  return { low: { value: from, ...unit }, high: { value: to, ...unit } };
};

const number = String.raw`([+-]?(?:\d+\.?\d*|\.\d+))`;
const between = new RegExp(`^${number}\\s*(?:-|–|à|to)\\s*${number}$`);
const beyond = new RegExp(`^([<>])\\s*=?\\s*${number}$`);

const bounds = (written: string, unit: JsonObject): JsonObject => {
  const range = between.exec(written);
  if (range) return boundsOf(range[1] ?? '', range[2] ?? '', unit) ?? {};
  const limit = beyond.exec(unescaped(written));
  const value: Json | undefined = decimal(limit?.[2] ?? '');
  return limit === null || value === undefined ? {} : { [limit[1] === '<' ? 'high' : 'low']: { value, ...unit } };
};

/** OBX-7: the text of each repetition to the letter, and its bounds where it is `a - b`, `< b` or `> a`. */
export const referenceRangesOf = (obx: Segment, unit: JsonObject): readonly JsonObject[] =>
  obx.repetitions(7).flatMap((range) => {
    const written = range.takeWhole().trim();
    return written === '' ? [] : [{ ...bounds(written, unit), text: written }];
  });

/** CQ: a number, and its unit behind it. */
export const quantityOf = (amount: Composite, mapping: Mapping): JsonObject | undefined => {
  const number = decimal(amount.text(1));
  if (number === undefined) return undefined;
  amount.takeWhole();
  return { value: number, ...unitBehindNumber(amount, mapping) };
};

/** CQ; what begins with no number is text. */
export const asAmount: Value = (amount, mapping, location) => {
  const quantity = quantityOf(amount, mapping);
  return quantity ? { valueQuantity: quantity } : asText(amount, mapping, location);
};
