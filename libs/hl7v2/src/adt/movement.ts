import type { Movement, MovementNature } from '#domain';
import { RecordKey } from '#domain';
import type { Segment } from '../message/segment.js';
import { authorityOfEntity, domainOf, systemOf } from '../mapping/authority.js';
import { members } from '../mapping/fhir-json.js';
import type { Identified } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import { natureOf, type Trigger } from './triggers.js';
import { table } from '../message/table.js';

/** What a message tells of a movement, before its place and class are added. */
export type ToldMovement = Omit<NonNullable<Movement['movement']>, 'edits'> & {
  readonly identifier?: ReturnType<typeof members>;
  readonly isFromZbe: boolean;
};

const recordOf = (mapping: Mapping, domain: string, identifier: string): RecordKey =>
  RecordKey.of('Encounter', mapping.context.idOf('movement', domain, identifier));

const actions = table<ToldMovement['action']>({
  INSERT: 'insert',
  UPDATE: 'update',
  CANCEL: 'cancel',
});

/** EVN-6 (occurred), else EVN-2 (recorded). */
const eventTime = (mapping: Mapping): string | undefined => {
  const evn = mapping.message.first('EVN');
  return (mapping.time(evn?.text(6) ?? '', 'EVN-6') ?? mapping.time(evn?.text(2) ?? '', 'EVN-2'))?.text;
};

/** What IHE PAM requires of ZBE, refused where it fails: a movement under a wrong key or time corrupts the visit. */
const isUsable = (zbe: Segment, mapping: Mapping): boolean => {
  const { findings } = mapping;
  const before = findings.errors.length;
  if (zbe.text(1) === '') findings.refuse('movement-id-missing', 'ZBE^1^1');
  if (actions[zbe.text(4)] === undefined) findings.refuse('movement-action', 'ZBE^1^4');
  return findings.errors.length === before;
};

const movementOfZbe = (zbe: Segment, trigger: string, mapping: Mapping): ToldMovement | undefined => {
  const entity = zbe.first(1);
  const action = actions[zbe.text(4)];
  if (!isUsable(zbe, mapping) || entity === undefined || action === undefined) return undefined;
  const raw = zbe.text(2);
  const time = mapping.time(raw, 'ZBE-2');
  if (raw !== '' && time === undefined) {
    mapping.findings.refuse('movement-time', 'ZBE^1^2');
    return undefined;
  }
  // The trigger that made the movement says what it is; the message's own is then only the way of telling.
  const nature = action === 'insert' ? natureOf(trigger) : (natureOf(zbe.text(6)) ?? natureOf(trigger));
  if (nature === undefined) {
    mapping.warn('movement-origin-missing', 'ZBE-6');
    return undefined;
  }
  const start = time?.text ?? (action === 'insert' ? eventTime(mapping) : undefined);
  const authority = authorityOfEntity(entity);
  return {
    action,
    record: recordOf(mapping, domainOf(authority, mapping), entity.text(1)),
    nature,
    ...(start !== undefined && { start }),
    identifier: members({ system: systemOf(authority, mapping), value: entity.text(1) }),
    isFromZbe: true,
  };
};

/** One of each in a visit: a second message of it speaks of the same. The others are told apart by their time. */
const oncePerVisit: ReadonlySet<MovementNature> = new Set(['pre-admission', 'admission', 'discharge']);

/** Admission and discharge have a time of their own in PV1. */
const visitTime = (nature: MovementNature, mapping: Mapping): string | undefined => {
  const pv1 = mapping.message.first('PV1');
  const field = nature === 'admission' ? 44 : nature === 'discharge' ? 45 : undefined;
  return field === undefined ? undefined : mapping.time(pv1?.text(field) ?? '', `PV1-${field}`)?.text;
};

const movementOfTrigger = (
  told: NonNullable<Extract<Trigger, { family: 'visit' }>['movement']>,
  visit: Identified,
  mapping: Mapping,
): ToldMovement | undefined => {
  const { nature, action } = told;
  const occurred = mapping.time(mapping.message.first('EVN')?.text(6) ?? '', 'EVN-6')?.text;
  const record = (time: string): RecordKey => recordOf(mapping, visit.domain, `${visit.value} ${nature}${time}`);
  const isOnce = oncePerVisit.has(nature);
  if (action === 'cancel') {
    // EVN-2 is then the time of the cancellation, which no movement had.
    if (!isOnce && occurred === undefined) {
      mapping.warn('movement-time-missing', 'EVN-6');
      return undefined;
    }
    return { action, record: record(isOnce ? '' : ` ${occurred}`), nature, isFromZbe: false };
  }
  const start = occurred ?? visitTime(nature, mapping) ?? eventTime(mapping) ?? sentTime(mapping);
  return {
    action,
    record: record(isOnce ? '' : ` ${start ?? ''}`),
    nature,
    ...(start !== undefined && { start }),
    isFromZbe: false,
  };
};

const sentTime = (mapping: Mapping): string | undefined =>
  mapping.time(mapping.message.first('MSH')?.text(7) ?? '', 'MSH-7')?.text;

/** The movement that the message tells of, by ZBE where there is one. */
export const movementIn = (
  trigger: string,
  meaning: Extract<Trigger, { family: 'visit' }>,
  visit: Identified,
  mapping: Mapping,
): ToldMovement | undefined => {
  const zbe = mapping.message.first('ZBE');
  if (zbe !== undefined) return movementOfZbe(zbe, trigger, mapping);
  if (meaning.needsZbe) mapping.warn('movement-missing', 'ZBE');
  return meaning.movement ? movementOfTrigger(meaning.movement, visit, mapping) : undefined;
};
