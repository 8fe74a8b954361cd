import type { JsonObject } from '#domain';
import type { Segment } from '../message/segment.js';
import { ownExtension } from './fhir-json.js';
import type { Value } from './field-rules.js';
import type { Mapping } from './mapping.js';

/** What a segment says that FHIR has no member for, by field: name of the extension, its value, and what it is for people. */
export type ExtensionFields = readonly (readonly [field: number, name: string, value: Value, what: string])[];

/** An extension of each repetition of these fields that holds something. `url`: how an extension of that name is called. */
export const extensionsOf = (
  segment: Segment,
  fields: ExtensionFields,
  mapping: Mapping,
  url: (name: string) => string = ownExtension,
): readonly JsonObject[] => {
  const extensions: JsonObject[] = [];
  const { length } = segment.fields;
  for (const [field, name, valueOf] of fields) {
    // Most segments are shorter than their tables.
    if (field >= length || segment.raw(field) === '') continue;
    const place = `${segment.name}[${segment.sequence}]-${field}`;
    const repetitions = segment.repetitions(field);
    repetitions.forEach((one, index) => {
      if (one.isNull) return;
      const value = valueOf(one, mapping, repetitions.length === 1 ? place : `${place}[${index + 1}]`);
      if (value) extensions.push({ url: url(name), ...value });
    });
  }
  return extensions;
};

/** All of a segment within one extension of its own. */
export const extensionAround = (
  name: string,
  segment: Segment,
  fields: ExtensionFields,
  mapping: Mapping,
): readonly JsonObject[] => {
  const extension = extensionsOf(segment, fields, mapping, (part) => part);
  return extension.length === 0 ? [] : [{ url: ownExtension(name), extension }];
};

/** The same said twice is said once. */
export const distinct = (values: readonly JsonObject[]): readonly JsonObject[] => {
  if (values.length < 2) return values;
  const kept: JsonObject[] = [];
  for (const value of values) {
    // Extensions of another name are others: most are, and need not be written out.
    const isKnown = kept.some(
      (other) => other['url'] === value['url'] && JSON.stringify(other) === JSON.stringify(value),
    );
    if (!isKnown) kept.push(value);
  }
  return kept;
};

/** For people: where each of these fields goes. */
export const conformanceOf = (
  fields: ExtensionFields,
): readonly { readonly fields: readonly number[]; readonly becomes: string }[] =>
  fields.map(([field, name, , what]) => ({ fields: [field], becomes: `extension \`${ownExtension(name)}\`: ${what}` }));
