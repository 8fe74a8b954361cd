import type { JsonObject } from '#domain';
import { authorityIn, systemOf } from '../mapping/authority.js';
import { members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { practitionerOf } from '../mapping/practitioner.js';
import type { Segment } from '../message/segment.js';
import { codeSystemOf } from '../mapping/codes.js';
import { present } from './present.js';

/** OBX-23 (XON): the laboratory that performed. */
const performerOf = (obx: Segment, mapping: Mapping): JsonObject | undefined => {
  const organization = obx.first(23);
  if (organization && organization.text(1) !== '') {
    const value = organization.text(10) || organization.text(3);
    const identifier = value === '' ? undefined : { system: systemOf(authorityIn(organization, 6), mapping), value };
    return members({ type: 'Organization', identifier, display: organization.text(1) });
  }
  return undefined;
};

/** OBX-15 (CE): the laboratory that answers for it. */
const responsibleOf = (obx: Segment, mapping: Mapping): JsonObject | undefined => {
  const producer = obx.first(15);
  const value = producer?.text(1) ?? '';
  if (producer === undefined || (value === '' && producer.text(2) === '')) return undefined;
  const identifier = value === '' ? undefined : members({ system: codeSystemOf(producer.text(3), mapping), value });
  return members({ type: 'Organization', identifier, display: producer.text(2) });
};

const valueOf = (organization: JsonObject): unknown =>
  (organization['identifier'] as JsonObject | undefined)?.['value'];

/** The same laboratory, told twice in other words. */
const isSame = (one: JsonObject, other: JsonObject): boolean =>
  (valueOf(one) !== undefined && valueOf(one) === valueOf(other)) ||
  (one['display'] !== undefined && one['display'] === other['display']);

/** The laboratories, by identifier and name: OBX-23, and OBX-15 where it is another. */
export const producersOf = (obx: Segment, mapping: Mapping): readonly JsonObject[] => {
  const [performer, responsible] = [performerOf(obx, mapping), responsibleOf(obx, mapping)];
  if (performer === undefined || responsible === undefined) return present([performer, responsible]);
  return isSame(performer, responsible) ? [performer] : [performer, responsible];
};

/** Who answers for a result: the observers of OBX-16, then the laboratories. */
export const performersOf = (obx: Segment, mapping: Mapping): readonly JsonObject[] => {
  const observers = present(obx.repetitions(16).map((person) => practitionerOf(person, mapping)));
  return [...observers, ...producersOf(obx, mapping)];
};
