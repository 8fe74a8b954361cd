import type { Json, JsonObject } from '#domain';
import type { Segment } from '../message/segment.js';
import type { Edits } from './edits.js';
import { concept, hasValue, members } from './fhir-json.js';
import { isSent, ownExtension } from './field-rules.js';
import { identifierOf } from './identifier.js';
import type { Mapping } from './mapping.js';
import { genders, valued } from './patient-fields.js';
import { addressOf, contactPoints, humanName } from './person-fields.js';

/** What one field of NK1, or several, are of a contact. */
interface ContactRule {
  readonly fields: readonly number[];
  readonly member: string;
  readonly becomes: string;
  readonly read: (nk1: Segment, mapping: Mapping, location: string) => Json | undefined;
}

const relationTables = [
  [3, 'http://terminology.hl7.org/CodeSystem/v2-0063'],
  [7, 'http://terminology.hl7.org/CodeSystem/v2-0131'],
] as const;

const relationOf = (nk1: Segment): readonly JsonObject[] => {
  const relations: JsonObject[] = [];
  for (const [field, system] of relationTables) {
    const [code, text] = [nk1.text(field), nk1.text(field, 2)];
    if (code !== '') relations.push(text === '' ? concept(system, code) : { ...concept(system, code), text });
  }
  return relations;
};

/** In the order in which FHIR writes the members of a contact. */
export const nk1Fields: readonly ContactRule[] = [
  {
    fields: [33],
    member: 'extension',
    becomes: `\`contact.extension\` \`${ownExtension('contact-identifier')}\``,
    read: (nk1, mapping, location) =>
      valued(nk1, 33)
        .filter((identifier) => identifier.text(1) !== '')
        .map((identifier) => ({
          url: ownExtension('contact-identifier'),
          valueIdentifier: identifierOf(identifier, mapping, `${location}-33`),
        })),
  },
  { fields: [3, 7], member: 'relationship', becomes: '`contact.relationship`: kinship and role', read: relationOf },
  {
    fields: [2],
    member: 'name',
    becomes: '`contact.name`, the first one',
    read: (nk1, mapping) => {
      const [name] = valued(nk1, 2);
      return name && humanName(name, mapping, true);
    },
  },
  {
    fields: [5, 6],
    member: 'telecom',
    becomes: '`contact.telecom`',
    read: (nk1) => [...contactPoints(valued(nk1, 5), 'home'), ...contactPoints(valued(nk1, 6), 'work')],
  },
  {
    fields: [4],
    member: 'address',
    becomes: '`contact.address`, the first one',
    read: (nk1, mapping, location) => {
      const [address] = valued(nk1, 4);
      return address && addressOf(address, mapping, `${location}-4`);
    },
  },
  { fields: [15], member: 'gender', becomes: '`contact.gender`', read: (nk1) => genders[nk1.text(15).toUpperCase()] },
  {
    fields: [13],
    member: 'organization',
    becomes: '`contact.organization.display`',
    read: (nk1) => (nk1.text(13) === '' ? undefined : { display: nk1.text(13) }),
  },
  {
    fields: [8, 9],
    member: 'period',
    becomes: '`contact.period`',
    read: (nk1, mapping, location) => {
      const start = mapping.date(nk1.text(8), `${location}-8`);
      const end = mapping.date(nk1.text(9), `${location}-9`);
      return start === undefined && end === undefined ? undefined : members({ start, end });
    },
  },
];

/** FHIR R4, invariant pat-1: a contact has a name, a telecom, an address or an organization. */
const isContact = ({ name, telecom, address, organization }: JsonObject): boolean =>
  name !== undefined || telecom !== undefined || address !== undefined || organization !== undefined;

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
  const contacts = segments.map((nk1) => contactOf(nk1, mapping)).filter(isContact);
  if (contacts.length > 0 || segments.some((nk1) => nk1.isNull(2))) edits.setAll('contact', contacts);
};
