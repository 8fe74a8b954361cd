import { isObject, type Json } from '../json.js';
import type { Members } from './subject.js';

/** What may be told of a patient's national identity (INS): RNIV; FR Core 2.1; domain facts, sections 1.3 and 3.1. */

const profiles = 'https://hl7.fr/ig/fhir/core/StructureDefinition/';
const urls = {
  patient: `${profiles}fr-core-patient`,
  insPatient: `${profiles}fr-core-patient-ins`,
  reliability: `${profiles}fr-core-identity-reliability`,
  insee: `${profiles}fr-core-address-insee-code`,
  birthNames: `${profiles}fr-core-patient-birth-list-given-name`,
  birthPlace: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
};
const permanentCodes = new Set(['INS-NIR', 'INS-NIR-TEST', 'INS-NIR-DEMO']);
const temporaryCode = 'INS-NIA';
const systems = new Set([8, 9, 10, 11].map((kind) => `urn:oid:1.2.250.1.213.1.4.${kind}`));
/** Statuses and attributes that exclude a qualified identity, whatever stands beside them: provisional, doubtful, fictitious. */
const unqualified: ReadonlySet<Json | undefined> = new Set(['PROV', 'VIDE', 'DOUT', 'FICT']);

/** Those that the profile takes. */
const genders: ReadonlySet<Json | undefined> = new Set(['male', 'female', 'unknown']);

const none: readonly Json[] = [];
const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : none);

const member = (value: Json | undefined, name: string): Json | undefined => (isObject(value) ? value[name] : undefined);

/** There is one of each url: `repetitionKey`. */
const extensionOf = (value: Json | undefined, url: string): Json | undefined =>
  list(member(value, 'extension')).find((extension) => member(extension, 'url') === url);

export const codeOfType = (identifier: Json): string => {
  const code = member(list(member(member(identifier, 'type'), 'coding'))[0], 'code');
  return typeof code === 'string' ? code : '';
};

/** Does it read as an INS? The billing number (NSS) stands under the same OID, and its type tells it. */
const isIns = (identifier: Json): boolean => {
  const code = codeOfType(identifier);
  if (code !== '') return permanentCodes.has(code) || code === temporaryCode;
  const [system, text] = [member(identifier, 'system'), member(member(identifier, 'type'), 'text')];
  return (typeof text === 'string' && /^INS(?!-C)/.test(text)) || (typeof system === 'string' && systems.has(system));
};

const isQualified = (members: Members): boolean => {
  let isValidated = false;
  for (const status of list(member(extensionOf(members, urls.reliability), 'extension'))) {
    const code = member(member(status, 'valueCoding'), 'code');
    if (unqualified.has(code)) return false;
    isValidated ||= code === 'VALI';
  }
  return isValidated;
};

const withoutIns = (members: Members): Members => {
  const identifiers = list(members['identifier']);
  if (!identifiers.some(isIns)) return members;
  const { identifier: _known, ...rest } = members;
  const told = identifiers.filter((identifier) => !isIns(identifier));
  return told.length > 0 ? { ...rest, identifier: told } : rest;
};

/** FR Core, fr-core-1 and fr-core-2. */
const hasOneIns = (members: Members): boolean => {
  let [official, permanent, temporary] = [0, 0, 0];
  for (const identifier of list(members['identifier'])) {
    const use = member(identifier, 'use');
    if (use === 'official') official++;
    if (use === 'official' && permanentCodes.has(codeOfType(identifier))) permanent++;
    if (use === 'temp' && codeOfType(identifier) === temporaryCode) temporary++;
  }
  return temporary > 0 || (official === 1 && permanent === 1);
};

const hasBirthName = (members: Members): boolean => {
  const official = list(members['name']).filter((name) => member(name, 'use') === 'official');
  const [name] = official;
  return (
    official.length === 1 &&
    list(member(name, 'given')).length === 1 &&
    extensionOf(name, urls.birthNames) !== undefined
  );
};

const hasBirthplace = (members: Members): boolean =>
  extensionOf(member(extensionOf(members, urls.birthPlace), 'valueAddress'), urls.insee) !== undefined;

/** What fr-core-patient-ins requires of a qualified identity. */
const hasTraits = (members: Members): boolean =>
  hasOneIns(members) &&
  hasBirthName(members) &&
  hasBirthplace(members) &&
  members['birthDate'] !== undefined &&
  genders.has(members['gender']);

/**
 * What is told of a patient, and under which profile. An INS circulates only of a qualified identity: of any other it is kept, and not
 * told. The profile of the INS is claimed of no other, and of none that lacks a trait.
 */
export const identityTold = (members: Members): { readonly members: Members; readonly profile: string } => {
  if (!isQualified(members)) return { members: withoutIns(members), profile: urls.patient };
  return { members, profile: hasTraits(members) ? urls.insPatient : urls.patient };
};
