import type { JsonObject, Movement, MovementNature, Responsibility } from '#domain';
import { Instant, oncePerVisit, RecordKey } from '#domain';
import { assignerOf, authorityOfEntity, domainOf, systemOf, takeAuthorityOfEntity } from '../mapping/authority.js';
import { members } from '../mapping/fhir-json.js';
import type { Identified } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Composite, Segment } from '../message/segment.js';
import { type Hl7Time, readTime, type TimeZone } from '../message/hl7-time.js';
import { table } from '../message/table.js';
import { leave } from '../represented/not-taken.js';
import {
  allResponsibilities,
  type MovementScope,
  natureWithin,
  responsibilitiesOf,
  scopeOf,
  transferWithin,
} from './movement-scope.js';
import { natureOf, type Trigger } from './triggers.js';

/** What a message tells of a movement, before its place and class are added. */
export type ToldMovement = Omit<NonNullable<Movement['movement']>, 'edits'> & {
  /** The ZBE that tells of it, and what it may say by that. */
  readonly zbe?: { readonly segment: Segment; readonly allowed: MovementScope; readonly identifier: JsonObject };
};

type Action = ToldMovement['action'];

const recordOf = (mapping: Mapping, domain: string, identifier: string): RecordKey =>
  RecordKey.of('Encounter', mapping.context.idOf('movement', domain, identifier));

const actions = table<Action>({
  INSERT: 'insert',
  UPDATE: 'update',
  CANCEL: 'cancel',
});

const timeAt = (mapping: Mapping, segment: string, field: number): Hl7Time | undefined =>
  mapping.time(mapping.message.first(segment)?.text(field) ?? '', `${segment}-${field}`);

const dayMs = 86_400_000;

/** The last millisecond of a day where it was told. On days on which the clock is changed it is not 24 hours after midnight. */
const endOfDay = ({ text, offset }: Hl7Time, zone: TimeZone): Instant | undefined => {
  const nextDay = new Date(Date.parse(text) + dayMs).toISOString().slice(0, 10);
  const midnight = readTime(nextDay, offset ?? zone)?.instant;
  return midnight === undefined ? undefined : Instant.of(midnight - 1);
};

/**
 * A day begins at its midnight where the sender is: without it nobody could tell what it comes before. A discharge of which only the day
 * is told comes at the end of it: whoever is admitted and discharged on one day is admitted first.
 */
const startingAt = (
  time: Hl7Time | undefined,
  nature: MovementNature,
  { zone }: Mapping,
): Pick<ToldMovement, 'start' | 'startsAt'> => {
  if (time === undefined) return {};
  if (time.precision !== 'day') return { start: time.text };
  const startsAt = nature === 'discharge' ? endOfDay(time, zone) : time.instant;
  return { start: time.text, ...(startsAt !== undefined && { startsAt }) };
};

/** A time that says the moment of a movement once more: the movement shows it. Another moment is left to be warned of. */
export const takeSameMoment = (time: Composite | undefined, start: string | undefined, mapping: Mapping): void => {
  if (time === undefined || start === undefined) return;
  const told = readTime(time.text(1), mapping.zone);
  if (told?.text === start) mapping.takeTime(time, '');
};

/** Where a message may say the moment of its movement beside the place that counts. */
const takeOtherTimes = (start: string | undefined, mapping: Mapping): void => {
  const evn = mapping.message.first('EVN');
  for (const field of [3, 6]) takeSameMoment(evn?.first(field), start, mapping);
};

/** EVN-6 (occurred), else EVN-2 (recorded), else MSH-7. */
const eventTime = (mapping: Mapping): Hl7Time | undefined =>
  timeAt(mapping, 'EVN', 6) ?? timeAt(mapping, 'EVN', 2) ?? timeAt(mapping, 'MSH', 7);

/** ZBE-4, unless the trigger can only mean a cancellation. */
const actionOf = (zbe: Segment, meaning: Trigger, mapping: Mapping): Action | undefined => {
  const word = zbe.text(4);
  const told = actions[word.toUpperCase()];
  if (told === undefined) return undefined;
  zbe.take(4);
  if (actions[word] === undefined) mapping.warn('code-case', 'ZBE-4');
  const own = meaning.movement;
  // A06 and A07 cancel each other; of all others one trigger inserts and another one cancels.
  if (own === undefined || own.nature === 'class' || (own.action === 'cancel') === (told === 'cancel')) return told;
  // Any movement may be updated under the trigger that made it.
  if (own.action === 'insert' && told === 'update') return told;
  mapping.warn('movement-action-contradicts', 'ZBE-4');
  return 'cancel';
};

/** The trigger that made the movement says what it is; the message's own is then only the way of telling. */
const natureFrom = (
  zbe: Segment,
  trigger: string,
  action: Action,
  scope: MovementScope,
  mapping: Mapping,
): MovementNature => {
  const [own, origin] = [natureOf(trigger), natureOf(zbe.text(6))];
  if (origin !== undefined) zbe.take(6);
  const told = action === 'insert' ? (own ?? origin) : (origin ?? own);
  if (told === undefined) {
    mapping.warn('movement-origin-missing', 'ZBE-6');
    return natureWithin(scope);
  }
  return told === 'transfer' ? transferWithin(scope) : told;
};

/** Of what the cancel of a movement takes back: an admission or a discharge that is of no ward (ZBE-9 = D) is taken back whole. */
const takenBack = (nature: MovementNature, scope: MovementScope): readonly Responsibility[] => {
  const named = responsibilitiesOf(scope);
  return named.length === 0 && oncePerVisit.has(nature) ? allResponsibilities : named;
};

/** What IHE PAM requires of ZBE, refused where it fails: a movement under a wrong key or time corrupts the visit. */
const movementsOfZbe = (
  zbe: Segment,
  trigger: string,
  meaning: Trigger,
  visit: Identified,
  mapping: Mapping,
): readonly ToldMovement[] => {
  const { findings } = mapping;
  const place = `ZBE^${zbe.sequence}`;
  const entities = zbe.repetitions(1).filter((entity) => entity.text(1) !== '');
  const action = actionOf(zbe, meaning, mapping);
  if (entities.length === 0) findings.refuse('movement-id-missing', `${place}^1`);
  if (action === undefined) findings.refuse('movement-action', `${place}^4`);
  const raw = zbe.text(2);
  const time = mapping.takeTime(zbe.first(2), 'ZBE-2');
  if (raw !== '' && time === undefined) findings.refuse('movement-time', `${place}^2`);
  if (entities.length === 0 || action === undefined || (raw !== '' && time === undefined)) return [];
  const allowed = scopeOf(zbe, mapping);
  const nature = natureFrom(zbe, trigger, action, allowed, mapping);
  const start = startingAt(time ?? (action === 'insert' ? eventTime(mapping) : undefined), nature, mapping);
  const scope = action === 'cancel' ? takenBack(nature, allowed) : [];
  takeOtherTimes(start.start, mapping);
  return entities.map((entity) => ({
    action,
    record: recordOfNumber(entity, visit, mapping),
    nature,
    ...start,
    ...(scope.length > 0 && { scope }),
    zbe: {
      segment: zbe,
      allowed,
      identifier: members({
        type: { text: 'ZBE-1' },
        system: systemOf(takeAuthorityOfEntity(entity), mapping, 'movement'),
        value: entity.take(1),
        assigner: assignerOf(authorityOfEntity(entity), mapping, 'movement'),
      }),
    },
  }));
};

/** Movement numbers are an authority's, or the visit's own (a setting of the sender). */
const recordOfNumber = (entity: Composite, visit: Identified, mapping: Mapping): RecordKey =>
  mapping.context.sender.hl7?.movementNumber === 'visit'
    ? recordOf(mapping, visit.domain, `${visit.value} #${entity.text(1)}`)
    : recordOf(mapping, domainOf(authorityOfEntity(entity), mapping, 'movement'), entity.text(1));

/** Where the time of a movement stands in PV1 and PV2, or is planned (EVN-3), in senders' messages without ZBE. */
export const visitTimes: Readonly<Partial<Record<MovementNature, readonly (readonly [string, number])[]>>> = {
  admission: [['PV1', 44]],
  discharge: [['PV1', 45]],
  'pre-admission': [
    ['PV2', 8],
    ['EVN', 3],
  ],
  'pending-admission': [
    ['PV2', 8],
    ['EVN', 3],
  ],
  'pending-transfer': [['EVN', 3]],
  'pending-discharge': [
    ['PV2', 9],
    ['EVN', 3],
  ],
};

const visitTime = (nature: MovementNature, mapping: Mapping): Hl7Time | undefined => {
  for (const [segment, field] of visitTimes[nature] ?? []) {
    const time = timeAt(mapping, segment, field);
    if (time !== undefined) return time;
  }
  return undefined;
};

const movementOfTrigger = (
  { nature, action }: NonNullable<Trigger['movement']>,
  visit: Identified,
  mapping: Mapping,
): readonly ToldMovement[] => {
  const occurred = timeAt(mapping, 'EVN', 6);
  const isOnce = oncePerVisit.has(nature);
  const record = (time: Hl7Time | undefined): RecordKey =>
    recordOf(mapping, visit.domain, `${visit.value} ${nature}${isOnce ? '' : ` ${time?.text ?? ''}`}`);
  if (action === 'cancel') {
    // EVN-2 is then the time of the cancellation, which no movement had.
    if (!isOnce && occurred === undefined) mapping.warn('movement-time-missing', 'EVN-6');
    // It tells which movement is taken back.
    takeOtherTimes(occurred?.text, mapping);
    return [{ action, record: record(occurred), nature, scope: allResponsibilities }];
  }
  const start = occurred ?? visitTime(nature, mapping) ?? eventTime(mapping);
  takeOtherTimes(start?.text, mapping);
  return [{ action, record: record(start), nature, ...startingAt(start, nature, mapping) }];
};

/** The movements that the message tells of: by ZBE where there is one, and then one for each number in ZBE-1. */
export const movementsIn = (
  trigger: string,
  meaning: Trigger,
  visit: Identified,
  mapping: Mapping,
): readonly ToldMovement[] => {
  const segments = mapping.message.all('ZBE');
  if (segments.length > 0) return segments.flatMap((zbe) => movementsOfZbe(zbe, trigger, meaning, visit, mapping));
  if (meaning.needsZbe || (mapping.isFrench && meaning.movement)) mapping.warn('movement-missing', 'ZBE');
  if (meaning.movement) return movementOfTrigger(meaning.movement, visit, mapping);
  leave('withoutMovement', mapping.message.first('EVN'), [6]);
  return [];
};
