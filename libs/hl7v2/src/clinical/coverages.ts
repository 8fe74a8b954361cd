import { type Collection, type Json, type JsonObject, RecordKey } from '#domain';
import { authorityIn, domainOf } from '../mapping/authority.js';
import { codeKey, conceptOf, v2Table } from '../mapping/codes.js';
import { coding, concept, members, ownExtension } from '../mapping/fhir-json.js';
import { identifierOf } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import { genders, valued } from '../mapping/patient-fields.js';
import { organizationOf } from '../mapping/organization.js';
import { originalCodeUrl } from '../mapping/original-code.js';
import { addressOf, contactPoints, humanName } from '../mapping/person-fields.js';
import type { Composite, Segment } from '../message/segment.js';
import { listedOf } from '../represented/not-taken.js';
import { present } from '../oru/present.js';
import {
  actionRule,
  collectionOf,
  conceptExtension,
  membersBy,
  type ResourceRule,
  type Within,
} from './resource-rules.js';

const classSystem = 'http://terminology.hl7.org/CodeSystem/coverage-class';
const relationships = 'http://terminology.hl7.org/CodeSystem/subscriber-relationship';

/** Where FHIR has no resource of its own to point at, the coverage holds it. */
const payorId = 'payor';
const subscriberId = 'subscriber';

const classOf = (code: string, value: string, name: string, extension: readonly JsonObject[] = []): JsonObject =>
  members({ extension, type: concept(classSystem, code), value, name });

const identifiersIn = (in1: Segment, field: number, { mapping, place }: Within): readonly JsonObject[] =>
  valued(in1, field).flatMap((number, at) =>
    number.text(1) === '' ? [] : [identifierOf(number, mapping, `${place}-${field}[${at + 1}]`)],
  );

const addressesIn = (in1: Segment, field: number, { mapping, place }: Within): readonly JsonObject[] =>
  present(valued(in1, field).map((address) => addressOf(address, mapping, `${place}-${field}`)));

const namesIn = (in1: Segment, field: number, { mapping, place }: Within): readonly JsonObject[] =>
  present(valued(in1, field).map((name) => humanName(name, mapping, true, `${place}-${field}`)));

const organizationsIn = (in1: Segment, field: number, { mapping }: Within): readonly JsonObject[] =>
  present(valued(in1, field).map((organization) => organizationOf(organization, mapping)));

/** The members of that name of some references. */
const eachOf = <Name extends 'display' | 'identifier' | 'extension'>(
  references: readonly JsonObject[],
  name: Name,
): readonly Json[] => references.flatMap((reference) => (reference[name] as Json | undefined) ?? []);

/** The insurer: IN1-3 to 7. */
const payorOf = (in1: Segment, within: Within): Readonly<Record<string, Json | undefined>> => {
  const { mapping } = within;
  const companies = organizationsIn(in1, 4, within);
  const identifier = [...identifiersIn(in1, 3, within), ...eachOf(companies, 'identifier')];
  const [name, ...alias] = eachOf(companies, 'display');
  const contact = namesIn(in1, 6, within).map((person) => ({ name: person }));
  const organization = members({
    extension: eachOf(companies, 'extension'),
    identifier,
    name,
    alias,
    telecom: contactPoints(valued(in1, 7), 'work', mapping, `${within.place}-7`),
    address: addressesIn(in1, 5, within),
    contact,
  });
  if (Object.keys(organization).length === 0) return {};
  const reference = members({ reference: `#${payorId}`, identifier: identifier[0], display: name });
  return {
    contained: [{ resourceType: 'Organization', id: payorId, ...organization }],
    payor: [reference],
  };
};

const isSelf = (in1: Segment): boolean => /^(?:SEL|SELF|18)$/i.test(in1.text(17));

/** Where FHIR's word says less than what was sent, that stands beside it. */
const genderOf = (in1: Segment, { mapping, place }: Within): JsonObject => {
  const sent = in1.first(43);
  const code = sent?.take(1) ?? '';
  if (sent === undefined || code === '') return {};
  const gender = genders[code.toUpperCase()];
  if (gender === undefined) mapping.warn('code-unknown', `${place}-43`);
  const extension = /^[MFOU]$/i.test(sent.raw) ? [] : conceptExtension(originalCodeUrl, sent, '0001', mapping);
  return members({ gender: gender ?? 'unknown', _gender: extension.length > 0 ? { extension } : undefined });
};

const birthDateOf = (in1: Segment, { mapping, place }: Within): string | undefined => {
  in1.first(18)?.accountFor(listedOf.TS);
  return mapping.date(in1.take(18), `${place}-18`);
};

/** The patient's own, beside the code as it was sent. */
const selfAs = (told: JsonObject | undefined): JsonObject => {
  const codings = (told?.['coding'] as readonly Json[] | undefined) ?? [];
  return { ...told, coding: [coding(relationships, 'self'), ...codings] };
};

/** Whose contract it is: IN1-16 to 19, 43 and 49; the patient, where no more is said than that it is his own. */
const subscriberOf = (in1: Segment, within: Within): Readonly<Record<string, Json | undefined>> => {
  const { mapping, patient } = within;
  const relation = in1.first(17);
  const told = members({
    name: namesIn(in1, 16, within),
    ...genderOf(in1, within),
    birthDate: birthDateOf(in1, within),
    address: addressesIn(in1, 19, within),
  });
  const relationship = relation && conceptOf(relation, mapping, v2Table('0063'));
  const own = isSelf(in1) ? { relationship: selfAs(relationship) } : {};
  if (Object.keys(told).length === 0 && isSelf(in1)) return { ...own, subscriber: { reference: patient } };
  if (Object.keys(told).length === 0 && relationship === undefined) return {};
  const person = members({
    resourceType: 'RelatedPerson',
    id: subscriberId,
    patient: { reference: patient },
    relationship: relationship && [relationship],
    ...told,
  });
  return { ...own, contained: [person], subscriber: { reference: `#${subscriberId}` } };
};

/** IN1 (HL7 v2.5, section 6.5.6). */
export const in1Fields: readonly ResourceRule[] = [
  {
    fields: [2],
    becomes: `\`class\` plan: its number and name; with its coding system extension \`${ownExtension('plan-code')}\`. \`""\`, and nothing else: there are none`,
    read: (in1, { mapping }) => {
      const plan = in1.first(2);
      const concept = conceptExtension(ownExtension('plan-code'), plan, '0072', mapping);
      const value = [1, 2, 4, 5, 9, 10].map((part) => plan?.text(part) ?? '').find((text) => text !== '') ?? '';
      return { class: value === '' ? undefined : [classOf('plan', value, plan?.text(2) ?? '', concept)] };
    },
  },
  { fields: [3, 4, 5, 6, 7], becomes: '`payor`, a contained Organization', read: payorOf },
  {
    fields: [8, 9],
    becomes: `\`class\` group: its number and name; a number of IN1-9 in extension \`${ownExtension('group-identifier')}\``,
    read: (in1, within) => {
      const number = in1.first(8)?.takeWhole().trim() ?? '';
      const groups = organizationsIn(in1, 9, within);
      const names = eachOf(groups, 'display').map(String);
      const value = number || names[0] || '';
      const url = ownExtension('group-identifier');
      const identifiers = [
        ...eachOf(groups, 'identifier').map((valueIdentifier) => ({ url, valueIdentifier })),
        ...(eachOf(groups, 'extension') as readonly JsonObject[]),
      ];
      if (value !== '') return { class: [classOf('group', value, names.join(', '), identifiers)] };
      return { extension: identifiers };
    },
  },
  {
    fields: [12, 13],
    becomes: '`period`',
    read: (in1, { mapping, place }) => {
      const [start, end] = [12, 13].map((field) => mapping.takeTime(in1.first(field), `${place}-${field}`)?.text);
      return { period: start === undefined && end === undefined ? undefined : members({ start, end }) };
    },
  },
  {
    fields: [15],
    becomes: '`type`',
    read: (in1, { mapping }) => {
      const type = in1.first(15);
      return { type: type && conceptOf(type, mapping, v2Table('0086')) };
    },
  },
  {
    fields: [16, 17, 18, 19, 43],
    becomes: '`subscriber`, a contained RelatedPerson; `relationship` where it is the patient himself',
    read: subscriberOf,
  },
  {
    fields: [22],
    becomes: `\`order\`; what is no number, extension \`${ownExtension('coverage-priority')}\``,
    read: (in1) => {
      const priority = in1.take(22);
      if (/^0*[1-9]\d{0,5}$/.test(priority)) return { order: Number(priority) };
      return {
        extension: priority === '' ? undefined : [{ url: ownExtension('coverage-priority'), valueString: priority }],
      };
    },
  },
  {
    fields: [35],
    becomes: '`class` subplan',
    read: (in1, { mapping }) => {
      const code = in1.first(35);
      const value = code?.text(1) ?? '';
      if (code === undefined || value === '') return {};
      const concept = conceptExtension(ownExtension('plan-code'), code, '0042', mapping);
      return { class: [classOf('subplan', value, code.text(2), concept)] };
    },
  },
  {
    fields: [36, 49, 54],
    becomes: '`identifier`; `subscriberId` is the first of IN1-49, IN1-36',
    read: (in1, within) => {
      const policy = in1.take(36);
      const insured = identifiersIn(in1, 49, within);
      const number = in1.first(49)?.text(1) ?? '';
      return {
        identifier: [
          ...(policy === '' ? [] : [{ type: { text: 'IN1-36' }, value: policy }]),
          ...insured,
          ...identifiersIn(in1, 54, within),
        ],
        subscriberId: number || policy,
      };
    },
  },
  actionRule(55, 'coverage'),
  {
    fields: [47],
    becomes: `extension \`${ownExtension('coverage-type')}\``,
    read: (in1, { mapping }) => ({
      extension: conceptExtension(ownExtension('coverage-type'), in1.first(47), '0309', mapping),
    }),
  },
];

const numbered = (number: Composite | undefined, mapping: Mapping): string =>
  number === undefined || number.text(1) === '' ? '' : `${domainOf(authorityIn(number, 4), mapping)} ${number.text(1)}`;

/** Plan, insurer, policy, insured and rank tell one coverage of a patient from another. */
const keyOf = (in1: Segment, mapping: Mapping): string =>
  [
    codeKey(in1.first(2)),
    numbered(in1.first(3), mapping),
    in1.text(36),
    numbered(in1.first(49), mapping),
    in1.text(22),
  ].join('|');

const unknownPayor: readonly JsonObject[] = [
  {
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
  },
];

/** The coverages of a patient. */
export const coverages = (patient: RecordKey, mapping: Mapping): Collection | undefined =>
  collectionOf(
    {
      owner: patient,
      patient,
      name: 'coverages',
      type: 'Coverage',
      kind: 'coverage',
      form: { name: 'IN1', naming: 2, action: 55, keyOf: (in1) => keyOf(in1, mapping) },
    },
    mapping,
    (in1, within) => {
      const { payor = unknownPayor, ...rest } = membersBy(in1Fields, in1, within);
      return { status: 'active', beneficiary: { reference: patient }, payor, ...rest };
    },
  );
