import { type MemberEdit, type Movement, type MovementNature, movementNatures } from '../change.js';
import { RecordKey } from '../record.js';
import { composeEdits, editMembers } from './members.js';
import type { FoldedMovement, Members, Telling, VisitSubject } from './subject.js';

/** Which nature a movement has that was told under several: the strongest first. */
const strongest: readonly MovementNature[] = [
  'discharge',
  'admission',
  'pre-admission',
  'leave',
  'return',
  'class',
  'transfer',
  'medical-ward',
  'nursing-ward',
  'responsibility',
  'pending-discharge',
  'pending-transfer',
  'pending-admission',
];

/** A movement as it stands after all that was told of it. */
export interface StandingMovement {
  readonly record: RecordKey;
  readonly nature: MovementNature;
  /** FHIR dateTime with offset; empty where no message said one. */
  readonly start: string;
  readonly cancelled: boolean;
  readonly members: Members;
  readonly visitEdits: readonly MemberEdit[];
}

const tellingsOf = (told: FoldedMovement): readonly (readonly [MovementNature, Telling])[] =>
  strongest.flatMap((nature) => {
    const telling = told[nature];
    return telling ? [[nature, telling] as const] : [];
  });

const standing = (record: RecordKey, told: FoldedMovement): readonly StandingMovement[] => {
  const all = tellingsOf(told);
  const alive = all.filter(([, telling]) => !telling.cancelled);
  const counted = alive.length > 0 ? alive : all;
  const [first] = counted;
  if (!first) return [];
  const weakestFirst = counted.toReversed().map(([, telling]) => telling);
  return [
    {
      record,
      nature: first[0],
      start: counted.find(([, { start }]) => start !== '')?.[1].start ?? '',
      cancelled: alive.length === 0,
      members: Object.assign({}, ...weakestFirst.map(({ members }) => members)) as Members,
      visitEdits: weakestFirst.flatMap(({ visitEdits }) => visitEdits),
    },
  ];
};

const moment = (start: string): number => (start === '' ? Number.NEGATIVE_INFINITY : Date.parse(start));

const rank: ReadonlyMap<MovementNature, number> = new Map(movementNatures.map((nature, index) => [nature, index]));

const compare = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);

/** In the order in which they happened; never in that in which they were heard of, so that late and back-dated ones fall into place. */
export const standingMovements = (visit: VisitSubject): readonly StandingMovement[] =>
  Object.entries(visit.movements)
    .flatMap(([record, told]) => standing(record as RecordKey, told))
    .sort(
      (a, b) =>
        compare(moment(a.start), moment(b.start)) ||
        compare(rank.get(a.nature) ?? 0, rank.get(b.nature) ?? 0) ||
        compare(a.record, b.record),
    );

export const isPending = ({ nature }: { readonly nature: MovementNature }): boolean => nature.startsWith('pending-');

/** Does it say where the visit is? Neither taken back nor merely announced. */
export const hasHappened = (movement: StandingMovement): boolean => !movement.cancelled && !isPending(movement);

const untold: Telling = { start: '', cancelled: false, members: {}, visitEdits: [] };

type Told = NonNullable<Movement['movement']>;

/** A correction of a nature that was never told speaks of what was: of all of it when it takes it back. */
const naturesMeant = (told: FoldedMovement, { nature, action }: Told): readonly MovementNature[] => {
  const known = tellingsOf(told).map(([one]) => one);
  if (action === 'insert' || known.length === 0 || known.includes(nature)) return [nature];
  return action === 'cancel' ? known : known.slice(0, 1);
};

/** The movement after a message of it. An INSERT of what is known already is a correction; what was taken back may come again. */
export const tell = (told: FoldedMovement, change: Told, visitEdits: readonly MemberEdit[]): FoldedMovement => {
  const after: Partial<Record<MovementNature, Telling>> = { ...told };
  for (const nature of naturesMeant(told, change)) {
    const before = told[nature] ?? untold;
    after[nature] = {
      start: change.start ?? before.start,
      cancelled: change.action === 'cancel',
      members: editMembers(before.members, change.edits),
      visitEdits: composeEdits(before.visitEdits, visitEdits),
    };
  }
  return after;
};

/** A message about the visit and no movement (A08) is about where the visit is: it stands with that movement. */
export const tellVisit = (visit: VisitSubject, edits: readonly MemberEdit[]): VisitSubject => {
  const current = standingMovements(visit).findLast(hasHappened);
  const told = current && visit.movements[current.record];
  const telling = current && told?.[current.nature];
  if (!current || !telling) return { ...visit, members: editMembers(visit.members, edits) };
  const after = { ...told, [current.nature]: { ...telling, visitEdits: composeEdits(telling.visitEdits, edits) } };
  return { ...visit, movements: { ...visit.movements, [current.record]: after } };
};
