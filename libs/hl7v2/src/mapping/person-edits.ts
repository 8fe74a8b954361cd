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
  carriedTogether,
  codedIn,
  type FieldRule,
  ownExtension,
} from './field-rules.js';
import type { Mapping } from './mapping.js';
import { pidFields } from './patient-fields.js';

const frenchTable = (name: string): string => `urn:reprise:ihe-france:${name}`;

/** The national shared record (DMP): what the patient was told and wants. */
export const zfaFields: readonly FieldRule[] = [
  carriedTogether(
    'ZFA',
    [
      [1, 'status', codedIn(frenchTable('ZFA-1'))],
      [2, 'collected', asTime],
      [3, 'closed', asTime],
    ],
    ownExtension('dmp-status'),
    'status of the shared record',
  ),
  carriedTogether(
    'ZFA',
    [
      [9, 'status', codedIn(frenchTable('ZFA-9'))],
      [10, 'collected', asTime],
    ],
    ownExtension('dmp-feeding'),
    'information and opposition to feeding it',
  ),
  carriedTogether(
    'ZFA',
    [
      [11, 'status', codedIn(frenchTable('ZFA-11'))],
      [12, 'collected', asTime],
    ],
    ownExtension('dmp-consultation'),
    'information and consent to its being read',
  ),
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
  carriedTogether(
    'ZFD',
    [
      [5, 'means', codedIn(frenchTable('ZFD-5'))],
      [6, 'asked', asTime],
    ],
    ownExtension('identity-obtained'),
    'how the identity was obtained, and when INSi was asked',
  ),
  carriedTogether(
    'ZFD',
    [
      [7, 'document', codedIn(frenchTable('ZFD-7'))],
      [8, 'valid-until', asDate],
    ],
    ownExtension('identity-proof'),
    'the document that proves the identity',
  ),
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

/** One extension for each period of psychiatric legal care, by its identifier; its comment stays in the bytes. */
export const zfsFields: readonly FieldRule[] = [
  {
    fields: [2, 3, 4, 5, 6, 7],
    becomes: `one extension \`${ownExtension('legal-care')}:…\` a period of legal care, by ZFS-2, with \`mode\`, \`start\`, \`end\`, \`rimp\`; CANCEL in ZFS-5 drops it`,
    read: (zfs, edits, mapping) => {
      if (zfs.text(2) === '') return;
      const url = legalCareUrl(zfs, mapping);
      const extension = legalCareParts.flatMap(([field, part, valueOf]): readonly JsonObject[] => {
        const first = zfs.first(field);
        const value = first && valueOf(first, mapping, `ZFS-${field}`);
        return value ? [{ url: part, ...value }] : [];
      });
      if (zfs.text(5) === 'CANCEL' || extension.length === 0) edits.drop('extension', url);
      else edits.extend({ url, extension });
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
