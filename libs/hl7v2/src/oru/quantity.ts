import type { Json, JsonObject } from '#domain';
import type { Segment } from '../message/segment.js';
import { decimal } from '../mapping/fhir-json.js';
import { unescaped } from './entities.js';

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
