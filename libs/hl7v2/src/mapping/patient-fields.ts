import type { JsonObject } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { table } from '../message/table.js';
import type { Edits } from './edits.js';
import { coding, concept, members } from './fhir-json.js';
import { asTime, carried, type FieldRule, ownExtension } from './field-rules.js';
import { deletedKeys, identifierOf, insKeyHolds, insKindAt, isIns } from './identifier.js';
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

const checkIns = (identifier: Composite, location: string, mapping: Mapping): void => {
  if (!isIns(identifier)) return;
  const kind = insKindAt(identifier);
  if (kind === undefined) mapping.warn('ins-oid-unknown', `${location}.4`);
  else if (kind.nature !== 'computed' && !insKeyHolds(identifier.text(1))) mapping.warn('ins-key', `${location}.1`);
};

const identifiers = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  const { field, values } = identifiersOfPid(pid);
  // First what is deleted: the same type may come with a new value beside it.
  for (const identifier of deletions(pid, 3))
    for (const key of deletedKeys(identifier, mapping)) edits.drop('identifier', key);
  if (values.length === 0) return;
  const told = values.map((identifier, index) => {
    const location = `PID-${field}[${index + 1}]`;
    checkIns(identifier, location, mapping);
    return identifierOf(identifier, mapping, location);
  });
  edits.set('identifier', told);
};

const names = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  const repetitions = valued(pid, 5);
  const values = repetitions.map((name) => humanName(name, mapping, repetitions.length === 1)).filter(isSomething);
  if (values.length > 0 || pid.isNull(5)) edits.setAll('name', values);
  else for (const name of deletions(pid, 5)) edits.drop('name', nameUseOf(name.text(7)));
};

const mothersName = (pid: Segment, edits: Edits): void => {
  const name = pid.first(6);
  const text = name && [name.text(2), name.text(1)].filter((part) => part !== '').join(' ');
  if (pid.isNull(6)) edits.drop('extension', maidenNameUrl);
  else if (text) edits.extend({ url: maidenNameUrl, valueString: text });
};

const birthDate = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  if (pid.isNull(7)) edits.clear('birthDate');
  const date = mapping.date(pid.text(7), 'PID-7');
  if (date !== undefined) edits.set('birthDate', date);
};

/** That there were several, without the order in which they came, does not beat the order that is known. */
const multipleBirth = (pid: Segment, edits: Edits): void => {
  if (pid.isNull(24)) edits.clear('multipleBirthBoolean');
  if (pid.isNull(24) || pid.isNull(25)) edits.clear('multipleBirthInteger');
  const [indicator, order] = [pid.text(24), pid.text(25)];
  if (/^[1-9]\d?$/.test(order)) {
    edits.set('multipleBirthInteger', Number(order));
    edits.clear('multipleBirthBoolean');
  } else if (indicator === 'Y') edits.set('multipleBirthBoolean', true);
  else if (indicator === 'N') {
    edits.set('multipleBirthBoolean', false);
    edits.clear('multipleBirthInteger');
  }
};

const gender = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  if (pid.isNull(8)) edits.clear('gender');
  const code = pid.text(8);
  if (code === '') return;
  const value = genders[code.toUpperCase()];
  if (value === undefined) mapping.warn('code-unknown', 'PID-8');
  else edits.set('gender', value);
};

/** The birthplace stands among the addresses (BDL) in France, in PID-23 elsewhere. */
const addresses = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  const homes: JsonObject[] = [];
  let place: JsonObject | undefined;
  pid.repetitions(11).forEach((repetition, index) => {
    const address = repetition.isNull ? undefined : addressOf(repetition, mapping, `PID-11[${index + 1}]`);
    if (address === undefined) return;
    if (isBirthplace(repetition)) place ??= address;
    else homes.push(address);
  });
  const isTold = pid.isNull(11) || homes.length > 0 || place !== undefined;
  if (isTold) edits.setAll('address', homes);
  else
    for (const address of deletions(pid, 11))
      if (!isBirthplace(address)) edits.drop('address', addressUseOf(address.text(7)));
  const named = pid.text(23);
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
  read: (pid, edits) => {
    const member = `telecom#${field}`;
    const points = contactPoints(valued(pid, field), use);
    if (points.length > 0 || pid.isNull(field)) edits.setAll(member, points);
    else for (const gone of deletions(pid, field)) edits.drop(member, contactKey(gone, use));
  },
}));

const language = (pid: Segment, edits: Edits): void => {
  if (pid.isNull(15)) edits.clear('communication');
  const value = pid.first(15);
  const [code = '', text = ''] = [value?.text(1), value?.text(2)];
  if (code === '' && text === '') return;
  // Codes of two or three letters are those of ISO 639, which FHIR writes in lower case.
  const isIso = code.length === 2 || code.length === 3;
  const system = isIso ? 'urn:ietf:bcp:47' : 'http://terminology.hl7.org/CodeSystem/v2-0296';
  const codings = code === '' ? undefined : [coding(system, isIso ? code.toLowerCase() : code)];
  edits.set('communication', [{ language: members({ coding: codings, text }), preferred: true }]);
};

const maritalStatus = (pid: Segment, edits: Edits): void => {
  if (pid.isNull(16)) edits.clear('maritalStatus');
  const status = pid.first(16);
  const code = status?.text(1) ?? '';
  if (code === '') return;
  const system = maritalCodes.has(code)
    ? 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus'
    : 'http://terminology.hl7.org/CodeSystem/v2-0002';
  edits.set('maritalStatus', members({ ...concept(system, code), text: status?.text(2) }));
};

const nationality = (pid: Segment, edits: Edits): void => {
  const value = pid.first(26);
  const [code = '', text = ''] = [value?.text(1), value?.text(2)];
  if (pid.isNull(26)) edits.drop('extension', nationalityUrl);
  if (code === '' && text === '') return;
  const valueCodeableConcept = members({
    coding: code === '' ? undefined : [coding('http://terminology.hl7.org/CodeSystem/v2-0171', code)],
    text,
  });
  edits.extend({ url: nationalityUrl, extension: [{ url: 'code', valueCodeableConcept }] });
};

/** A day of death padded with zeros is a day. That he died, without a day, does not beat the day that is known. */
const death = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  const raw = pid.text(29);
  const time = /^\d{8}0{4,6}$/.test(raw) ? mapping.date(raw, 'PID-29') : mapping.time(raw, 'PID-29')?.text;
  const indicator = pid.text(30);
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
    .map((status) => status.text(1))
    .filter((code) => code !== '')
    .map((code) => ({ url: 'identityStatus', valueCoding: coding(reliabilityCodes, code) }));
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

export const pidFields: readonly FieldRule[] = [
  {
    fields: [2, 3],
    becomes:
      '`identifier`, with FR Core types and uses; PID-2 only where PID-3 is empty. The permanent identifier (IPP) names the record; billing numbers (NH) and INS never do',
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
  { fields: [15], becomes: '`communication`', read: language },
  { fields: [16], becomes: '`maritalStatus`', read: maritalStatus },
  { fields: [6], becomes: 'extension `patient-mothersMaidenName`', read: mothersName },
  { fields: [26], becomes: 'extension `patient-nationality`', read: nationality },
  reliabilityRule,
  carried('PID', 33, ownExtension('identity-updated'), asTime, 'last update of the identity at the sender'),
];
