import type { JsonObject } from '#domain';
import { authorityIn, systemOf } from '../mapping/authority.js';
import { members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { practitionerOf } from '../mapping/practitioner.js';
import type { Segment } from '../message/segment.js';
import { codeSystemOf } from '../mapping/codes.js';
import { present } from './present.js';

/** The laboratory: OBX-23 (XON), else OBX-15 (CE), by identifier and name. */
export const producerOf = (obx: Segment, mapping: Mapping): JsonObject | undefined => {
  const organization = obx.first(23);
  if (organization && organization.text(1) !== '') {
    const value = organization.text(10) || organization.text(3);
    const identifier = value === '' ? undefined : { system: systemOf(authorityIn(organization, 6), mapping), value };
    return members({ type: 'Organization', identifier, display: organization.text(1) });
  }
  const producer = obx.first(15);
  const value = producer?.text(1) ?? '';
  if (producer === undefined || (value === '' && producer.text(2) === '')) return undefined;
  const identifier = value === '' ? undefined : members({ system: codeSystemOf(producer.text(3), mapping), value });
  return members({ type: 'Organization', identifier, display: producer.text(2) });
};

/** Who answers for a result: the observers of OBX-16, then the laboratory. */
export const performersOf = (obx: Segment, mapping: Mapping): readonly JsonObject[] => {
  const observers = present(obx.repetitions(16).map((person) => practitionerOf(person, mapping)));
  const producer = producerOf(obx, mapping);
  return producer ? [...observers, producer] : observers;
};
