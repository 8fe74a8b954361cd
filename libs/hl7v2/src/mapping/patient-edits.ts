import type { JsonObject, MemberEdit } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { Edits } from './edits.js';
import { concept, members } from './fhir-json.js';
import { identifierKey, identifierOf, isIns, insKinds } from './identifier.js';
import type { Mapping } from './mapping.js';
import { identifiersOfPid } from './patient-record.js';
import { addressOf, contactPoint, frenchProfiles, humanName, isBirthplace } from './person-fields.js';
import { table } from '../message/table.js';

/** HL7 table 0001. */
const genders = table<string>({
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
const reliabilityUrl = `${frenchProfiles}fr-core-identity-reliability`;
const reliabilityCodes = 'https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445';

const isSomething = <T>(value: T | undefined): value is T => value !== undefined;

const valued = (segment: Segment, field: number): readonly Composite[] =>
  segment.repetitions(field).filter((repetition) => !repetition.isNull);

const identifiers = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  const { field, values } = identifiersOfPid(pid);
  values.forEach((identifier, index) => {
    if (isIns(identifier) && insKinds[identifier.sub(4, 2)] === undefined)
      mapping.warn('ins-oid-unknown', `PID-3[${index + 1}].4`);
  });
  // First what is deleted: the same type may come with a new value beside it.
  for (const identifier of pid.repetitions(3))
    if (identifier.isNull && identifier.raw !== '""') edits.drop('identifier', identifierKey(identifier, mapping));
  if (values.length > 0)
    edits.set(
      'identifier',
      values.map((identifier, index) => identifierOf(identifier, mapping, `PID-${field}[${index + 1}]`)),
    );
};

const names = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  if (pid.raw(5) === '') return;
  const repetitions = valued(pid, 5);
  const values = repetitions.map((name) => humanName(name, mapping, repetitions.length === 1)).filter(isSomething);
  if (values.length > 0 || pid.isNull(5)) edits.setAll('name', values);
};

const birth = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  if (pid.isNull(7)) edits.clear('birthDate');
  const date = mapping.date(pid.text(7), 'PID-7');
  if (date !== undefined) edits.set('birthDate', date);
  if (pid.isNull(24)) {
    edits.clear('multipleBirthBoolean');
    edits.clear('multipleBirthInteger');
  }
  const order = pid.text(25);
  if (/^[1-9]\d?$/.test(order)) {
    edits.set('multipleBirthInteger', Number(order));
    edits.clear('multipleBirthBoolean');
  } else if (pid.text(24) === 'Y' || pid.text(24) === 'N') {
    edits.set('multipleBirthBoolean', pid.text(24) === 'Y');
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
  const places: JsonObject[] = [];
  if (pid.raw(11) !== '') {
    const homes: JsonObject[] = [];
    pid.repetitions(11).forEach((repetition, index) => {
      if (repetition.isNull) return;
      const address = addressOf(repetition, mapping, `PID-11[${index + 1}]`);
      if (address !== undefined) (isBirthplace(repetition) ? places : homes).push(address);
    });
    edits.setAll('address', homes);
  }
  const [place] = places;
  const named = pid.text(23);
  if (place) edits.extend({ url: birthPlaceUrl, valueAddress: place });
  else if (named !== '') edits.extend({ url: birthPlaceUrl, valueAddress: { text: named } });
  else if (pid.raw(11) !== '' || pid.isNull(23)) edits.drop('extension', birthPlaceUrl);
};

const telecoms = (pid: Segment, edits: Edits): void => {
  if (pid.raw(13) === '' && pid.raw(14) === '') return;
  const points = [
    ...valued(pid, 13).map((telecom) => contactPoint(telecom, 'home')),
    ...valued(pid, 14).map((telecom) => contactPoint(telecom, 'work')),
  ].filter(isSomething);
  edits.setAll('telecom', points);
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

/** A day of death padded with zeros is a day. */
const death = (pid: Segment, edits: Edits, mapping: Mapping): void => {
  const raw = pid.text(29);
  const time = /^\d{8}0{4,6}$/.test(raw) ? mapping.date(raw, 'PID-29') : mapping.time(raw, 'PID-29')?.text;
  const indicator = pid.text(30);
  if (time !== undefined) {
    edits.set('deceasedDateTime', time);
    edits.clear('deceasedBoolean');
  } else if (indicator === 'Y' || indicator === 'N') {
    edits.set('deceasedBoolean', indicator === 'Y');
    edits.clear('deceasedDateTime');
  } else {
    if (pid.isNull(29)) edits.clear('deceasedDateTime');
    if (pid.isNull(30)) edits.clear('deceasedBoolean');
  }
};

/** RNIV status and attributes, PID-32: table 0445. */
const reliability = (pid: Segment, edits: Edits): void => {
  if (pid.raw(32) === '') return;
  const statuses = valued(pid, 32)
    .map((status) => status.text(1))
    .filter((code) => code !== '')
    .map((code) => ({ url: 'identityStatus', valueCoding: { system: reliabilityCodes, code } }));
  if (statuses.length > 0) edits.extend({ url: reliabilityUrl, extension: statuses });
  else edits.drop('extension', reliabilityUrl);
};

/**
 * Edits of a FHIR Patient from PID. An empty field says nothing; a field that is sent replaces all its repetitions, so that an
 * INS that is no longer sent is gone. `certain`: the sender is the authority on identities (admission is, a laboratory is not).
 */
export const patientEdits = (pid: Segment, mapping: Mapping, certain: boolean): readonly MemberEdit[] => {
  const edits = new Edits(certain);
  identifiers(pid, edits, mapping);
  names(pid, edits, mapping);
  telecoms(pid, edits);
  gender(pid, edits, mapping);
  birth(pid, edits, mapping);
  death(pid, edits, mapping);
  addresses(pid, edits, mapping);
  maritalStatus(pid, edits);
  reliability(pid, edits);
  return edits.all();
};
