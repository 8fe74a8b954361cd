import type { MemberEdit } from '../change.js';
import { isObject, type Json } from '../json.js';
import { assembled, editMembers, targetOf } from './members.js';
import type { StandingMovement } from './standing-movements.js';
import type { Members, VisitSubject } from './subject.js';
import { courseOf, isPending, type VisitCourse } from './visit-course.js';

const urlOf = (extension: Json): string => {
  const url = isObject(extension) ? extension['url'] : undefined;
  return typeof url === 'string' ? url : '';
};

/** The members in an order of their own, extensions by their urls: that in which they were told plays no part. */
export const inOrder = (members: Members): Members => {
  const sorted: Record<string, Json> = {};
  for (const name of Object.keys(members).sort()) {
    const value = members[name] as Json;
    sorted[name] =
      name === 'extension' && Array.isArray(value)
        ? (value as readonly Json[]).toSorted((a, b) => (urlOf(a) < urlOf(b) ? -1 : urlOf(a) > urlOf(b) ? 1 : 0))
        : value;
  }
  return sorted;
};

const beforeAll = Number.NEGATIVE_INFINITY;

/** Movements that tell of a visit by no more than what was planned; of one that never was it is still told which it was. */
const planned = ({ status, happened, expected }: VisitCourse, all: readonly StandingMovement[]) => {
  if (expected.length > 0 || (happened.length > 0 && status !== 'cancelled')) return expected;
  const announced = all.filter((movement) => !movement.cancelled && isPending(movement));
  return announced.length > 0 ? announced : all.filter(({ cancelled }) => cancelled);
};

/**
 * What was told of the visit: by what is planned first, then with each movement in the order in which they happened, and beside them
 * by messages of no movement, which stand until a later word on the same member or repetition.
 */
const wordsOf = (
  { words }: VisitSubject,
  course: VisitCourse,
  all: readonly StandingMovement[],
): readonly MemberEdit[] => {
  const told = new Map<string, Readonly<{ at: number; edit: MemberEdit }>>();
  const tell = (at: number, edit: MemberEdit): void => {
    // What a cancel suggests is said only where nothing else is.
    if (edit.op !== 'default' || !told.has(targetOf(edit))) told.set(targetOf(edit), { at, edit });
  };
  for (const movement of planned(course, all))
    for (const { visitEdits } of movement.words) for (const edit of visitEdits) tell(beforeAll, edit);
  for (const movement of course.happened)
    for (const { at, visitEdits } of movement.words) for (const edit of visitEdits) tell(at, edit);
  for (const { at, edit } of words) if ((told.get(targetOf(edit))?.at ?? beforeAll) <= at) tell(at, edit);
  return [...told.values()].map(({ edit }) => edit);
};

/** The members of the visit's Encounter, by all its movements in order. */
export const membersOf = (visit: VisitSubject, all: readonly StandingMovement[], course = courseOf(all)): Members =>
  inOrder(assembled(editMembers(visit.mistaken ?? {}, wordsOf(visit, course, all))));
