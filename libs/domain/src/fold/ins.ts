import { isObject, type Json, type JsonObject } from '../json.js';
import type { Members } from './subject.js';

/** What may be told of a patient's national identity (INS): RNIV; FR Core 2.1; domain facts, sections 1.3 and 3.1. */

const profiles = 'https://hl7.fr/ig/fhir/core/StructureDefinition/';
const urls = {
  reliability: `${profiles}fr-core-identity-reliability`,
  insee: `${profiles}fr-core-address-insee-code`,
  birthNames: `${profiles}fr-core-patient-birth-list-given-name`,
  birthPlace: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
};
const permanentCodes = new Set(['INS-NIR', 'INS-NIR-TEST', 'INS-NIR-DEMO']);
const temporaryCode = 'INS-NIA';
const systems = new Set([8, 9, 10, 11].map((kind) => `urn:oid:1.2.250.1.213.1.4.${kind}`));
/** Statuses and attributes that exclude a qualified identity, whatever stands beside them: provisional, doubtful, fictitious. */
const unqualified = new Set(['PROV', 'VIDE', 'DOUT', 'FICT']);

/** An INS knows no other; the profile takes "unknown". */
const genders: ReadonlySet<Json | undefined> = new Set(['male', 'female', 'unknown']);

const objects = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];

const member = (value: Json | undefined, name: string): Json | undefined => (isObject(value) ? value[name] : undefined);

const extensions = (value: Json | undefined, url: string): readonly JsonObject[] =>
  objects(member(value, 'extension')).filter((extension) => extension['url'] === url);

export const codeOfType = (identifier: JsonObject): string => {
  const code = objects(member(identifier['type'], 'coding'))[0]?.['code'];
  return typeof code === 'string' ? code : '';
};

/** Does it read as an INS? The billing number (NSS) stands under the same OID, and its type tells it. */
const isIns = (identifier: JsonObject): boolean => {
  const code = codeOfType(identifier);
  if (code !== '') return permanentCodes.has(code) || code === temporaryCode;
  const [system, text] = [identifier['system'], member(identifier['type'], 'text')];
  return (typeof text === 'string' && /^INS(?!-C)/.test(text)) || (typeof system === 'string' && systems.has(system));
};

const isQualified = (members: Members): boolean => {
  const statuses = extensions(members, urls.reliability)
    .flatMap((extension) => objects(extension['extension']))
    .map((status) => member(status['valueCoding'], 'code'));
  return statuses.includes('VALI') && !statuses.some((code) => typeof code === 'string' && unqualified.has(code));
};

/** An INS circulates only of a qualified identity: of any other it is kept, and not told. */
export const withoutUnqualifiedIns = (members: Members): Members => {
  const identifiers = objects(members['identifier']);
  if (!identifiers.some(isIns) || isQualified(members)) return members;
  const { identifier: _known, ...rest } = members;
  const told = identifiers.filter((identifier) => !isIns(identifier));
  return told.length > 0 ? { ...rest, identifier: told } : rest;
};

/** FR Core, fr-core-1 and fr-core-2. */
const hasOneIns = (members: Members): boolean => {
  const identifiers = objects(members['identifier']);
  const [official, ...others] = identifiers.filter(({ use }) => use === 'official');
  return (
    (official !== undefined && others.length === 0 && permanentCodes.has(codeOfType(official))) ||
    identifiers.some((identifier) => codeOfType(identifier) === temporaryCode && identifier['use'] === 'temp')
  );
};

const hasBirthName = (members: Members): boolean => {
  const [name, ...others] = objects(members['name']).filter(({ use }) => use === 'official');
  const given = name?.['given'];
  return (
    others.length === 0 && Array.isArray(given) && given.length === 1 && extensions(name, urls.birthNames).length === 1
  );
};

const hasBirthplace = (members: Members): boolean => {
  const places = extensions(members, urls.birthPlace);
  return places.length === 1 && extensions(places[0]?.['valueAddress'], urls.insee).length === 1;
};

/** What fr-core-patient-ins requires of a qualified identity; it is claimed of no other, and of none that lacks a trait. */
const isInsPatient = (members: Members): boolean =>
  isQualified(members) &&
  hasOneIns(members) &&
  hasBirthName(members) &&
  hasBirthplace(members) &&
  members['birthDate'] !== undefined &&
  genders.has(members['gender']);

export const patientProfile = (members: Members): string =>
  `${profiles}${isInsPatient(members) ? 'fr-core-patient-ins' : 'fr-core-patient'}`;
