import type { JsonObject, Put } from '#domain';
import { RecordKey } from '#domain';
import type { Composite } from '../message/segment.js';
import { bytesOf, concept, members } from './fhir-json.js';
import type { ReadingContext } from '../reading-context.js';
import type { Mapping } from './mapping.js';
import { Remembered } from './remembered.js';

const placeOf = (ward: string, room: string, bed: string, mapping: Mapping): Put => {
  const parts = [ward, room, bed];
  const value = valueOf(ward, room, bed);
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

const valueOf = (ward: string, room: string, bed: string): string =>
  bed !== '' ? `${ward}^${room}^${bed}` : room !== '' ? `${ward}^${room}` : ward;

/** An establishment has some thousands of places, and its ids their own secret. */
const remembered = new WeakMap<ReadingContext['idOf'], Remembered<Put>>();

/**
 * A ward, room or bed as a FHIR Location, from a PL (HL7 v2.5, section 2.A.53). Its bytes are a function of the place alone:
 * told again, it makes no version.
 */
export const locationOf = (place: Composite, mapping: Mapping): Put | undefined => {
  const [ward, room, bed] = [place.text(1), place.text(2), place.text(3)];
  const value = valueOf(ward, room, bed);
  if (value === '') return undefined;
  const { idOf } = mapping.context;
  let known = remembered.get(idOf);
  if (known === undefined) remembered.set(idOf, (known = new Remembered<Put>(10_000)));
  return known.of(`${mapping.finess}\n${ward}\n${room}\n${bed}`, () => placeOf(ward, room, bed, mapping));
};
