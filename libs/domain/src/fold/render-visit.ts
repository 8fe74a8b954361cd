import { isObject, type Json, type JsonObject } from '../json.js';
import { RecordKey } from '../record.js';
import { assembled, editMembers } from './members.js';
import type { Members, VisitSubject } from './subject.js';
import { hasHappened, isPending, type StandingMovement } from './tell-movement.js';

const profile = 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-encounter';
const unknownClass: JsonObject = { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK' };

const isStart = ({ nature }: StandingMovement): boolean => nature === 'admission' || nature === 'pre-admission';

/** After these the patient is there, whatever discharge was told before. */
const presence: ReadonlySet<string> = new Set(['admission', 'class', 'transfer', 'leave', 'return']);

/** The discharge that ended the visit: the last one, unless the patient was moved afterwards. */
const endOf = (happened: readonly StandingMovement[]): StandingMovement | undefined => {
  const last = happened.findLast(({ nature }) => nature === 'discharge' || presence.has(nature));
  return last?.nature === 'discharge' ? last : undefined;
};

const statusOf = (
  { mistaken }: VisitSubject,
  happened: readonly StandingMovement[],
  all: readonly StandingMovement[],
): string => {
  if (mistaken) return 'entered-in-error';
  if (happened.length === 0) {
    if (all.some((movement) => !movement.cancelled)) return 'planned';
    return all.length === 0 ? 'unknown' : 'cancelled';
  }
  if (endOf(happened)) return 'finished';
  if (happened.every(({ nature }) => nature === 'pre-admission')) return 'planned';
  return happened.findLast(({ nature }) => presence.has(nature))?.nature === 'leave' ? 'onleave' : 'in-progress';
};

const periodOf = (start: string | undefined, end: string | undefined): JsonObject => ({
  ...(start !== undefined && start !== '' && { start }),
  ...(end !== undefined && end !== '' && { end }),
});

const withPeriod = (period: JsonObject): JsonObject => (Object.keys(period).length > 0 ? { period } : {});

const locationsOf = ({ members }: StandingMovement): readonly JsonObject[] => {
  const { location } = members;
  return Array.isArray(location) ? (location as readonly Json[]).filter(isObject) : [];
};

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Where the patient lay, one entry a stay in a place; the present one is `active`. */
const placesOf = (happened: readonly StandingMovement[], end: StandingMovement | undefined): readonly Json[] => {
  const moves = happened.filter((movement) => movement.nature !== 'discharge' && locationsOf(movement).length > 0);
  const stays = moves.filter((move, at) => {
    const before = moves[at - 1];
    return !before || before.nature === 'pre-admission' || !same(locationsOf(move), locationsOf(before));
  });
  return stays.flatMap((stay, at) => {
    const next = stays[at + 1];
    const until = next ? next.start : end?.start;
    const status = next || end ? 'completed' : stay.nature === 'pre-admission' ? 'planned' : 'active';
    const period = withPeriod(periodOf(stay.start, until));
    return locationsOf(stay).map((location) => ({ ...location, status, ...period }));
  });
};

/** What was told of the visit: with no movement first, then with each, in the order in which they happened. */
export const membersOf = (subject: VisitSubject, counted: readonly StandingMovement[]): Members =>
  assembled(
    counted.reduce((members, { visitEdits }) => editMembers(members, visitEdits), {
      ...subject.mistaken,
      ...subject.members,
    }),
  );

const movementStatus = (movement: StandingMovement, end: string | undefined): string => {
  if (movement.cancelled) return 'cancelled';
  if (isPending(movement)) return 'planned';
  return end !== undefined || movement.nature === 'discharge' ? 'finished' : 'in-progress';
};

const renderMovement = (
  visit: RecordKey,
  subject: VisitSubject,
  movement: StandingMovement,
  { visitClass, end }: { readonly visitClass: Json; readonly end: string | undefined },
): Json => {
  const { class: ownClass, extension, identifier, ...rest } = assembled(movement.members);
  return {
    resourceType: 'Encounter',
    id: RecordKey.id(movement.record),
    meta: { profile: [profile] },
    ...(extension !== undefined && { extension }),
    ...(identifier !== undefined && { identifier }),
    status: movementStatus(movement, end),
    class: ownClass ?? visitClass,
    type: [{ coding: [{ system: 'urn:reprise:movement', code: movement.nature }] }],
    subject: { reference: subject.patient },
    ...rest,
    ...withPeriod(periodOf(movement.start, movement.nature === 'discharge' ? movement.start : end)),
    partOf: { reference: visit },
  };
};

/**
 * FHIR R4 Encounters of a folded visit: the visit itself and one for each movement, `partOf` it (FR Core uses one profile for
 * both). A function of the set of movements alone: the order in which they were told plays no part. A visit of which nothing but its
 * relocation is known has no record yet.
 */
export const renderVisit = (
  visit: RecordKey,
  subject: VisitSubject,
  all: readonly StandingMovement[],
): readonly (readonly [RecordKey, Json])[] => {
  if (all.length === 0 && Object.keys(subject.members).length === 0 && !subject.mistaken) return [];
  const happened = all.filter(hasHappened);
  const start = (happened.find(isStart) ?? happened[0])?.start;
  const end = endOf(happened);
  // Of a visit that was taken back whole, or is only announced, it is still told which it was.
  const { class: told, extension, identifier, ...rest } = membersOf(subject, happened.length > 0 ? happened : all);
  const visitClass = told ?? unknownClass;
  const places = placesOf(happened, end);
  const whole: Json = {
    resourceType: 'Encounter',
    id: RecordKey.id(visit),
    meta: { profile: [profile] },
    ...(extension !== undefined && { extension }),
    ...(identifier !== undefined && { identifier }),
    status: statusOf(subject, happened, all),
    class: visitClass,
    subject: { reference: subject.patient },
    ...rest,
    ...withPeriod(periodOf(start, end?.start)),
    ...(places.length > 0 && { location: places }),
  };
  const movements = all.map((movement) => {
    const next = hasHappened(movement) ? happened[happened.indexOf(movement) + 1] : undefined;
    return [movement.record, renderMovement(visit, subject, movement, { visitClass, end: next?.start })] as const;
  });
  return [[visit, whole], ...movements];
};
