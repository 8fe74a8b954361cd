import type { JsonObject, MemberEdit } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { readPatientRoles } from '../clinical/roles.js';
import { domainOf, takeAuthorityOfEntity } from './authority.js';
import { v2Table } from './codes.js';
import { readContacts } from './contacts.js';
import { Edits } from './edits.js';
import { ownExtension } from './fhir-json.js';
import {
  applyRules,
  asConcept,
  asCount,
  asDate,
  asFlag,
  asIdentifier,
  asText,
  asTime,
  carried,
  carry,
  codedIn,
  type FieldRule,
} from './field-rules.js';
import type { Mapping } from './mapping.js';
import { organizationOf } from './organization.js';
import { pidFields, valued } from './patient-fields.js';
import { practitionerOf } from './practitioner.js';

const frenchTable = (name: string): string => `urn:reprise:ihe-france:${name}`;

/** The national shared record (DMP): what the patient was told and wants. */
export const zfaFields: readonly FieldRule[] = [
  carried('ZFA', 1, ownExtension('dmp-status'), codedIn(frenchTable('ZFA-1')), 'status of the shared record'),
  carried('ZFA', 2, ownExtension('dmp-status-collected'), asTime, 'when that status was collected'),
  carried('ZFA', 3, ownExtension('dmp-closed'), asTime, 'when the shared record was closed'),
  carried('ZFA', 4, ownExtension('dmp-access'), asConcept(frenchTable('ZFA-4')), 'access of the establishment'),
  carried('ZFA', 5, ownExtension('dmp-access-collected'), asTime, 'when that was collected'),
  carried('ZFA', 6, ownExtension('dmp-no-emergency-access'), asFlag, 'opposition to access in an emergency'),
  carried('ZFA', 7, ownExtension('dmp-no-dispatch-access'), asFlag, 'opposition to access by emergency dispatch'),
  carried('ZFA', 8, ownExtension('dmp-opposition-collected'), asTime, 'when that was collected'),
  carried(
    'ZFA',
    9,
    ownExtension('dmp-feeding'),
    codedIn(frenchTable('ZFA-9')),
    'information and opposition to feeding it',
  ),
  carried('ZFA', 10, ownExtension('dmp-feeding-collected'), asTime, 'when that was collected'),
  carried(
    'ZFA',
    11,
    ownExtension('dmp-consultation'),
    codedIn(frenchTable('ZFA-11')),
    'information and consent to its being read',
  ),
  carried('ZFA', 12, ownExtension('dmp-consultation-collected'), asTime, 'when that was collected'),
];

/** A lunar date (NA): year, month and day, which no calendar of ours need have. */
const asLunarDate = (value: Composite): JsonObject | undefined => {
  const parts = [value.take(1), value.take(2), value.take(3)].filter((part) => part !== '');
  return parts.length === 0 ? undefined : { valueString: parts.join('-') };
};

/** How the identity was obtained and proven. */
export const zfdFields: readonly FieldRule[] = [
  carried('ZFD', 1, ownExtension('lunar-birth-date'), asLunarDate, 'lunar date of birth'),
  carried('ZFD', 2, ownExtension('weeks-of-gestation'), asCount, 'weeks of gestation'),
  carried('ZFD', 3, ownExtension('sms-consent'), asFlag, 'consent to short messages'),
  carried('ZFD', 4, ownExtension('birth-date-corrected'), asFlag, 'the birth date was corrected'),
  carried('ZFD', 5, ownExtension('identity-obtained'), codedIn(frenchTable('ZFD-5')), 'how the identity was obtained'),
  carried('ZFD', 6, ownExtension('identity-asked'), asTime, 'when INSi was asked'),
  carried(
    'ZFD',
    7,
    ownExtension('identity-proof'),
    codedIn(frenchTable('ZFD-7')),
    'the document that proves the identity',
  ),
  carried('ZFD', 8, ownExtension('identity-proof-valid-until'), asDate, 'until when that document is valid'),
];

export const zfpFields: readonly FieldRule[] = [
  carried('ZFP', 1, ownExtension('socio-professional-activity'), codedIn(frenchTable('ZFP-1')), 'activity (INSEE)'),
  carried('ZFP', 2, ownExtension('socio-professional-category'), codedIn(frenchTable('ZFP-2')), 'category (INSEE)'),
];

const legalCareUrl = (zfs: Segment, mapping: Mapping): string => {
  const entity = zfs.first(2);
  const domain = entity ? domainOf(takeAuthorityOfEntity(entity), mapping) : mapping.finess;
  return `${ownExtension('legal-care')}:${encodeURIComponent(domain)}:${encodeURIComponent(zfs.take(2))}`;
};

const legalCareParts = [
  [6, 'mode', codedIn(frenchTable('ZFS-6'))],
  [3, 'start', asTime],
  [4, 'end', asTime],
  [7, 'rimp', codedIn(frenchTable('ZFS-7'))],
  [8, 'comment', asText],
] as const;

/** Extensions for each period of psychiatric legal care, by its identifier. */
export const zfsFields: readonly FieldRule[] = [
  {
    fields: [2, 3, 4, 5, 6, 7, 8],
    becomes: `extensions \`${ownExtension('legal-care')}:…\` of a period of legal care, by ZFS-2: \`:mode\`, \`:start\`, \`:end\`, \`:rimp\`, \`:comment\`; CANCEL in ZFS-5 drops them`,
    read: (zfs, edits, mapping) => {
      if (zfs.text(2) === '') return;
      const period = legalCareUrl(zfs, mapping);
      if (['INSERT', 'UPDATE', 'CANCEL'].includes(zfs.text(5))) zfs.take(5);
      for (const [field, part, valueOf] of legalCareParts) {
        const url = `${period}:${part}`;
        if (zfs.text(5) === 'CANCEL') edits.drop('extension', url);
        else carry([zfs, field], url, valueOf, edits, mapping);
      }
    },
  },
];

/** Repetitions of a field as a part of the list of those who care for the patient. */
const careBy = (field: number, what: string, read: typeof practitionerOf): FieldRule => ({
  fields: [field],
  becomes: `\`generalPractitioner\`: ${what}`,
  read: (pd1, edits, mapping) => {
    const told = valued(pd1, field).flatMap((one): readonly JsonObject[] => {
      const reference = read(one, mapping);
      return reference ? [reference] : [];
    });
    if (told.length > 0 || pd1.isNull(field)) edits.setAll(`generalPractitioner#${field}`, told);
  },
});

/** What is known of the patient beside his identity (HL7 v2.5, section 3.4.10): above all his doctor. */
export const pd1Fields: readonly FieldRule[] = [
  carried('PD1', 1, ownExtension('living-dependency'), asConcept(v2Table('0223')), 'living dependency'),
  carried('PD1', 2, ownExtension('living-arrangement'), asConcept(v2Table('0220')), 'living arrangement'),
  careBy(3, 'the practice', organizationOf),
  careBy(4, 'the doctor', practitionerOf),
  carried('PD1', 5, ownExtension('student'), asConcept(v2Table('0231')), 'student'),
  carried('PD1', 6, ownExtension('handicap'), asConcept(v2Table('0295')), 'handicap'),
  carried('PD1', 7, ownExtension('living-will'), asConcept(v2Table('0315')), 'living will'),
  carried('PD1', 8, ownExtension('organ-donor'), asConcept(v2Table('0316')), 'organ donor'),
  carried('PD1', 9, ownExtension('separate-bill'), asFlag, 'separate bill'),
  carried('PD1', 10, ownExtension('duplicate-patient'), asIdentifier, 'identifiers of duplicates'),
  carried('PD1', 11, ownExtension('publicity'), asConcept(v2Table('0215')), 'publicity code'),
  carried('PD1', 12, ownExtension('protected'), asFlag, 'protection indicator'),
  carried('PD1', 13, ownExtension('protected-since'), asDate, 'since when the patient is protected'),
  carried('PD1', 15, ownExtension('advance-directive'), asConcept(v2Table('0435')), 'advance directives'),
];

/** Segments beside PID that tell of the person. */
export const personSegments = [
  ['PD1', pd1Fields],
  ['ZFA', zfaFields],
  ['ZFD', zfdFields],
  ['ZFP', zfpFields],
  ['ZFS', zfsFields],
] as const;

/** All that a message of one patient tells of the person: PID, the contacts (NK1) and the French segments. */
export const personEdits = (pid: Segment, mapping: Mapping): readonly MemberEdit[] => {
  const edits = new Edits(true);
  applyRules(pidFields, pid, edits, mapping);
  readContacts(edits, mapping);
  readPatientRoles(edits, mapping);
  for (const [name, rules] of personSegments)
    for (const segment of mapping.message.all(name)) applyRules(rules, segment, edits, mapping);
  return edits.all();
};
