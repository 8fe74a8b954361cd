import type { Json, JsonObject } from '#domain';
import { authorityOfEntity, domainOf } from '../mapping/authority.js';
import { codeKey, conceptOf, v2Table } from '../mapping/codes.js';
import type { Edits } from '../mapping/edits.js';
import { coding, members, ownExtension } from '../mapping/fhir-json.js';
import { asText } from '../mapping/field-rules.js';
import { organizationOf } from '../mapping/organization.js';
import type { Mapping } from '../mapping/mapping.js';
import { valued } from '../mapping/patient-fields.js';
import { addressOf, contactPoints } from '../mapping/person-fields.js';
import { practitionerOf } from '../mapping/practitioner.js';
import type { Segment } from '../message/segment.js';
import { table } from '../message/table.js';
import { leave } from '../represented/not-taken.js';
import { originalCode } from '../mapping/original-code.js';
import { present } from '../oru/present.js';
import { conceptExtension, entityIdentifier, placeOf } from './resource-rules.js';

/** Whose a ROL is: that of the segment that it stands behind. */
export type RoleOwner = 'patient' | 'visit';

const owners = table<RoleOwner | 'other'>({
  PID: 'patient',
  PD1: 'patient',
  NK1: 'patient',
  PV1: 'visit',
  PV2: 'visit',
  PR1: 'other',
  IN1: 'other',
  GT1: 'other',
});

/** The ROL segments of the patient or of the visit; those of a procedure or an insurance are neither's. */
export const rolesOf = (owner: RoleOwner, { message }: Mapping): readonly Segment[] => {
  const roles: Segment[] = [];
  if (message.first('ROL') === undefined) return roles;
  let current: RoleOwner | 'other' = 'other';
  for (const segment of message.segments) {
    current = owners[segment.name] ?? current;
    if (segment.name === 'ROL' && current === owner) roles.push(segment);
  }
  return roles;
};

/** HL7 table 0443, and what IHE PAM France adds to it, as FHIR's type of participation; empty where that has none. */
const participations = table<string>({
  AD: 'ADM',
  AP: '',
  AT: 'ATND',
  CLP: '',
  CP: 'CON',
  DP: '',
  EP: '',
  FHCP: '',
  IP: '',
  MDIR: '',
  ODRP: '',
  OP: '',
  PH: '',
  PI: '',
  PP: '',
  RO: '',
  RP: 'REF',
  RT: '',
  SUBS: '',
  TN: '',
  TR: '',
  VP: '',
  VPS: '',
  VTS: '',
});

/** Family doctors: PP the primary care provider, FHCP the family health care professional, ODRP the declared one (France). */
const familyDoctors = new Set(['PP', 'FHCP', 'ODRP']);

/** HL7 table 0287. */
const actions = table<'tell' | 'end'>({
  AD: 'tell',
  CO: 'tell',
  DE: 'end',
  LI: 'tell',
  UC: 'tell',
  UN: 'end',
  UP: 'tell',
});

const isEnd = (rol: Segment): boolean => actions[rol.text(2).toUpperCase()] === 'end';

/** An action that is none of the table's: the role is told, with the code as it was sent. */
const unknownAction = (rol: Segment, mapping: Mapping): readonly JsonObject[] => {
  const code = rol.take(2);
  if (code === '' || actions[code.toUpperCase()] !== undefined) return [];
  mapping.warn('code-unknown', `${placeOf(rol)}-2`);
  return [originalCode('0287', code)];
};

const codeOf = (rol: Segment): string => rol.text(3).toUpperCase();

/** The role, and with a number (ROL-1) the instance of it: those without one are all that there are of that role. */
const instanceOf = (rol: Segment, mapping: Mapping): string => {
  const entity = rol.first(1);
  const number =
    entity && entity.text(1) !== '' ? `${domainOf(authorityOfEntity(entity), mapping)} ${entity.text(1)}` : '';
  return mapping.context.idOf('role', number, codeKey(rol.first(3)));
};

const roleOf = (rol: Segment, mapping: Mapping): JsonObject | undefined => {
  const role = rol.first(3);
  const told = role && conceptOf(role, mapping, v2Table('0443'));
  if (told === undefined) return undefined;
  const code = codeOf(rol);
  const word = participations[code];
  if (word === undefined && code !== '') mapping.warn('code-unknown', `${placeOf(rol)}-3`);
  if (word === undefined || word === '') return told;
  const codings = (told['coding'] as readonly Json[] | undefined) ?? [];
  return { ...told, coding: [coding('http://terminology.hl7.org/CodeSystem/v3-ParticipationType', word), ...codings] };
};

/** Fields of ROL that FHIR's participant has no member for. */
const furtherCodes = [
  [7, 'role-duration', undefined],
  [8, 'role-reason', undefined],
  [9, 'role-provider-type', undefined],
  [10, 'role-organization-unit', '0406'],
] as const;

const numberOf = (rol: Segment, mapping: Mapping): readonly JsonObject[] => {
  const valueIdentifier = entityIdentifier(rol.first(1), mapping);
  return valueIdentifier ? [{ url: ownExtension('role-number'), valueIdentifier }] : [];
};

const furtherOf = (rol: Segment, mapping: Mapping): readonly JsonObject[] => [
  ...unknownAction(rol, mapping),
  ...numberOf(rol, mapping),
  ...furtherCodes.flatMap(([field, name, table]) =>
    valued(rol, field).flatMap((value) => conceptExtension(ownExtension(name), value, table, mapping)),
  ),
  ...valued(rol, 11).flatMap((address) => {
    const valueAddress = addressOf(address, mapping, `${placeOf(rol)}-11`);
    return valueAddress ? [{ url: ownExtension('role-address'), valueAddress }] : [];
  }),
  ...valued(rol, 13).flatMap((place) => {
    const value = asText(place, mapping, `${placeOf(rol)}-13`);
    return value ? [{ url: ownExtension('role-location'), ...value }] : [];
  }),
  ...valued(rol, 14).flatMap((organization) => {
    const valueReference = organizationOf(organization, mapping);
    return valueReference ? [{ url: ownExtension('role-organization'), valueReference }] : [];
  }),
  ...contactPoints(valued(rol, 12), 'work', mapping, `${placeOf(rol)}-12`).map((valueContactPoint) => ({
    url: ownExtension('role-telecom'),
    valueContactPoint,
  })),
];

interface ToldRole {
  readonly role: JsonObject | undefined;
  readonly persons: readonly JsonObject[];
  readonly period: JsonObject | undefined;
  readonly further: readonly JsonObject[];
}

/** What a ROL says of the persons that it names; nothing where it names nobody. */
const toldRole = (rol: Segment, mapping: Mapping): ToldRole | undefined => {
  const persons = present(valued(rol, 4).map((person) => practitionerOf(person, mapping)));
  if (persons.length === 0) return undefined;
  const [start, end] = [5, 6].map((field) => mapping.takeTime(rol.first(field), `${placeOf(rol)}-${field}`)?.text);
  return {
    role: roleOf(rol, mapping),
    persons,
    period: start === undefined && end === undefined ? undefined : members({ start, end }),
    further: furtherOf(rol, mapping),
  };
};

/** FHIR Encounter.participant. */
const participantsOf = ({ role, persons, period, further }: ToldRole): readonly JsonObject[] =>
  persons.map((individual) => members({ extension: further, type: role && [role], period, individual }));

/** References to persons, with what else is said of their role. */
const personsOf = ({ role, persons, period, further }: ToldRole): readonly JsonObject[] => {
  const extension = [
    ...(role ? [{ url: ownExtension('role'), valueCodeableConcept: role }] : []),
    ...(period ? [{ url: ownExtension('role-period'), valuePeriod: period }] : []),
    ...further,
  ];
  return persons.map((person) => members({ extension, ...person }));
};

interface Instance {
  readonly key: string;
  readonly told: readonly ToldRole[];
  readonly isDoctor: boolean;
  /** A segment says that the role has ended, or deletes its person. */
  readonly isEnded: boolean;
}

/** Each instance of a role with what is told of it. One of which nobody is named, and that has not ended, stays as it stands. */
const instancesIn = (roles: readonly Segment[], mapping: Mapping): readonly Instance[] =>
  [...Map.groupBy(roles, (rol) => instanceOf(rol, mapping))].map(([key, segments]) => {
    const isOver = (rol: Segment): boolean => isEnd(rol) || rol.isNull(4);
    const [ended, going] = [segments.filter(isOver), segments.filter((rol) => !isOver(rol))];
    for (const rol of ended) leave('removed', rol);
    return {
      key,
      told: going.flatMap((rol) => toldRole(rol, mapping) ?? []),
      isDoctor: segments.some((rol) => familyDoctors.has(codeOf(rol))),
      isEnded: ended.length > 0,
    };
  });

/** Participants of the visit by their roles. */
export const readVisitRoles = (edits: Edits, mapping: Mapping): void => {
  for (const { key, told, isEnded } of instancesIn(rolesOf('visit', mapping), mapping)) {
    const participants = told.flatMap(participantsOf);
    if (participants.length > 0 || isEnded) edits.setAll(`participant#ROL-${key}`, participants);
  }
};

/** Those who are there for the patient: his family doctor, and others in an extension each. */
export const readPatientRoles = (edits: Edits, mapping: Mapping): void => {
  for (const { key, told, isDoctor, isEnded } of instancesIn(rolesOf('patient', mapping), mapping)) {
    const persons = told.flatMap(personsOf);
    const url = ownExtension(`role:${key}`);
    if (persons.length > 0 && !isDoctor)
      edits.extend({ url, extension: persons.map((valueReference) => ({ url: 'person', valueReference })) });
    else if (persons.length > 0) edits.set(`generalPractitioner#ROL-${key}`, persons);
    else if (isEnded) {
      edits.clear(`generalPractitioner#ROL-${key}`);
      edits.drop('extension', url);
    }
  }
};

/** ROL (HL7 v2.5, section 15.4.7), as data: what it becomes behind PV1 and behind PID. */
export const rolFields = [
  { fields: [1], becomes: `extension \`${ownExtension('role-number')}\`; with ROL-3 what is added, changed or ended` },
  { fields: [2], becomes: 'DE and UN end the role; without ROL-1 those of a role are all that there are of it' },
  {
    fields: [3],
    becomes: `\`type\`; behind PID extension \`${ownExtension('role')}\``,
  },
  {
    fields: [4],
    becomes: `\`Encounter.participant.individual\`, by identifier and name; behind PID \`Patient.generalPractitioner\` (PP, FHCP, ODRP), else extension \`${ownExtension('role:…')}\``,
  },
  { fields: [5, 6], becomes: `\`period\`; behind PID extension \`${ownExtension('role-period')}\`` },
  ...furtherCodes.map(([field, name]) => ({ fields: [field], becomes: `extension \`${ownExtension(name)}\`` })),
  { fields: [11], becomes: `extension \`${ownExtension('role-address')}\`` },
  { fields: [12], becomes: `extension \`${ownExtension('role-telecom')}\`` },
  { fields: [13], becomes: `extension \`${ownExtension('role-location')}\`` },
  { fields: [14], becomes: `extension \`${ownExtension('role-organization')}\`` },
];
