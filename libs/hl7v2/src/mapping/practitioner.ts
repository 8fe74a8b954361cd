import type { JsonObject } from '#domain';
import type { Composite } from '../message/segment.js';
import { authorityIn, systemOf } from './authority.js';
import { concept, members } from './fhir-json.js';
import { frenchTypes, v2Types } from './identifier.js';
import type { Mapping } from './mapping.js';
import { Remembered } from './remembered.js';

const rpps = /^\d{11}$/;

const identifierOf = (person: Composite, mapping: Mapping): JsonObject | undefined => {
  const value = person.text(1);
  const type = person.text(13);
  if (value === '') return undefined;
  if (type === 'RPPS' && rpps.test(value))
    return { type: concept(frenchTypes, 'RPPS'), system: 'https://rpps.esante.gouv.fr', value };
  const isFrenchType = type === 'ADELI' || type === 'IDNPS' || type === 'RPPS';
  return members({
    type: type === '' ? undefined : concept(isFrenchType ? frenchTypes : v2Types, type),
    system: systemOf(authorityIn(person, 9), mapping),
    value,
  });
};

const referenceTo = (person: Composite, mapping: Mapping): JsonObject => {
  const identifier = identifierOf(person, mapping);
  const display = [person.text(6), person.text(3), person.text(2)].filter((part) => part !== '').join(' ');
  return members({ identifier, display });
};

/** Its texts are cut out of the message, which must not be kept with them. */
const ownCopy = (reference: JsonObject): JsonObject => JSON.parse(JSON.stringify(reference)) as JsonObject;

const remembered = new Remembered<JsonObject>(5000);

/** Reference to a professional (XCN) by identifier and name: messages hold no record of them. */
export const practitionerOf = (person: Composite, mapping: Mapping): JsonObject | undefined => {
  if (person.raw === '') return undefined;
  const { component, subcomponent, escape, charset } = mapping.message.syntax;
  // Escapes are read in the message's character set; the rest is text.
  const words = `${mapping.finess}${component}${subcomponent}${escape}${charset}${person.raw}`;
  const reference = remembered.of(words, () => ownCopy(referenceTo(person, mapping)));
  return reference['identifier'] === undefined && reference['display'] === undefined ? undefined : reference;
};
