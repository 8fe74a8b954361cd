import type { Change, Json, JsonObject, MemberEdit, Movement } from '#domain';
import { RecordKey } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { authorityIn, systemOf } from '../mapping/authority.js';
import { Edits } from '../mapping/edits.js';
import { coding, concept, members } from '../mapping/fhir-json.js';
import { type Identified, identified, v2Types } from '../mapping/identifier.js';
import { locationOf } from '../mapping/location.js';
import type { Mapping } from '../mapping/mapping.js';
import { practitionerOf } from '../mapping/practitioner.js';
import { movementIn, type ToldMovement } from './movement.js';
import type { Trigger } from './triggers.js';
import { table } from '../message/table.js';

/** HL7 table 0004 in the words of FHIR; N (not a patient's visit) and unknown classes are not here. */
const classes = table<string>({
  E: 'EMER',
  I: 'IMP',
  B: 'IMP',
  O: 'AMB',
  R: 'AMB',
  P: 'PRENC',
});

const classOf = (pv1: Segment, mapping: Mapping): JsonObject | undefined => {
  const code = pv1.text(2);
  if (code === '') return undefined;
  const value = classes[code];
  if (value === undefined) mapping.warn('code-unknown', 'PV1-2');
  return value === undefined ? undefined : coding('http://terminology.hl7.org/CodeSystem/v3-ActCode', value);
};

/** The visit's number: PV1-19, else the account (PID-18), else the alternate visit number (PV1-50). */
const visitNumber = (pv1: Segment, pid: Segment): Composite | undefined =>
  [pv1.first(19), pid.first(18), pv1.first(50)].find((number) => number !== undefined && number.text(1) !== '');

/** Encounter record of a visit number. */
export const visitRecord = (number: Identified, mapping: Mapping): RecordKey =>
  RecordKey.of('Encounter', mapping.context.idOf('visit', number.domain, number.value));

const participantFields: readonly (readonly [number, string])[] = [
  [7, 'ATND'],
  [8, 'REF'],
  [9, 'CON'],
  [17, 'ADM'],
];

const participantsOf = (pv1: Segment, mapping: Mapping): readonly Json[] =>
  participantFields.flatMap(([field, code]) =>
    pv1.repetitions(field).flatMap((person) => {
      const individual = practitionerOf(person, mapping);
      const type = [concept('http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code)];
      return individual ? [{ type, individual }] : [];
    }),
  );

const numberOf = (number: Composite, type: string, mapping: Mapping): JsonObject => ({
  type: concept(v2Types, type),
  system: systemOf(authorityIn(number, 4), mapping),
  value: number.text(1),
});

const visitEdits = (
  pv1: Segment,
  pid: Segment,
  number: Composite,
  movement: ToldMovement | undefined,
  mapping: Mapping,
): readonly MemberEdit[] => {
  const edits = new Edits(true);
  edits.set('identifier', [numberOf(number, 'VN', mapping)]);
  const visitClass = classOf(pv1, mapping);
  if (visitClass) edits.set('class', visitClass);
  const account = pid.first(18);
  if (account && account.text(1) !== '') edits.set('account', [{ identifier: numberOf(account, 'AN', mapping) }]);
  const participants = participantsOf(pv1, mapping);
  if (participants.length > 0) edits.set('participant', participants);
  const disposition = pv1.text(36);
  const isDischargeCancelled = movement?.nature === 'discharge' && movement.action === 'cancel';
  if (isDischargeCancelled || pv1.isNull(36)) edits.clear('hospitalization');
  else if (disposition !== '')
    edits.set('hospitalization', {
      dischargeDisposition: concept('http://terminology.hl7.org/CodeSystem/v2-0112', disposition),
    });
  return edits.all();
};

/** A responsible unit (XON, ZBE-7 and ZBE-8) by its code, which is unique within the establishment. */
const unitOf = (unit: Composite | undefined, mapping: Mapping): JsonObject | undefined => {
  const code = unit?.text(10) || unit?.text(3) || '';
  const display = unit?.text(1) ?? '';
  if (code === '') return undefined;
  return members({
    identifier: { type: { text: 'UF' }, system: `urn:reprise:${mapping.finess}:uf`, value: code },
    display,
  });
};

/** What a movement says of its own period; a cancellation says nothing of it. */
const movementEdits = (
  pv1: Segment,
  movement: ToldMovement,
  location: RecordKey | undefined,
  mapping: Mapping,
): readonly MemberEdit[] => {
  if (movement.action === 'cancel') return [];
  const edits = new Edits(true);
  if (movement.identifier) edits.set('identifier', [movement.identifier]);
  // Without ZBE the class is the visit's alone: a later A08 that changes it has no movement to say so in.
  const movementClass = movement.isFromZbe ? classOf(pv1, mapping) : undefined;
  if (movementClass) edits.set('class', movementClass);
  if (location) edits.set('location', [{ location: { reference: location } }]);
  const zbe = mapping.message.first('ZBE');
  const medical = unitOf(zbe?.first(7), mapping);
  if (medical) edits.set('serviceProvider', medical);
  const nursing = unitOf(zbe?.first(8), mapping);
  if (nursing) edits.extend({ url: 'urn:reprise:nursing-unit', valueReference: nursing });
  return edits.all();
};

/** The visit that a PV1 tells of, with the place it names; nothing where it tells of none (PV1-2 = N). */
export const visitChanges = (
  trigger: string,
  meaning: Extract<Trigger, { family: 'visit' }>,
  pid: Segment,
  patient: RecordKey,
  mapping: Mapping,
): readonly Change[] => {
  const pv1 = mapping.message.first('PV1');
  if (pv1 === undefined || pv1.text(2) === 'N') return [];
  const number = visitNumber(pv1, pid);
  if (number === undefined) {
    mapping.warn('visit-number-missing', 'PV1-19');
    return [];
  }
  const visit = identified(number, mapping);
  const told = movementIn(trigger, meaning, visit, mapping);
  const place = pv1.first(3);
  const location = told && told.action !== 'cancel' && place ? locationOf(place, mapping) : undefined;
  const change: Movement = {
    kind: 'movement',
    visit: visitRecord(visit, mapping),
    patient,
    visitEdits: visitEdits(pv1, pid, number, told, mapping),
    ...(told && {
      movement: {
        action: told.action,
        record: told.record,
        nature: told.nature,
        ...(told.start !== undefined && { start: told.start }),
        edits: movementEdits(pv1, told, location?.record, mapping),
      },
    }),
  };
  return location ? [location, change] : [change];
};
