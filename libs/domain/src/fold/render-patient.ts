import { isObject, type Json } from '../json.js';
import { RecordKey } from '../record.js';
import { codeOfType, identityTold } from './ins.js';
import { assembled } from './members.js';
import type { Members, PatientSubject } from './subject.js';

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

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
  const { members, profile } = identityTold(withoutLesser(assembled(subject.members)));
  const { extension, identifier, active, ...rest } = members;
  const link: readonly Json[] = [
    ...(replacedBy ? [{ other: { reference: replacedBy }, type: 'replaced-by' }] : []),
    ...replaces.map((other) => ({ other: { reference: other }, type: 'replaces' })),
    ...seeAlso.map((other) => ({ other: { reference: other }, type: 'seealso' })),
  ];
  return {
    resourceType: 'Patient',
    id: RecordKey.id(record),
    meta: { profile: [profile] },
    ...(extension !== undefined && { extension }),
    ...(identifier !== undefined && { identifier: replacedBy ? list(identifier).map(retired) : identifier }),
    active: replacedBy ? false : (active ?? true),
    ...rest,
    ...(link.length > 0 && { link }),
  };
};
