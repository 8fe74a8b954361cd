import type { Change, JsonObject, MemberEdit, Movement } from '#domain';
import { RecordKey } from '#domain';
import { assignerOf, domainOf, systemOf, takeAuthority } from '../mapping/authority.js';
import { Edits } from '../mapping/edits.js';
import { concept, members, ownExtension } from '../mapping/fhir-json.js';
import { applyRules, type FieldRule } from '../mapping/field-rules.js';
import { type Identified, identified, identifierOf, periodIn, v2Types } from '../mapping/identifier.js';
import { locationOf, stayIn } from '../mapping/location.js';
import type { Mapping } from '../mapping/mapping.js';
import { originalCode } from '../mapping/original-code.js';
import { leave, listedOf } from '../represented/not-taken.js';
import type { Composite, Segment } from '../message/segment.js';
import { readVisitRoles, rolesOf } from '../clinical/roles.js';
import { movementsIn, takeSameMoment, type ToldMovement } from './movement.js';
import type { Trigger } from './triggers.js';
import {
  classOf,
  expectedReturnUrl,
  participantRules,
  pv1Fields,
  pv2Fields,
  zfmFields,
  zfvFields,
} from './visit-fields.js';

/** Where a visit's number may stand, in the order in which it is looked for; a setting of the sender names one. */
export const visitNumberPlaces = ['PV1-19', 'PID-18', 'PV1-50'] as const;

/** The number of the visit that a PV1 tells of; none where it is empty. */
export const visitNumberOf = (pv1: Segment, pid: Segment | undefined, mapping: Mapping): Composite | undefined => {
  const setting = mapping.context.sender.hl7?.visitNumber;
  for (const place of setting === undefined ? visitNumberPlaces : [setting]) {
    const number = place === 'PID-18' ? pid?.first(18) : pv1.first(place === 'PV1-19' ? 19 : 50);
    if (number !== undefined && number.text(1) !== '') return number;
  }
  return undefined;
};

/** Encounter record of a visit number. */
export const visitRecord = (number: Identified, mapping: Mapping): RecordKey =>
  RecordKey.of('Encounter', mapping.context.idOf('visit', number.domain, number.value));

/** Key of an account (PID-18, MRG-3): of no record, what A44 moves. */
export const accountRecord = (number: Identified, mapping: Mapping): RecordKey =>
  RecordKey.of('Account', mapping.context.idOf('account', number.domain, number.value));

const valued = (number: Composite | undefined): Composite | undefined =>
  number !== undefined && number.text(1) !== '' ? number : undefined;

export const accountOf = (pid: Segment): Composite | undefined => valued(pid.first(18));

/** A number of a visit or an account (CX), under the type that its field says. */
const numberOf = (number: Composite, type: 'VN' | 'AN', mapping: Mapping, location: string): JsonObject => {
  const numbered = type === 'VN' ? 'visit' : 'account';
  const authority = takeAuthority(number, 4);
  // What the field says to be a visit or an account is one, whatever CX-5 says: another type stands beside it.
  const told = number.take(5);
  number.accountFor(listedOf.CX);
  return members({
    extension: told === '' || told === type ? undefined : [originalCode('0203', told)],
    type: concept(v2Types, type),
    system: systemOf(authority, mapping, numbered),
    value: number.take(1),
    period: periodIn(number, 7, mapping, location),
    assigner: assignerOf(authority, mapping, numbered),
  });
};

/** The visit's own number, as its Encounter has it. */
export const visitIdentifier = (number: Composite, mapping: Mapping): JsonObject =>
  numberOf(number, 'VN', mapping, 'PV1-19');

/** PV1-50, where another field names the visit: FHIR Identifiers beside the visit's own. */
const otherNumbers = ({ pv1, number }: Told, mapping: Mapping): readonly JsonObject[] =>
  pv1
    .repetitions(50)
    .flatMap((other, index) =>
      other === number || other.text(1) === '' ? [] : [identifierOf(other, mapping, `PV1-50[${index + 1}]`, 'visit')],
    );

/** Segments beside PV1 that tell of a visit. */
const visitSegments = [
  ['PV2', pv2Fields],
  ['ZFM', zfmFields],
  ['ZFV', zfvFields],
] as const;

interface Told {
  readonly pv1: Segment;
  readonly pid: Segment;
  readonly number: Composite;
}

/** The time in a field of PV1, for where no movement says it. */
const timeEdit = (pv1: Segment, field: number, member: string, edits: Edits, mapping: Mapping): void => {
  const time = mapping.takeTime(pv1.first(field), `PV1-${field}`);
  if (time) edits.set(member, time.text);
  else if (pv1.isNull(field)) edits.clear(member);
};

/** Feeds begin in the middle of stays: when the visit began, and without a movement also when it ended and where the patient is. */
const withoutMovement = (
  { pv1 }: Told,
  movement: ToldMovement | undefined,
  location: RecordKey | undefined,
  edits: Edits,
  mapping: Mapping,
): void => {
  if (!movement?.nature.endsWith('admission')) timeEdit(pv1, 44, 'period.start', edits, mapping);
  else takeSameMoment(pv1.first(44), movement.start, mapping);
  if (movement?.nature === 'discharge') takeSameMoment(pv1.first(45), movement.start, mapping);
  if (movement) return;
  timeEdit(pv1, 45, 'period.end', edits, mapping);
  placeEdit(pv1, location, edits);
};

const placeEdit = (pv1: Segment, location: RecordKey | undefined, edits: Edits): void => {
  if (location) edits.set('location', [stayIn(pv1.first(3), location)]);
  else if (pv1.isNull(3)) edits.clear('location');
};

/** Fields of PV1 that do not say which visit it is. */
const fieldsBesideNumber = (pv1: Segment): readonly number[] =>
  pv1.fields.flatMap((_, field) => (field > 1 && field !== 19 && field !== 50 ? [field] : []));

/** What says how the visit ended, in a message of another movement. */
const leaveEnd = (rules: readonly FieldRule[], segment: Segment): void => {
  for (const rule of rules) if (rule.atDischarge) leave('beforeDischarge', segment, rule.fields);
};

const visitEdits = (
  told: Told,
  movement: ToldMovement | undefined,
  location: RecordKey | undefined,
  mapping: Mapping,
): readonly MemberEdit[] => {
  const { pv1, pid, number } = told;
  const { message } = mapping;
  const edits = new Edits(true);
  edits.set('identifier', [visitIdentifier(number, mapping), ...otherNumbers(told, mapping)]);
  const account = accountOf(pid);
  if (account) edits.set('account', [{ identifier: numberOf(account, 'AN', mapping, 'PID-18') }]);
  else if (pid.isNull(18)) edits.clear('account');
  // A movement that is taken back says of which visit, and of what class where nothing else does: what counts is what the others said.
  if (movement?.action === 'cancel') {
    const visitClass = classOf(pv1, mapping);
    if (visitClass) edits.suggest('class', visitClass);
    leave('cancelled', pv1, fieldsBesideNumber(pv1));
    for (const [name] of visitSegments) leave('cancelled', message.first(name));
    for (const rol of rolesOf('visit', mapping)) leave('cancelled', rol);
    return edits.all();
  }
  // How a visit ends stands with the discharge, so that it goes when that is cancelled.
  const mayEnd = movement === undefined || movement.nature === 'discharge';
  applyRules(pv1Fields, pv1, edits, mapping, mayEnd);
  if (!mayEnd) leaveEnd(pv1Fields, pv1);
  for (const [name, rules] of visitSegments) {
    const segment = message.first(name);
    if (segment === undefined) continue;
    applyRules(rules, segment, edits, mapping, mayEnd);
    if (!mayEnd) leaveEnd(rules, segment);
  }
  readVisitRoles(edits, mapping);
  withoutMovement(told, movement, location, edits, mapping);
  if (movement?.nature === 'return') edits.drop('extension', expectedReturnUrl);
  return edits.all();
};

/**
 * A responsible unit (XON, ZBE-7 and ZBE-8) by its code, which is unique within the establishment; one that names another authority
 * (XON-6) is of that authority.
 */
const unitOf = (unit: Composite, mapping: Mapping): JsonObject | undefined => {
  const codeAt = unit.text(10) === '' ? 3 : 10;
  const code = unit.text(codeAt);
  const display = unit.text(1);
  if (code === '' && display === '') return undefined;
  unit.accountFor((1 << 1) | (1 << codeAt) | listedOf.XON);
  if (code === '') return { display };
  const authority = takeAuthority(unit, 6);
  const isOwn = domainOf(authority, mapping) === mapping.finess;
  const kind = unit.take(7);
  return members({
    identifier: members({
      type: { text: kind === '' ? 'UF' : kind },
      system: isOwn ? `urn:reprise:${mapping.finess}:uf` : systemOf(authority, mapping),
      value: code,
      assigner: assignerOf(authority, mapping),
    }),
    display,
  });
};

const nursingUrl = ownExtension('nursing-unit');
const endUrl = ownExtension('told-end');

const zbeEdits = ({ segment, allowed }: NonNullable<ToldMovement['zbe']>, edits: Edits, mapping: Mapping): void => {
  if (!allowed.medical) leave('otherWards', segment, [7]);
  if (!allowed.nursing) leave('otherWards', segment, [8]);
  const [medical, nursing] = [
    allowed.medical ? segment.first(7) : undefined,
    allowed.nursing ? segment.first(8) : undefined,
  ];
  const provider = medical && unitOf(medical, mapping);
  if (provider) edits.set('serviceProvider', provider);
  else if (medical?.isNull) edits.clear('serviceProvider');
  const nurses = nursing && unitOf(nursing, mapping);
  if (nurses) edits.extend({ url: nursingUrl, valueReference: nurses });
  else if (nursing?.isNull) edits.drop('extension', nursingUrl);
  const end = mapping.takeTime(segment.first(3), 'ZBE-3');
  if (end) edits.extend({ url: endUrl, valueDateTime: end.text });
  else if (segment.isNull(3)) edits.drop('extension', endUrl);
};

/** What a movement says of its own period; a cancellation says no more than its number. */
const movementEdits = (
  { pv1 }: Told,
  movement: ToldMovement,
  location: RecordKey | undefined,
  mapping: Mapping,
): readonly MemberEdit[] => {
  const edits = new Edits(true);
  if (movement.zbe) edits.set('identifier', [movement.zbe.identifier]);
  if (movement.action === 'cancel') {
    leave('cancelled', movement.zbe?.segment, [3, 7, 8]);
    return edits.all();
  }
  if (movement.zbe) zbeEdits(movement.zbe, edits, mapping);
  // Without ZBE the class is the visit's alone: a later A08 that changes it has no movement to say so in.
  const movementClass = movement.zbe && classOf(pv1, mapping);
  if (movementClass) edits.set('class', movementClass);
  else if (movement.zbe && pv1.isNull(2)) edits.clear('class');
  if (movement.zbe?.allowed.place !== false) placeEdit(pv1, location, edits);
  else if (location) edits.suggest('location', [{ location: { reference: location } }]);
  if (movement.nature === 'responsibility') {
    applyRules(participantRules, pv1, edits, mapping);
  }
  return edits.all();
};

/** Where a movement puts the patient: PV1-3, for what is only announced PV1-42; an admission is somewhere whatever its scope. */
const placeOf = ({ pv1 }: Told, movement: ToldMovement | undefined): Composite | undefined => {
  if (movement === undefined) return pv1.first(3);
  const { action, nature, zbe } = movement;
  if (action === 'cancel') return undefined;
  switch (nature) {
    case 'pending-discharge':
      return undefined;
    case 'pending-transfer':
      return pv1.first(42);
    case 'pending-admission':
      return pv1.first(42) ?? pv1.first(3);
    case 'admission':
    case 'pre-admission':
      return pv1.first(3);
    case 'class':
    case 'transfer':
    case 'medical-ward':
    case 'nursing-ward':
    case 'responsibility':
    case 'leave':
    case 'return':
    case 'discharge':
      return zbe === undefined || zbe.allowed.place ? pv1.first(3) : undefined;
  }
};

const changeOf = (
  told: Told,
  movement: ToldMovement,
  location: RecordKey | undefined,
  mapping: Mapping,
): NonNullable<Movement['movement']> => {
  const { zbe: _zbe, ...rest } = movement;
  return { ...rest, edits: movementEdits(told, movement, location, mapping) };
};

/** PV1-2 = N (IHE PAM): there is a PV1 because the standard asks for one. */
export const tellsOfNoVisit = (pv1: Segment): boolean => pv1.text(2) === 'N' && pv1.take(2) === 'N';

/** The visit that a PV1 tells of, with the place it names; nothing where it tells of none (PV1-2 = N). */
export const visitChanges = (
  trigger: string,
  meaning: Trigger,
  pid: Segment,
  patient: RecordKey,
  mapping: Mapping,
): readonly Change[] => {
  const pv1 = mapping.message.first('PV1');
  if (pv1 === undefined || tellsOfNoVisit(pv1)) return [];
  const number = visitNumberOf(pv1, pid, mapping);
  if (number === undefined) {
    mapping.warn('visit-number-missing', mapping.context.sender.hl7?.visitNumber ?? 'PV1-19');
    return [];
  }
  const told: Told = { pv1, pid, number };
  const visit = identified(number, mapping, 'visit');
  const account = accountOf(pid);
  const whole = {
    kind: 'movement',
    visit: visitRecord(visit, mapping),
    patient,
    ...(account && { account: accountRecord(identified(account, mapping, 'account'), mapping) }),
  } as const;
  const movements = movementsIn(trigger, meaning, visit, mapping);
  const all = movements.length > 0 ? movements : [undefined];
  return all.flatMap((movement): readonly Change[] => {
    const place = placeOf(told, movement);
    if (place === undefined && movement?.zbe?.allowed.place === false) leave('otherWards', pv1, [3]);
    const location = place && locationOf(place, mapping);
    const change: Movement = {
      ...whole,
      visitEdits: visitEdits(told, movement, location?.record, mapping),
      ...(movement && { movement: changeOf(told, movement, location?.record, mapping) }),
    };
    return location ? [location, change] : [change];
  });
};
