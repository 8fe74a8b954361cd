import { isObject, type Json, type JsonObject } from '../json.js';
import { RecordKey } from '../record.js';
import type { FoldedMovement, VisitSubject } from './subject.js';

const profile = 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-encounter';

type Movement = FoldedMovement & { readonly record: RecordKey };

const moment = (start: string): number => (start === '' ? Number.NEGATIVE_INFINITY : Date.parse(start));

/** Movements in the order in which they happened; told at the same moment, in the order in which they were heard of. */
const inOrder = (visit: VisitSubject): readonly Movement[] =>
  Object.entries(visit.movements)
    .map(([record, movement]) => ({ ...movement, record: record as RecordKey }))
    .sort((a, b) => moment(a.start) - moment(b.start) || 0);

const isStart = (movement: Movement): boolean => movement.nature === 'admission' || movement.nature === 'pre-admission';

const statusOf = (happened: readonly Movement[], all: readonly Movement[]): string => {
  if (happened.length === 0) return all.length === 0 ? 'unknown' : 'cancelled';
  if (happened.some((movement) => movement.nature === 'discharge')) return 'finished';
  if (happened.every((movement) => movement.nature === 'pre-admission')) return 'planned';
  const absences = happened.filter((movement) => movement.nature === 'leave' || movement.nature === 'return');
  return absences.at(-1)?.nature === 'leave' ? 'onleave' : 'in-progress';
};

const periodOf = (start: string | undefined, end: string | undefined): JsonObject => ({
  ...(start !== undefined && start !== '' && { start }),
  ...(end !== undefined && end !== '' && { end }),
});

const hasMembers = (value: JsonObject): boolean => Object.keys(value).length > 0;

const withPeriod = (period: JsonObject): JsonObject => (hasMembers(period) ? { period } : {});

const locationsOf = (movement: Movement): readonly Json[] => {
  const locations = movement.members['location'];
  return Array.isArray(locations) ? (locations as readonly Json[]) : [];
};

/** Where the patient lay, one entry a stay in a place; the present one is `active`. */
const placesOf = (happened: readonly Movement[], end: string | undefined): readonly Json[] => {
  const stays = happened.filter((movement) => locationsOf(movement).length > 0 && movement.nature !== 'discharge');
  return stays.flatMap((stay, index) => {
    const next = stays[index + 1];
    const until = next ? next.start : end;
    const status = next || end !== undefined ? 'completed' : stay.nature === 'pre-admission' ? 'planned' : 'active';
    return locationsOf(stay)
      .filter(isObject)
      .map((location) => ({ ...location, status, ...withPeriod(periodOf(stay.start, until)) }));
  });
};

const classOf = (happened: readonly Movement[], visit: VisitSubject): Json =>
  happened.findLast((movement) => movement.members['class'] !== undefined)?.members['class'] ??
  visit.members['class'] ?? { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK' };

const renderMovement = (visit: RecordKey, subject: VisitSubject, movement: Movement, end: string | undefined): Json => {
  const { class: ownClass, extension, identifier, ...rest } = movement.members;
  return {
    resourceType: 'Encounter',
    id: RecordKey.id(movement.record),
    meta: { profile: [profile] },
    ...(extension !== undefined && { extension }),
    ...(identifier !== undefined && { identifier }),
    status: movement.cancelled
      ? 'cancelled'
      : end !== undefined || movement.nature === 'discharge'
        ? 'finished'
        : 'in-progress',
    class: ownClass ??
      subject.members['class'] ?? { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK' },
    type: [{ coding: [{ system: 'urn:reprise:movement', code: movement.nature }] }],
    subject: { reference: subject.patient },
    ...rest,
    ...withPeriod(periodOf(movement.start, movement.nature === 'discharge' ? movement.start : end)),
    partOf: { reference: visit },
  };
};

/**
 * FHIR R4 Encounters of a folded visit: the visit itself and one for each movement, `partOf` it (FR Core uses one profile for
 * both). A function of the set of movements alone: the order in which they were told plays no part.
 */
export const renderVisit = (visit: RecordKey, subject: VisitSubject): readonly (readonly [RecordKey, Json])[] => {
  const all = inOrder(subject);
  const happened = all.filter((movement) => !movement.cancelled);
  const start = (happened.find(isStart) ?? happened[0])?.start;
  const end = happened.findLast((movement) => movement.nature === 'discharge')?.start;
  const { class: _class, extension, identifier, ...rest } = subject.members;
  const places = placesOf(happened, end);
  const whole: Json = {
    resourceType: 'Encounter',
    id: RecordKey.id(visit),
    meta: { profile: [profile] },
    ...(extension !== undefined && { extension }),
    ...(identifier !== undefined && { identifier }),
    status: statusOf(happened, all),
    class: classOf(happened, subject),
    subject: { reference: subject.patient },
    ...rest,
    ...withPeriod(periodOf(start, end)),
    ...(places.length > 0 && { location: places }),
  };
  const movements = all.map((movement) => {
    const next = movement.cancelled ? undefined : happened[happened.indexOf(movement) + 1];
    return [movement.record, renderMovement(visit, subject, movement, next?.start)] as const;
  });
  return [[visit, whole], ...movements];
};
