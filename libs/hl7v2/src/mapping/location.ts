import type { JsonObject, Put } from '#domain';
import { RecordKey } from '#domain';
import type { Composite } from '../message/segment.js';
import { bytesOf, concept, members } from './fhir-json.js';
import type { Mapping } from './mapping.js';

/**
 * A ward, room or bed as a FHIR Location, from a PL (HL7 v2.5, section 2.A.53). Its bytes are a function of the place alone:
 * told again, it makes no version.
 */
export const locationOf = (place: Composite, mapping: Mapping): Put | undefined => {
  const parts = [place.text(1), place.text(2), place.text(3)];
  const [ward = '', room = '', bed = ''] = parts;
  const value = parts.join('^').replace(/\^+$/, '');
  if (value === '') return undefined;
  const system = `urn:reprise:${mapping.finess}:location`;
  const physicalType = bed !== '' ? 'bd' : room !== '' ? 'ro' : 'wa';
  const record = RecordKey.of('Location', mapping.context.idOf('location', mapping.finess, value));
  const resource: JsonObject = members({
    resourceType: 'Location',
    id: RecordKey.id(record),
    identifier: [{ system, value }],
    status: 'active',
    name: parts.filter((part) => part !== '').join(' '),
    mode: 'instance',
    physicalType: concept('http://terminology.hl7.org/CodeSystem/location-physical-type', physicalType),
    partOf: physicalType === 'wa' || ward === '' ? undefined : { identifier: { system, value: ward }, display: ward },
  });
  return { kind: 'put', record, content: bytesOf(resource) };
};
