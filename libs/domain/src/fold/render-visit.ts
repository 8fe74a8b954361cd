import { isObject, type Json, type JsonObject } from '../json.js';
import { RecordKey } from '../record.js';
import { assembled } from './members.js';
import type { StandingMovement } from './standing-movements.js';
import type { VisitSubject } from './subject.js';
import { courseOf, isPending, type VisitCourse, type VisitStatus } from './visit-course.js';
import { inOrder, membersOf } from './visit-members.js';

const profile = 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-encounter';
const unknownClass: JsonObject = { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK' };

const periodOf = (start: string | undefined, end: string | undefined): JsonObject => ({
  ...(start !== undefined && start !== '' && { start }),
  ...(end !== undefined && end !== '' && { end }),
});

const withPeriod = (period: JsonObject): JsonObject => (Object.keys(period).length > 0 ? { period } : {});

const objectsIn = (list: Json | undefined): readonly JsonObject[] =>
  Array.isArray(list) ? (list as readonly Json[]).filter(isObject) : [];

const locationsOf = ({ members }: StandingMovement): readonly JsonObject[] => objectsIn(members['location']);

const isSamePlace = (one: StandingMovement, other: StandingMovement): boolean =>
  JSON.stringify(locationsOf(one)) === JSON.stringify(locationsOf(other));

/** Where the patient is to come. */
const plannedPlaces = ({ expected }: VisitCourse): readonly Json[] =>
  expected.flatMap((plan) =>
    locationsOf(plan).map((location) => ({
      ...location,
      status: 'planned',
      ...withPeriod(periodOf(plan.start, undefined)),
    })),
  );

/** Where the patient lay, one entry a stay in a place; the present one is `active`. */
const placesOf = ({ stay, end }: VisitCourse): readonly Json[] => {
  const moves = stay.filter((movement) => movement.nature !== 'discharge' && locationsOf(movement).length > 0);
  const stays = moves.filter((move, at) => {
    const before = moves[at - 1];
    return !before || !isSamePlace(move, before);
  });
  return stays.flatMap((one, at) => {
    const next = stays[at + 1];
    const period = withPeriod(periodOf(one.start, next ? next.start : end?.start));
    return locationsOf(one).map((location) => ({
      ...location,
      status: next || end ? 'completed' : 'active',
      ...period,
    }));
  });
};

/** What messages say of a visit's times and place where no movement does: feeds begin in the middle of stays. */
interface Told {
  readonly start?: string;
  readonly end?: string;
  readonly places: readonly JsonObject[];
}

const textIn = (value: Json | undefined, name: string): string | undefined => {
  const text = isObject(value) ? value[name] : undefined;
  return typeof text === 'string' ? text : undefined;
};

const placeStatus: Readonly<Partial<Record<VisitStatus, string>>> = { planned: 'planned', finished: 'completed' };

const toldPlaces = ({ places }: Told, status: VisitStatus): readonly Json[] =>
  status === 'cancelled' ? [] : places.map((location) => ({ ...location, status: placeStatus[status] ?? 'active' }));

/** By PV1-2 and PV1-45 where no movement says whether he is there. */
const statusOf = ({ status, hasCome }: VisitCourse, told: Told, visitClass: Json): VisitStatus => {
  if (hasCome || status !== 'in-progress') return status;
  if (told.end !== undefined) return 'finished';
  return textIn(visitClass, 'code') === 'PRENC' ? 'planned' : status;
};

/** A visit begins with its admission; without one, when messages say that it did, or with the first that is heard of it. */
const startOf = ({ status, hasCome, stay, expected }: VisitCourse, told: Told): string | undefined => {
  if (status === 'cancelled') return undefined;
  if (status === 'planned') return expected[0]?.start;
  const admission = hasCome ? stay.find(({ nature }) => nature === 'admission') : undefined;
  return admission?.start ?? told.start ?? stay[0]?.start;
};

/** Has come what was announced: a transfer at its time, or earlier to the place that was named? */
const isFulfilled = (announced: StandingMovement, { hasCome, happened, end }: VisitCourse): boolean => {
  if (announced.nature === 'pending-discharge') return end !== undefined;
  if (announced.nature !== 'pending-transfer') return hasCome;
  return happened.some(
    (one) =>
      one.nature === 'transfer' &&
      (one.moment >= announced.moment || (one.moment >= announced.toldAt && isSamePlace(one, announced))),
  );
};

/** An announcement ends with what it announces; one that nothing came of is cancelled by the end of the visit. */
const movementStatus = (
  movement: StandingMovement,
  course: VisitCourse,
  visitStatus: VisitStatus,
  end: string | undefined,
): string => {
  if (movement.cancelled || visitStatus === 'cancelled') return 'cancelled';
  if (isPending(movement) || movement.nature === 'pre-admission') {
    if (isFulfilled(movement, course)) return 'finished';
    return visitStatus === 'finished' ? 'cancelled' : 'planned';
  }
  if (visitStatus === 'planned') return 'planned';
  return end !== undefined || movement.nature === 'discharge' || visitStatus === 'finished'
    ? 'finished'
    : 'in-progress';
};

interface OfVisit {
  readonly record: RecordKey;
  readonly subject: VisitSubject;
  readonly course: VisitCourse;
  readonly status: VisitStatus;
  readonly visitClass: Json;
}

const renderMovement = (movement: StandingMovement, visit: OfVisit): Json => {
  const { happened } = visit.course;
  const at = happened.indexOf(movement);
  const next = at < 0 ? undefined : happened[at + 1]?.start;
  const { class: ownClass, extension, identifier, ...rest } = inOrder(assembled(movement.members));
  return {
    resourceType: 'Encounter',
    id: RecordKey.id(movement.record),
    meta: { profile: [profile] },
    ...(extension !== undefined && { extension }),
    ...(identifier !== undefined && { identifier }),
    status: movementStatus(movement, visit.course, visit.status, next),
    class: ownClass ?? visit.visitClass,
    type: [{ coding: [{ system: 'urn:reprise:movement', code: movement.nature }] }],
    subject: { reference: visit.subject.patient },
    ...rest,
    ...withPeriod(periodOf(movement.start, movement.nature === 'discharge' ? movement.start : next)),
    partOf: { reference: visit.record },
  };
};

/**
 * FHIR R4 Encounters of a folded visit: the visit itself and one for each movement, `partOf` it (FR Core uses one profile for
 * both). A function of the set of movements alone: the order in which they were told plays no part. A visit of which nothing but its
 * relocation is known has no record yet.
 */
export const renderVisit = (
  record: RecordKey,
  subject: VisitSubject,
  all: readonly StandingMovement[],
): readonly (readonly [RecordKey, Json])[] => {
  if (all.length === 0 && subject.words.length === 0 && !subject.mistaken) return [];
  const course = courseOf(all);
  const { class: toldClass, extension, identifier, location, period, ...rest } = membersOf(subject, all, course);
  const told: Told = {
    places: objectsIn(location),
    ...periodOf(textIn(period, 'start'), textIn(period, 'end')),
  };
  const visitClass = toldClass ?? unknownClass;
  const status = statusOf(course, told, visitClass);
  const end = course.end ? course.end.start : status === 'finished' ? told.end : undefined;
  const lain = course.status === 'planned' ? plannedPlaces(course) : placesOf(course);
  const places = lain.length > 0 ? lain : toldPlaces(told, status);
  const whole: Json = {
    resourceType: 'Encounter',
    id: RecordKey.id(record),
    meta: { profile: [profile] },
    ...(extension !== undefined && { extension }),
    ...(identifier !== undefined && { identifier }),
    status: subject.mistaken ? 'entered-in-error' : status,
    class: visitClass,
    subject: { reference: subject.patient },
    ...rest,
    ...withPeriod(periodOf(startOf(course, told), end)),
    ...(places.length > 0 && { location: places }),
  };
  const visit: OfVisit = { record, subject, course, status, visitClass };
  return [[record, whole], ...all.map((movement) => [movement.record, renderMovement(movement, visit)] as const)];
};
