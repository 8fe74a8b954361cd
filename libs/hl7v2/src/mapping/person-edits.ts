import type { JsonObject, MemberEdit } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { authorityOfEntity, domainOf } from './authority.js';
import { readContacts } from './contacts.js';
import { Edits } from './edits.js';
import {
  applyRules,
  asCount,
  asDate,
  asFlag,
  asTime,
  carried,
  carry,
  codedIn,
  type FieldRule,
  ownExtension,
} from './field-rules.js';
import type { Mapping } from './mapping.js';
import { pidFields } from './patient-fields.js';

const frenchTable = (name: string): string => `urn:reprise:ihe-france:${name}`;

/** The national shared record (DMP): what the patient was told and wants. */
export const zfaFields: readonly FieldRule[] = [
  carried('ZFA', 1, ownExtension('dmp-status'), codedIn(frenchTable('ZFA-1')), 'status of the shared record'),
  carried('ZFA', 2, ownExtension('dmp-status-collected'), asTime, 'when that status was collected'),
  carried('ZFA', 3, ownExtension('dmp-closed'), asTime, 'when the shared record was closed'),
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
  const parts = [value.text(1), value.text(2), value.text(3)].filter((part) => part !== '');
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
  const domain = entity ? domainOf(authorityOfEntity(entity), mapping) : mapping.finess;
  return `${ownExtension('legal-care')}:${encodeURIComponent(domain)}:${encodeURIComponent(zfs.text(2))}`;
};

const legalCareParts = [
  [6, 'mode', codedIn(frenchTable('ZFS-6'))],
  [3, 'start', asTime],
  [4, 'end', asTime],
  [7, 'rimp', codedIn(frenchTable('ZFS-7'))],
] as const;

/** Extensions for each period of psychiatric legal care, by its identifier; its comment stays in the bytes. */
export const zfsFields: readonly FieldRule[] = [
  {
    fields: [2, 3, 4, 5, 6, 7],
    becomes: `extensions \`${ownExtension('legal-care')}:…\` of a period of legal care, by ZFS-2: \`:mode\`, \`:start\`, \`:end\`, \`:rimp\`; CANCEL in ZFS-5 drops them`,
    read: (zfs, edits, mapping) => {
      if (zfs.text(2) === '') return;
      const period = legalCareUrl(zfs, mapping);
      for (const [field, part, valueOf] of legalCareParts) {
        const url = `${period}:${part}`;
        if (zfs.text(5) === 'CANCEL') edits.drop('extension', url);
        else carry([zfs, field], url, valueOf, edits, mapping);
      }
    },
  },
];

/** Segments beside PID that tell of the person. */
export const personSegments = [
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
  for (const [name, rules] of personSegments)
    for (const segment of mapping.message.all(name)) applyRules(rules, segment, edits, mapping);
  return edits.all();
};
