import { isObject, type Json } from '../json.js';
import { RecordKey } from '../record.js';
import { assembled } from './members.js';
import type { Members, PatientSubject } from './subject.js';

const profiles = 'https://hl7.fr/ig/fhir/core/StructureDefinition/';
const reliability = `${profiles}fr-core-identity-reliability`;
const insTypes = /^INS-(?:NIR|NIA|NIR-TEST|NIR-DEMO)$/;

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

const codeOfType = (identifier: Json): string => {
  const type = isObject(identifier) ? identifier['type'] : undefined;
  const coding = isObject(type) ? list(type['coding'])[0] : undefined;
  const code = isObject(coding) ? coding['code'] : undefined;
  return typeof code === 'string' ? code : '';
};

/** Qualified = identity status VALI and an INS (RNIV; FR Core 2.1, fr-core-1): the only status under which an INS circulates. */
const isQualified = (members: Members): boolean =>
  list(members['identifier']).some((identifier) => insTypes.test(codeOfType(identifier))) &&
  list(members['extension']).some(
    (extension) =>
      isObject(extension) && extension['url'] === reliability && JSON.stringify(extension).includes('"VALI"'),
  );

/** A merged record stays readable; its permanent identifier is then an old one (FR Core, PI_OLD). */
const retired = (identifier: Json): Json =>
  isObject(identifier) && codeOfType(identifier) === 'PI' ? { ...identifier, use: 'old' } : identifier;

/** FHIR R4 has one `deceased[x]` and one `multipleBirth[x]`: that somebody died says less than when. */
const withoutLesser = (members: Members): Members => {
  const { deceasedBoolean, multipleBirthBoolean, ...rest } = members;
  return {
    ...rest,
    ...(deceasedBoolean !== undefined && rest['deceasedDateTime'] === undefined && { deceasedBoolean }),
    ...(multipleBirthBoolean !== undefined && rest['multipleBirthInteger'] === undefined && { multipleBirthBoolean }),
  };
};

/** FHIR R4 Patient of a folded identity. */
export const renderPatient = (record: RecordKey, subject: PatientSubject): Json => {
  const { replacedBy, replaces, seeAlso } = subject;
  const members = withoutLesser(assembled(subject.members));
  const { extension, identifier, active, ...rest } = members;
  const link: readonly Json[] = [
    ...(replacedBy ? [{ other: { reference: replacedBy }, type: 'replaced-by' }] : []),
    ...replaces.map((other) => ({ other: { reference: other }, type: 'replaces' })),
    ...seeAlso.map((other) => ({ other: { reference: other }, type: 'seealso' })),
  ];
  return {
    resourceType: 'Patient',
    id: RecordKey.id(record),
    meta: { profile: [`${profiles}${isQualified(members) ? 'fr-core-patient-ins' : 'fr-core-patient'}`] },
    ...(extension !== undefined && { extension }),
    ...(identifier !== undefined && { identifier: replacedBy ? list(identifier).map(retired) : identifier }),
    active: replacedBy ? false : (active ?? true),
    ...rest,
    ...(link.length > 0 && { link }),
  };
};
