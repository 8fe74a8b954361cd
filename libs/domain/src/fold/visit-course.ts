import type { MovementNature } from '../change.js';
import { type StandingMovement, standingMovements } from './standing-movements.js';
import type { VisitSubject } from './subject.js';

export type VisitStatus = 'planned' | 'in-progress' | 'onleave' | 'finished' | 'cancelled';

/** What became of a visit, by its movements. */
export interface VisitCourse {
  readonly status: VisitStatus;
  /** Is the patient there, or was he? */
  readonly hasCome: boolean;
  /** What happened, in order: neither taken back nor merely announced. */
  readonly happened: readonly StandingMovement[];
  /** What of it makes his stay: a change of doctor before he came is no part of it. */
  readonly stay: readonly StandingMovement[];
  /** Pre-admissions that stand: they say what is planned, and nothing once he has come. */
  readonly expected: readonly StandingMovement[];
  /** The discharge that ended it. */
  readonly end?: StandingMovement;
}

/** By these the patient is there. A change of who is responsible for him is no sign of it: it is told of expected ones as well. */
const presence: ReadonlySet<MovementNature> = new Set(['admission', 'class', 'transfer', 'leave', 'return']);
const isPresence = ({ nature }: StandingMovement): boolean => presence.has(nature);
const isPresenceOrEnd = (movement: StandingMovement): boolean =>
  isPresence(movement) || movement.nature === 'discharge';

/** Of one who is to come; other announcements are made of one who is there. */
const arrivals: readonly MovementNature[] = ['pre-admission', 'pending-admission'];

export const isPending = ({ nature }: StandingMovement): boolean => nature.startsWith('pending-');

const withdraws =
  (...natures: readonly MovementNature[]) =>
  ({ withdrawn }: StandingMovement): boolean =>
    natures.some((nature) => withdrawn.includes(nature));

/** The last discharge, unless the patient was moved afterwards. */
const endOf = (happened: readonly StandingMovement[]): StandingMovement | undefined => {
  const last = happened.findLast(isPresenceOrEnd);
  return last?.nature === 'discharge' ? last : undefined;
};

/**
 * A visit whose admission was taken back is cancelled, whatever else was told with it, unless he is there by another movement or is
 * expected still. Feeds begin in the middle of stays: without an admission ever told, one who is spoken of is there.
 */
const statusWithoutPresence = (
  all: readonly StandingMovement[],
  standing: readonly StandingMovement[],
): VisitStatus => {
  if (standing.some(({ nature }) => arrivals.includes(nature))) return 'planned';
  if (all.some(withdraws('admission'))) return 'cancelled';
  return standing.length === 0 && all.some(withdraws(...arrivals)) ? 'cancelled' : 'in-progress';
};

/** All of a visit's movements, in order, to what they come to. */
export const courseOf = (all: readonly StandingMovement[]): VisitCourse => {
  const standing = all.filter(({ cancelled }) => !cancelled);
  const expected = standing.filter(({ nature }) => nature === 'pre-admission');
  const happened = standing.filter((movement) => movement.nature !== 'pre-admission' && !isPending(movement));
  const last = happened.findLast(isPresence);
  const end = last || !all.some(withdraws('admission')) ? endOf(happened) : undefined;
  if (!last && !end) {
    const status = statusWithoutPresence(all, standing);
    return { status, hasCome: false, happened, stay: status === 'in-progress' ? happened : [], expected };
  }
  const isFromArrival = standing.some(({ nature }) => arrivals.includes(nature));
  return {
    status: end ? 'finished' : last?.nature === 'leave' ? 'onleave' : 'in-progress',
    hasCome: true,
    happened,
    stay: isFromArrival ? happened.slice(happened.findIndex(isPresenceOrEnd)) : happened,
    expected,
    ...(end && { end }),
  };
};

/** Did a discharge end the visit? Most visits have none yet, and are not put in order for it. */
export const isOver = (visit: VisitSubject): boolean =>
  Object.values(visit.movements).some(({ tellings }) => tellings.discharge?.cancelled === false) &&
  courseOf(standingMovements(visit)).end !== undefined;
