import type { JsonObject } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { table } from '../message/table.js';
import type { Edits } from './edits.js';
import { coding, concept, members, ownExtension } from './fhir-json.js';
import { asConcept, asFlag, asIdentifier, asText, asTime, carried, type FieldRule, isSent } from './field-rules.js';
import {
  deletedKeys,
  identifierOf,
  insKeyHolds,
  insKindAt,
  isIns,
  numberedIn,
  patientIdentifier,
  periodIn,
  takeIdentified,
  v2Types,
} from './identifier.js';
import { conceptOf, v2Table } from './codes.js';
import { originalCode } from './original-code.js';
import { listedOf } from '../represented/not-taken.js';
import type { Mapping } from './mapping.js';
import { identifiersOfPid } from './patient-record.js';
import {
  addressOf,
  addressUseOf,
  contactKey,
  contactPoints,
  frenchProfiles,
  humanName,
  isBirthplace,
  nameUseOf,
} from './person-fields.js';

/** HL7 table 0001. */
export const genders = table<string>({
  M: 'male',
  F: 'female',
  O: 'other',
  A: 'other',
  N: 'other',
  U: 'unknown',
});

/** HL7 table 0002 in the words of FHIR; the others keep their code of version 2. */
/** Codes of which FHIR's word says less. */
const lesserGenders = new Set(['A', 'N']);

const maritalCodes = new Set(['A', 'D', 'L', 'M', 'S', 'W']);

const birthPlaceUrl = 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace';
const nationalityUrl = 'http://hl7.org/fhir/StructureDefinition/patient-nationality';
const maidenNameUrl = 'http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName';
const reliabilityUrl = `${frenchProfiles}fr-core-identity-reliability`;
const reliabilityCodes = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445';

const isSomething = <T>(value: T | undefined): value is T => value !== undefined;

export const valued = (segment: Segment, field: number): readonly Composite[] =>
  segment.repetitions(field).filter((repetition) => !repetition.isNull);

/** Repetitions that delete one of their kind: `""^^^^^^D`. `""` alone deletes the whole field. */
const deletions = (segment: Segment, field: number): readonly Composite[] =>
  segment.repetitions(field).filter((repetition) => repetition.isNull && repetition.raw !== '""');

/** Identifiers that other fields of PID hold, each its own part of the list: one that is empty leaves what it said before. */
const otherIdentifiers = (
  field: number,
  becomes: string,
  read: (value: Composite, mapping: Mapping, location: string) => JsonObject | undefined,
): FieldRule => ({
  fields: [field],
  becomes,
  read: (pid, edits, mapping) => {
    const values = pid.repetitions(field).flatMap((value, index) => {
      const told =
        value.isNull || value.text(1) === '' ? undefined : read(value, mapping, `PID-${field}[${index + 1}]`);
      return told ? [told] : [];
    });
    if (values.length > 0 || pid.isNull(field)) edits.setAll(`identifier#${field}`, values);
  },
});

/** A number of the person that has no authority beside it: of a list of its own within the establishment. */
const numberOf = (type: string, value: string, mapping: Mapping): JsonObject => ({
  type: concept(v2Types, type),
  system: `urn:reprise:${mapping.finess}:${type}`,
  value,
});

const checkIns = (identifier: Composite, location: string, mapping: Mapping): void => {
  if (!isIns(identifier)) return;
  const kind = insKindAt(identifier, mapping);
  if (kind === undefined) mapping.warn('ins-oid-unknown', `${location}.4`);
  else if (kind.nature !== 'computed' && !insKeyHolds(identifier.text(1))) mapping.warn('ins-key', `${location}.1`);
};

const identifiers = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  const { field, values } = identifiersOfPid(pid);
  if (field !== 2 && isSent(pid, [2])) externalIdentifier.read(pid, edits, mapping);
  // First what is deleted: the same type may come with a new value beside it.
  for (const identifier of deletions(pid, 3))
    for (const key of deletedKeys(identifier, mapping)) {
      takeIdentified(identifier, mapping, numberedIn(identifier));
      edits.drop('identifier', key);
    }
  if (values.length === 0) return;
  const told = values.map((identifier, index) => {
    const location = `PID-${field}[${index + 1}]`;
    checkIns(identifier, location, mapping);
    return patientIdentifier(identifier, mapping, location);
  });
  edits.set('identifier', told);
};

const names = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  const repetitions = valued(pid, 5);
  const values = repetitions
    .map((name, index) => humanName(name, mapping, repetitions.length === 1, `PID-5[${index + 1}]`))
    .filter(isSomething);
  if (values.length > 0 || pid.isNull(5)) edits.setAll('name', values);
  else for (const name of deletions(pid, 5)) edits.drop('name', nameUseOf(name.take(7)));
};

const mothersName = (pid: Segment, edits: Edits): void => {
  const name = pid.first(6);
  const text = name && [5, 2, 3, 1, 4, 6].flatMap((part) => name.take(part) || []).join(' ');
  name?.accountFor(listedOf.XPN);
  if (pid.isNull(6)) edits.drop('extension', maidenNameUrl);
  else if (text) edits.extend({ url: maidenNameUrl, valueString: text });
};

const birthTimeUrl = 'http://hl7.org/fhir/StructureDefinition/patient-birthTime';
/** A time of day of zeros alone is padding. */
const withTime = /^\d{8}(?!0+(?:\.0+)?(?:[+-]\d{4})?$)\d{2}/;

const birthDate = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  if (pid.isNull(7)) {
    edits.clear('birthDate');
    edits.clear('_birthDate');
  }
  const born = pid.first(7);
  const raw = born?.take(1) ?? '';
  born?.accountFor(listedOf.TS);
  const time = withTime.test(raw) ? mapping.time(raw, 'PID-7') : undefined;
  const date = time?.precision === 'time' ? time.text.slice(0, 10) : mapping.date(raw, 'PID-7');
  if (date === undefined) return;
  edits.set('birthDate', date);
  if (time?.precision === 'time')
    edits.set('_birthDate', { extension: [{ url: birthTimeUrl, valueDateTime: time.text }] });
  else if (date.length === 10) edits.clear('_birthDate');
};

/** That there were several, without the order in which they came, does not beat the order that is known. */
const multipleBirth = (pid: Segment, edits: Edits): void => {
  if (pid.isNull(24)) edits.clear('multipleBirthBoolean');
  if (pid.isNull(24) || pid.isNull(25)) edits.clear('multipleBirthInteger');
  const [indicator, order] = [pid.text(24), pid.text(25)];
  if (indicator === 'N' && order === '1') {
    // The first of one: many senders number single births too.
    pid.take(25);
    edits.set('multipleBirthBoolean', pid.take(24) === 'Y');
    edits.clear('multipleBirthInteger');
  } else if (/^[1-9]\d?$/.test(order)) {
    edits.set('multipleBirthInteger', Number(pid.take(25)));
    edits.clear('multipleBirthBoolean');
    // That there were several goes without saying.
    if (indicator === 'Y') pid.take(24);
  } else if (indicator === 'Y') edits.set('multipleBirthBoolean', pid.take(24) === 'Y');
  else if (indicator === 'N') {
    edits.set('multipleBirthBoolean', pid.take(24) === 'Y');
    edits.clear('multipleBirthInteger');
  }
};

const gender = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  if (pid.isNull(8)) edits.clear('gender');
  const code = pid.text(8);
  if (code === '') return;
  const value = genders[code.toUpperCase()];
  const sent = pid.first(8);
  if (value === undefined) mapping.warn('code-unknown', 'PID-8');
  sent?.take(1);
  edits.set('gender', value ?? 'unknown');
  if (value === undefined || lesserGenders.has(code.toUpperCase()))
    edits.set('_gender', { extension: [originalCode('0001', code)] });
  else edits.clear('_gender');
};

/** The birthplace stands among the addresses (BDL) in France, in PID-23 elsewhere. */
const addresses = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  const homes: JsonObject[] = [];
  let place: JsonObject | undefined;
  pid.repetitions(11).forEach((repetition, index) => {
    // Nobody is born twice: a second birthplace is left to be warned of.
    if (repetition.isNull || (place && isBirthplace(repetition))) return;
    const address = addressOf(repetition, mapping, `PID-11[${index + 1}]`);
    if (address === undefined) return;
    if (isBirthplace(repetition)) place = address;
    else homes.push(address);
  });
  const isTold = pid.isNull(11) || homes.length > 0 || place !== undefined;
  if (isTold) edits.setAll('address', homes);
  else
    for (const address of deletions(pid, 11))
      if (!isBirthplace(address)) edits.drop('address', addressUseOf(address.take(7)));
  const named = place === undefined ? pid.take(23) : '';
  if (place) edits.extend({ url: birthPlaceUrl, valueAddress: place });
  else if (named !== '') edits.extend({ url: birthPlaceUrl, valueAddress: { text: named } });
  else if (isTold || pid.isNull(23) || deletions(pid, 11).some(isBirthplace)) edits.drop('extension', birthPlaceUrl);
};

const telecomFields: readonly (readonly [number, 'home' | 'work'])[] = [
  [13, 'home'],
  [14, 'work'],
  [40, 'home'],
];

/** Each field has the say of its own part of the list: one that is empty leaves what it said before. */
const telecomRules: readonly FieldRule[] = telecomFields.map(([field, use]) => ({
  fields: [field],
  becomes: '`telecom`',
  read: (pid, edits, mapping) => {
    const member = `telecom#${field}`;
    const points = contactPoints(valued(pid, field), use, mapping, `PID-${field}`);
    if (points.length > 0 || pid.isNull(field)) edits.setAll(member, points);
    else for (const gone of deletions(pid, field)) edits.drop(member, contactKey(gone, use));
  },
}));

/** Systems that name languages: their codes are those that FHIR has. */
const languageSystems = /^(?:ISO\S*|HL70296|)$/i;

const language = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  if (pid.isNull(15)) edits.clear('communication');
  const value = pid.first(15);
  if (value === undefined || (value.text(1) === '' && value.text(2) === '')) return;
  if (!languageSystems.test(value.text(3)) || value.text(4) !== '') {
    edits.set('communication', [{ language: conceptOf(value, mapping) ?? {}, preferred: true }]);
    return;
  }
  value.accountFor((1 << 3) | listedOf.CWE);
  const [code, text] = [value.take(1), value.take(2)];
  // Codes of two or three letters are those of ISO 639, which FHIR writes in lower case.
  const isIso = code.length === 2 || code.length === 3;
  const system = isIso ? 'urn:ietf:bcp:47' : 'http://terminology.hl7.org/CodeSystem/v2-0296';
  const codings = code === '' ? undefined : [coding(system, isIso ? code.toLowerCase() : code)];
  edits.set('communication', [{ language: members({ coding: codings, text }), preferred: true }]);
};

const maritalConcept = (status: Composite): JsonObject => {
  status.accountFor(listedOf.CWE);
  const told = concept('http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', status.take(1));
  return members({ ...told, text: status.take(2) });
};

const maritalStatus = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  if (pid.isNull(16)) edits.clear('maritalStatus');
  const status = pid.first(16);
  const isKnown = status !== undefined && maritalCodes.has(status.text(1)) && /^(?:HL70002|)$/.test(status.text(3));
  // FHIR's own system stands for the table of HL7 v2.
  if (isKnown) status.take(3);
  const told =
    status && (isKnown && status.text(4) === '' ? maritalConcept(status) : conceptOf(status, mapping, v2Table('0002')));
  if (told) edits.set('maritalStatus', told);
};

const nationality = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  if (pid.isNull(26)) edits.drop('extension', nationalityUrl);
  const told = valued(pid, 26).flatMap((value) => conceptOf(value, mapping, v2Table('0171')) ?? []);
  if (told.length === 0) return;
  const extension = told.map((valueCodeableConcept) => ({ url: 'code', valueCodeableConcept }));
  edits.extend({ url: nationalityUrl, extension });
};

/** A day of death padded with zeros is a day. That he died, without a day, does not beat the day that is known. */
const death = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  const raw = pid.take(29);
  pid.first(29)?.accountFor(listedOf.TS);
  const time = /^\d{8}0{4,6}$/.test(raw) ? mapping.date(raw, 'PID-29') : mapping.time(raw, 'PID-29')?.text;
  const indicator = pid.text(30);
  // A day of death says that he died.
  if (time === undefined ? indicator === 'Y' || indicator === 'N' : indicator === 'Y') pid.take(30);
  if (pid.isNull(29)) edits.clear('deceasedDateTime');
  if (time !== undefined) {
    edits.set('deceasedDateTime', time);
    edits.clear('deceasedBoolean');
  } else if (indicator === 'Y') edits.set('deceasedBoolean', true);
  else if (indicator === 'N') {
    edits.set('deceasedBoolean', false);
    edits.clear('deceasedDateTime');
  } else if (pid.isNull(30)) edits.clear('deceasedBoolean');
};

/** RNIV status and attributes: table 0445. */
const reliability = (pid: Segment, edits: Edits): void => {
  const statuses = valued(pid, 32)
    .filter((status) => status.text(1) !== '')
    .map((status) => ({ url: 'identityStatus', valueCoding: coding(reliabilityCodes, status.take(1)) }));
  if (statuses.length > 0) edits.extend({ url: reliabilityUrl, extension: statuses });
  else edits.drop('extension', reliabilityUrl);
};

/** Who is no authority on identities qualifies none: his status beside another's INS would say more than anybody told. */
export const reliabilityRule: FieldRule = {
  fields: [32],
  becomes:
    'extension `fr-core-identity-reliability`, every status; an INS is told while one is VALI and none is PROV, VIDE, DOUT or FICT, and kept back otherwise. Nothing where PID gives defaults only (results, documents)',
  read: reliability,
};

/** PID-2 where PID-3 names the patient: another number of his (HL7 v2.3). In France it is blanked. */
const externalIdentifier = otherIdentifiers(2, '', (value, mapping, location) =>
  identifierOf(value, mapping, location),
);

export const pidFields: readonly FieldRule[] = [
  {
    fields: [2, 3],
    becomes:
      '`identifier`, with FR Core types and uses. The permanent identifier (IPP) names the record; billing numbers (NH) and INS never do',
    read: identifiers,
  },
  {
    fields: [5],
    becomes: '`name`: L official, D usual, S pseudonym; XPN-3 of L is the list of birth given names',
    read: names,
  },
  ...telecomRules,
  { fields: [8], becomes: '`gender`', read: gender },
  { fields: [7], becomes: '`birthDate` with the precision that was sent', read: birthDate },
  {
    fields: [24, 25],
    becomes: '`multipleBirthInteger`, or `multipleBirthBoolean` without an order of birth',
    read: multipleBirth,
  },
  { fields: [29, 30], becomes: '`deceasedDateTime`, or `deceasedBoolean` without a time of death', read: death },
  {
    fields: [11, 23],
    becomes: '`address`; BDL (or PID-23) is the birthplace, extension `patient-birthPlace` with its INSEE code (XAD-9)',
    read: addresses,
  },
  otherIdentifiers(4, '`identifier`: another number (blanked in France)', (value, mapping, location) =>
    identifierOf(value, mapping, location),
  ),
  otherIdentifiers(19, '`identifier` SS: social security number (blanked in France)', (value, mapping) =>
    numberOf('SS', value.take(1), mapping),
  ),
  otherIdentifiers(20, '`identifier` DL: driving licence (blanked in France)', (licence, mapping, location) =>
    members({
      ...numberOf('DL', licence.take(1), mapping),
      period: periodIn(licence, 3, mapping, location),
      assigner: members({ display: licence.take(2) }),
    }),
  ),
  {
    fields: [9],
    becomes: '`name`: other names (blanked in France)',
    read: (pid, edits, mapping) => {
      const values = valued(pid, 9)
        .map((name, index) => humanName(name, mapping, false, `PID-9[${index + 1}]`))
        .filter(isSomething);
      if (values.length > 0 || pid.isNull(9)) edits.setAll('name#9', values);
    },
  },
  carried('PID', 12, ownExtension('county'), asText, 'county (blanked in France)'),
  { fields: [15], becomes: '`communication`', read: language },
  { fields: [16], becomes: '`maritalStatus`', read: maritalStatus },
  { fields: [6], becomes: 'extension `patient-mothersMaidenName`', read: mothersName },
  { fields: [26], becomes: 'extension `patient-nationality`', read: nationality },
  carried('PID', 21, ownExtension('mothers-identifier'), asIdentifier, 'identifier of the mother'),
  carried('PID', 27, ownExtension('military-status'), asConcept(v2Table('0172')), 'military status'),
  carried('PID', 28, ownExtension('nationality'), asConcept(v2Table('0212')), 'nationality (blanked in France)'),
  carried('PID', 31, ownExtension('identity-unknown'), asFlag, 'the identity is not known'),
  carried('PID', 34, ownExtension('identity-updated-at'), asText, 'facility that updated the identity'),
  reliabilityRule,
  carried('PID', 33, ownExtension('identity-updated'), asTime, 'last update of the identity at the sender'),
];
