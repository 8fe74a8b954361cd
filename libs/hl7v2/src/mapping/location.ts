import type { JsonObject, Put } from '#domain';
import { RecordKey } from '#domain';
import type { Composite } from '../message/segment.js';
import type { ReadingContext } from '../reading-context.js';
import { listedOf } from '../represented/not-taken.js';
import { assignerOf, authorityIn, systemOf, takeAuthority, takeAuthorityOfEntityIn } from './authority.js';
import { v2Table } from './codes.js';
import { bytesOf, coding, concept, members, ownExtension } from './fhir-json.js';
import type { Mapping } from './mapping.js';
import { Remembered } from './remembered.js';

/** What tells places apart (PL, HL7 v2.5, section 2.A.53): ward, room and bed, and facility, building and floor where they are told. */
const partsOfKey = (place: Composite, { authorities }: Mapping): readonly string[] => {
  const facility = authorities.spelt(authorityIn(place, 4));
  return [
    place.text(1),
    place.text(2),
    place.text(3),
    facility.universal || facility.namespace,
    place.text(7),
    place.text(8),
  ];
};

/** The key as text; what stands behind the last part that is told is left out. */
const keyOf = (parts: readonly string[]): string => {
  let end = parts.length;
  while (end > 0 && parts[end - 1] === '') end--;
  // A separator within a part is written as HL7 escapes it: `W^101` of one ward is not room 101 of ward W.
  return parts
    .slice(0, end)
    .map((part) => part.replaceAll('\\', '\\E\\').replaceAll('^', '\\S\\'))
    .join('^');
};

/** FHIR's kind of place, by the smallest part that is told. */
const kindOf = ([ward = '', room = '', bed = '', , building = '', floor = '']: readonly string[]): string => {
  if (bed !== '') return 'bd';
  if (room !== '') return 'ro';
  if (ward !== '') return 'wa';
  return floor !== '' ? 'lvl' : building !== '' ? 'bu' : 'si';
};

/** The ward that a room or bed is in: in the same facility, building and floor. */
const wardOf = (parts: readonly string[], system: string): JsonObject | undefined => {
  const [ward = '', room = '', bed = '', ...where] = parts;
  if (ward === '' || (room === '' && bed === '')) return undefined;
  return { identifier: { system, value: keyOf([ward, '', '', ...where]) }, display: ward };
};

/** Building, floor and type of a place, for which FHIR has no member. */
const extensionsOf = (place: Composite): readonly JsonObject[] => {
  const texts = [
    [7, 'building'],
    [8, 'floor'],
    [6, 'place-type'],
  ] as const;
  return texts.flatMap(([component, name]) => {
    const valueString = place.take(component);
    return valueString === '' ? [] : [{ url: ownExtension(name), valueString }];
  });
};

const facilityOf = (place: Composite, mapping: Mapping): JsonObject | undefined => {
  const authority = mapping.authorities.spelt(takeAuthority(place, 4));
  const value = authority.universal || authority.namespace;
  if (value === '') return undefined;
  const identifier = members({
    system: `urn:reprise:${mapping.finess}:facility`,
    value,
    assigner: assignerOf(authority, mapping),
  });
  return { type: 'Organization', identifier };
};

/** PL-10: the identifier of the place that an authority gave it. */
const ownIdentifierOf = (place: Composite, mapping: Mapping): readonly JsonObject[] => {
  const value = place.sub(10, 1);
  if (value === '') return [];
  const authority = takeAuthorityOfEntityIn(place, 10);
  return [
    members({
      system: systemOf(authority, mapping),
      value: place.takeSub(10, 1),
      assigner: assignerOf(authority, mapping),
    }),
  ];
};

const placeOf = (place: Composite, mapping: Mapping): Put => {
  const parts = partsOfKey(place, mapping);
  const value = keyOf(parts);
  const system = `urn:reprise:${mapping.finess}:location`;
  const record = RecordKey.of('Location', mapping.context.idOf('location', mapping.finess, value));
  const named = [place.take(1), place.take(2), place.take(3)].filter((part) => part !== '');
  const extension = extensionsOf(place);
  const resource: JsonObject = members({
    resourceType: 'Location',
    id: RecordKey.id(record),
    extension,
    identifier: [{ system, value }, ...ownIdentifierOf(place, mapping)],
    status: 'active',
    name: named.length > 0 ? named.join(' ') : parts.filter((part) => part !== '').join(' '),
    description: place.take(9),
    mode: 'instance',
    physicalType: concept('http://terminology.hl7.org/CodeSystem/location-physical-type', kindOf(parts)),
    managingOrganization: facilityOf(place, mapping),
    partOf: wardOf(parts, system),
  });
  return { kind: 'put', record, content: bytesOf(resource) };
};

/** Components that are a matter of the place: all but the state of its bed. */
const ofPlace = [1, 2, 3, 6, 7, 8, 9].reduce((bits, component) => bits | (1 << component), 0);

/** An establishment has some thousands of places, and its ids their own secret. */
const remembered = new WeakMap<ReadingContext['idOf'], Remembered<Put>>();

/**
 * A ward, room or bed as a FHIR Location, from a PL. Its bytes are a function of the place alone: told again, it makes no version.
 * Nothing where the PL names no place.
 */
export const locationOf = (place: Composite, mapping: Mapping): Put | undefined => {
  const parts = partsOfKey(place, mapping);
  if (parts.every((part) => part === '')) return undefined;
  place.accountFor(ofPlace | listedOf.PL);
  takeAuthority(place, 4);
  if (place.component(10) !== '') {
    place.takeSub(10, 1);
    takeAuthorityOfEntityIn(place, 10);
  }
  const { idOf } = mapping.context;
  let known = remembered.get(idOf);
  if (known === undefined) remembered.set(idOf, (known = new Remembered<Put>(10_000)));
  const words = [1, 2, 3, 4, 6, 7, 8, 9, 10].map((component) => place.component(component)).join('\n');
  // Escapes are read in the message's character set; the rest is text.
  const { escape, subcomponent, charset } = place.syntax;
  return known.of(`${mapping.finess}${mapping.authorities.words}\n${escape}${subcomponent}${charset}\n${words}`, () =>
    placeOf(place, mapping),
  );
};

/** How a patient lies in a place, as FHIR's `Encounter.location` says it: the place, and the state of its bed (PL-5). */
export const stayIn = (place: Composite | undefined, location: RecordKey): JsonObject => {
  const bedStatus = place?.take(5) ?? '';
  return members({
    extension:
      bedStatus === ''
        ? undefined
        : [{ url: ownExtension('bed-status'), valueCoding: coding(v2Table('0116'), bedStatus) }],
    location: { reference: location },
  });
};
