import type { JsonObject } from '#domain';
import type { Composite, Marks } from '../message/segment.js';
import { listedOf } from '../represented/not-taken.js';
import { assignerOf, systemOf, takeAuthority } from './authority.js';
import { concept, members } from './fhir-json.js';
import { frenchTypes, v2Types } from './identifier.js';
import type { Mapping } from './mapping.js';
import { Remembered } from './remembered.js';

const rpps = /^\d{11}$/;
/** The authority under which RPPS numbers are sent in France: `rpps.esante.gouv.fr` says the same. */
const nationalAuthority = '1.2.250.1.71.4.2.1';

const identifierOf = (person: Composite, mapping: Mapping): JsonObject | undefined => {
  if (person.text(1) === '') return undefined;
  const value = person.take(1);
  const type = person.take(13);
  const authority = takeAuthority(person, 9);
  const { universal } = authority;
  if (type === 'RPPS' && rpps.test(value) && (universal === '' || universal === nationalAuthority))
    return members({
      type: concept(frenchTypes, 'RPPS'),
      system: 'https://rpps.esante.gouv.fr',
      value,
      assigner: authority.namespace === '' ? undefined : { display: authority.namespace },
    });
  const isFrenchType = type === 'ADELI' || type === 'IDNPS' || type === 'RPPS';
  return members({
    type: type === '' ? undefined : concept(isFrenchType ? frenchTypes : v2Types, type),
    system: systemOf(authority, mapping),
    value,
    assigner: assignerOf(authority, mapping),
  });
};

/** Prefix, given names, family name, suffix, degree: as a person is called. */
const spokenOrder = [6, 3, 4, 2, 5, 7] as const;

const referenceTo = (person: Composite, mapping: Mapping): JsonObject => {
  person.accountFor(listedOf.XCN);
  const display = spokenOrder
    .map((component) => person.take(component))
    .filter((part) => part !== '')
    .join(' ');
  return members({ identifier: identifierOf(person, mapping), display });
};

/** Its texts are cut out of the message, which must not be kept with them. */
const ownCopy = (reference: JsonObject): JsonObject => JSON.parse(JSON.stringify(reference)) as JsonObject;

interface KnownPerson {
  readonly reference: JsonObject;
  readonly marks: Marks;
}

const remembered = new Remembered<KnownPerson>(5000);

/** Reference to a professional (XCN) by identifier and name: messages hold no record of them. */
export const practitionerOf = (person: Composite, mapping: Mapping): JsonObject | undefined => {
  if (person.raw === '') return undefined;
  const { component, subcomponent, escape, charset } = mapping.message.syntax;
  // Escapes are read in the message's character set; the rest is text.
  const words = `${mapping.finess}${mapping.authorities.words}${component}${subcomponent}${escape}${charset}${person.raw}`;
  const { reference, marks } = remembered.of(words, () => ({
    reference: ownCopy(referenceTo(person, mapping)),
    marks: person.marks,
  }));
  if (reference['identifier'] === undefined && reference['display'] === undefined) return undefined;
  person.accountAs(marks);
  return reference;
};
