import type { JsonObject } from '#domain';
import { codeSystemOf, conceptOf } from '../mapping/codes.js';
import { members, ownExtension } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { organizationOf } from '../mapping/organization.js';
import { practitionerOf } from '../mapping/practitioner.js';
import type { Segment } from '../message/segment.js';
import { present } from './present.js';

/** OBX-23 (XON): the laboratory that performed. */
const performerOf = (obx: Segment, mapping: Mapping): JsonObject | undefined => {
  const organization = obx.first(23);
  return organization && organizationOf(organization, mapping);
};

/** OBX-15 (CE): the laboratory that answers for it; further codes of it stand beside the first. */
const responsibleOf = (obx: Segment, mapping: Mapping): JsonObject | undefined => {
  const producer = obx.first(15);
  if (producer === undefined || (producer.text(1) === '' && producer.text(2) === '')) return undefined;
  const [value, display] = [producer.take(1), producer.take(2)];
  const system = value === '' ? undefined : codeSystemOf(producer.take(3), mapping);
  const isMore = [4, 5, 6, 7, 8, 9, 10, 11].some((component) => producer.text(component) !== '');
  const concept = isMore ? conceptOf(producer, mapping) : undefined;
  return members({
    extension: concept && [{ url: ownExtension('laboratory-code'), valueCodeableConcept: concept }],
    type: 'Organization',
    identifier: value === '' ? undefined : members({ system, value }),
    display,
  });
};

const textOf = (of: JsonObject, member: string): unknown => (of['identifier'] as JsonObject | undefined)?.[member];

/** What two say of one laboratory: the same of something, and of nothing another thing. */
const mergedOf = (performer: JsonObject, responsible: JsonObject): JsonObject | undefined => {
  if (responsible['extension'] !== undefined) return undefined;
  const pairs = [
    [performer['display'], responsible['display']],
    [textOf(performer, 'value'), textOf(responsible, 'value')],
  ] as const;
  const isOther = pairs.some(([one, other]) => one !== undefined && other !== undefined && one !== other);
  const isSame = pairs.some(([one, other]) => one !== undefined && one === other);
  const isOtherSystem =
    textOf(performer, 'value') !== undefined &&
    textOf(responsible, 'system') !== undefined &&
    textOf(performer, 'system') !== textOf(responsible, 'system');
  return isSame && !isOther && !isOtherSystem ? { ...responsible, ...performer } : undefined;
};

/** The laboratories, by identifier and name: OBX-23, and OBX-15 where it is another. */
export const producersOf = (obx: Segment, mapping: Mapping): readonly JsonObject[] => {
  const [performer, responsible] = [performerOf(obx, mapping), responsibleOf(obx, mapping)];
  if (performer === undefined || responsible === undefined) return present([performer, responsible]);
  const merged = mergedOf(performer, responsible);
  return merged ? [merged] : [performer, responsible];
};

/** Who observed (OBX-16). */
export const observersOf = (obx: Segment, mapping: Mapping): readonly JsonObject[] =>
  present(obx.repetitions(16).map((person) => practitionerOf(person, mapping)));

/** Who answers for a result: the observers of OBX-16, then the laboratories. */
export const performersOf = (obx: Segment, mapping: Mapping): readonly JsonObject[] => [
  ...observersOf(obx, mapping),
  ...producersOf(obx, mapping),
];
