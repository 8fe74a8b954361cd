import type { Json, JsonObject } from '#domain';
import type { Segment } from '../message/segment.js';
import { conceptOf, v2Table } from './codes.js';
import type { Edits } from './edits.js';
import { hasValue, ownExtension } from './fhir-json.js';
import {
  asAddress,
  asConcept,
  asContactPoint,
  asDate,
  asFlag,
  asIdentifier,
  asName,
  asText,
  isSent,
  periodOf,
  type Value,
} from './field-rules.js';
import type { Mapping } from './mapping.js';
import { organizationOf } from './organization.js';
import { originalCode } from './original-code.js';
import { genders, valued } from './patient-fields.js';
import { addressOf, contactPoints, humanName } from './person-fields.js';

/** What one field of NK1, or several, are of a contact. */
interface ContactRule {
  readonly fields: readonly number[];
  readonly member: string;
  readonly becomes: string;
  readonly read: (nk1: Segment, mapping: Mapping, location: string) => Json | undefined;
}

/** What NK1 says of a contact that FHIR has no member for, each in an extension of the contact. */
const extensionFields: readonly (readonly [number, string, Value, string])[] = [
  [10, 'contact-job-title', asText, 'job title'],
  [11, 'contact-job', asConcept(v2Table('0327')), 'job'],
  [12, 'contact-employee-number', asIdentifier, 'employee number'],
  [14, 'contact-marital-status', asConcept(v2Table('0002')), 'marital status'],
  [16, 'contact-birth-date', asDate, 'date of birth'],
  [17, 'contact-living-dependency', asConcept(v2Table('0223')), 'living dependency'],
  [18, 'contact-ambulatory-status', asConcept(v2Table('0009')), 'ambulatory status'],
  [19, 'contact-citizenship', asConcept(v2Table('0171')), 'citizenship'],
  [20, 'contact-language', asConcept(v2Table('0296')), 'language'],
  [21, 'contact-living-arrangement', asConcept(v2Table('0220')), 'living arrangement'],
  [22, 'contact-publicity', asConcept(v2Table('0215')), 'publicity code'],
  [23, 'contact-protected', asFlag, 'protection indicator'],
  [24, 'contact-student', asConcept(v2Table('0231')), 'student indicator'],
  [26, 'contact-mothers-maiden-name', asName, "mother's maiden name"],
  [27, 'contact-nationality', asConcept(v2Table('0212')), 'nationality'],
  [29, 'contact-reason', asConcept(v2Table('0222')), 'reason of the contact'],
  [30, 'contact-person', asName, 'person to ask for'],
  [31, 'contact-person-telecom', asContactPoint, 'number of that person'],
  [32, 'contact-person-address', asAddress, 'address of that person'],
  [33, 'contact-identifier', asIdentifier, 'identifier'],
  [34, 'contact-job-status', asConcept(v2Table('0311')), 'job status'],
  [36, 'contact-handicap', asConcept(v2Table('0295')), 'handicap'],
  [37, 'contact-social-security-number', asText, 'social security number'],
  [38, 'contact-birthplace', asText, 'place of birth'],
  [39, 'contact-vip', asConcept(v2Table('0099')), 'VIP indicator'],
];

/** Of names and addresses, `contact` has room for one: the others. */
const further: readonly (readonly [number, string, Value, string])[] = [
  [2, 'contact-name', asName, 'further names'],
  [4, 'contact-address', asAddress, 'further addresses'],
  [13, 'contact-organization', asText, 'further organizations'],
];

const extensionsOf = (nk1: Segment, mapping: Mapping, location: string): readonly JsonObject[] => {
  const extensions: JsonObject[] = [];
  const add = ([field, name, valueOf]: (typeof extensionFields)[number], from: number): void => {
    valued(nk1, field)
      .slice(from)
      .forEach((one, index) => {
        const value = valueOf(one, mapping, `${location}-${field}[${from + index + 1}]`);
        if (value) extensions.push({ url: ownExtension(name), ...value });
      });
  };
  for (const rule of extensionFields) add(rule, 0);
  for (const rule of further) add(rule, 1);
  return extensions;
};

const relationTables = [
  [3, v2Table('0063')],
  [7, v2Table('0131')],
] as const;

const relationsOf = (nk1: Segment, mapping: Mapping): readonly JsonObject[] =>
  relationTables.flatMap(([field, system]) =>
    valued(nk1, field).flatMap((relation): readonly JsonObject[] => {
      const concept = conceptOf(relation, mapping, system);
      return concept ? [concept] : [];
    }),
  );

/** In the order in which FHIR writes the members of a contact. */
export const nk1Fields: readonly ContactRule[] = [
  {
    fields: [...extensionFields, ...further].map(([field]) => field),
    member: 'extension',
    becomes: `\`contact.extension\`: ${extensionFields.map(([field, name, , what]) => `NK1-${field} ${what} \`${ownExtension(name)}\``).join(', ')}`,
    read: extensionsOf,
  },
  {
    fields: [3, 7],
    member: 'relationship',
    becomes: '`contact.relationship`: kinship and role',
    read: relationsOf,
  },
  {
    fields: [2],
    member: 'name',
    becomes: '`contact.name`; further ones in extensions',
    read: (nk1, mapping, location) => {
      const [name] = valued(nk1, 2);
      return name && humanName(name, mapping, true, `${location}-2`);
    },
  },
  {
    fields: [5, 6, 40, 41],
    member: 'telecom',
    becomes: '`contact.telecom`',
    read: (nk1, mapping, location) =>
      ([5, 6, 40, 41] as const).flatMap((field) =>
        contactPoints(valued(nk1, field), field === 6 ? 'work' : 'home', mapping, `${location}-${field}`),
      ),
  },
  {
    fields: [4],
    member: 'address',
    becomes: '`contact.address`; further ones in extensions',
    read: (nk1, mapping, location) => {
      const [address] = valued(nk1, 4);
      return address && addressOf(address, mapping, `${location}-4`);
    },
  },
  {
    fields: [15],
    member: 'gender',
    becomes: '`contact.gender`',
    read: (nk1, mapping, location) => {
      const gender = genders[nk1.text(15).toUpperCase()];
      if (gender !== undefined) nk1.take(15);
      else if (nk1.text(15) !== '') mapping.warn('code-unknown', `${location}-15`);
      return gender;
    },
  },
  {
    fields: [15],
    member: '_gender',
    becomes: '`contact.gender`: a code that FHIR has no word for',
    read: (nk1) => {
      if (nk1.text(15) === '' || genders[nk1.text(15).toUpperCase()] !== undefined) return undefined;
      return { extension: [originalCode('0001', nk1.take(15))] };
    },
  },
  {
    fields: [13],
    member: 'organization',
    becomes: '`contact.organization`; further ones in extensions',
    read: (nk1, mapping) => {
      const [organization] = valued(nk1, 13);
      return organization && organizationOf(organization, mapping);
    },
  },
  {
    fields: [8, 9],
    member: 'period',
    becomes: '`contact.period`',
    read: (nk1, mapping, location) => periodOf(nk1, [8, 9], mapping, location),
  },
];

/** FHIR R4, invariant pat-1: a contact has a name, a telecom, an address or an organization. Of one that has none, the name is not known. */
const withName = (contact: JsonObject): JsonObject =>
  ['name', 'telecom', 'address', 'organization'].some((member) => contact[member] !== undefined)
    ? contact
    : { ...contact, name: unknownName };

const unknownName: JsonObject = {
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
};

const contactOf = (nk1: Segment, mapping: Mapping): JsonObject => {
  const contact: Record<string, Json> = {};
  const location = `NK1[${nk1.sequence}]`;
  for (const { fields, member, read } of nk1Fields) {
    const value = isSent(nk1, fields) ? read(nk1, mapping, location) : undefined;
    if (hasValue(value)) contact[member] = value;
  }
  return contact;
};

/** All contacts of a message: those that it names are those that there are. `""` in NK1-2 takes them away. */
export const readContacts = (edits: Edits, mapping: Mapping): void => {
  const segments = mapping.message.all('NK1');
  if (segments.length === 0) return;
  const contacts = segments
    .map((nk1) => contactOf(nk1, mapping))
    .filter((contact) => Object.keys(contact).length > 0)
    .map(withName);
  if (contacts.length > 0 || segments.some((nk1) => nk1.isNull(2))) edits.setAll('contact', contacts);
};
