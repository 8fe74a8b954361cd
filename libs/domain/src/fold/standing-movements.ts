import { type MovementNature, movementNatures } from '../change.js';
import { isObject, type Json } from '../json.js';
import { RecordKey } from '../record.js';
import { editMembers } from './members.js';
import { compareNaturally } from './natural-order.js';
import type { FoldedMovement, Members, MovementWords, Telling, VisitSubject } from './subject.js';

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
  /** ZBE-1; empty where a trigger alone tells of it. */
  readonly number: string;
  readonly nature: MovementNature;
  /** FHIR dateTime with offset, or a date; empty where no message said one. */
  readonly start: string;
  /** The same in milliseconds; before all others where there is none. */
  readonly moment: number;
  readonly toldAt: number;
  readonly cancelled: boolean;
  /** What of it was taken back, though the rest may stand. */
  readonly withdrawn: readonly MovementNature[];
  readonly members: Members;
  readonly words: readonly MovementWords[];
}

type NaturedTelling = readonly [MovementNature, Telling];

/** The strongest first. */
export const tellingsOf = ({ tellings }: FoldedMovement): readonly NaturedTelling[] =>
  (Object.entries(tellings) as NaturedTelling[]).sort(([a], [b]) => strongest.indexOf(a) - strongest.indexOf(b));

/** In milliseconds since 1970. A month or year alone, which no sender means, is taken as UTC. */
export const momentOf = ({ start, startsAt }: Pick<Telling, 'start' | 'startsAt'>): number =>
  startsAt ?? (start === '' ? Number.NEGATIVE_INFINITY : Date.parse(start));

/** ZBE-1 in the identifier of a movement's Encounter; empty where it has none. */
export const numberIn = (identifier: Json | undefined): string => {
  const first = Array.isArray(identifier) ? identifier[0] : undefined;
  const value = isObject(first) ? first['value'] : undefined;
  return typeof value === 'string' ? value : '';
};

const standing = (record: RecordKey, told: FoldedMovement): readonly StandingMovement[] => {
  const all = tellingsOf(told);
  const alive = all.filter(([, telling]) => !telling.cancelled);
  const counted = alive.length > 0 ? alive : all;
  const [strong] = counted;
  if (!strong) return [];
  const [, { start, startsAt }] = counted.find(([, telling]) => telling.start !== '') ?? strong;
  const words =
    counted.length === all.length
      ? told.words
      : told.words.filter(({ nature }) => counted.some(([one]) => one === nature));
  const members = editMembers(
    {},
    words.flatMap(({ edits }) => edits),
  );
  return [
    {
      record,
      number: numberIn(members['identifier']),
      nature: strong[0],
      start,
      moment: momentOf({ start, ...(startsAt !== undefined && { startsAt }) }),
      toldAt: Math.min(...counted.map(([, { toldAt }]) => toldAt)),
      cancelled: alive.length === 0,
      withdrawn: all.filter(([, { cancelled }]) => cancelled).map(([nature]) => nature),
      members,
      words,
    },
  ];
};

const rank: ReadonlyMap<MovementNature, number> = new Map(movementNatures.map((nature, index) => [nature, index]));
const rankOf = (nature: MovementNature): number => rank.get(nature) ?? 0;

/** What comes before what at one moment, whatever the numbers say: announcements, the admission, all else, the discharge. */
const stageOf = (nature: MovementNature): number =>
  nature === 'discharge' ? rankOf(nature) : Math.min(rankOf(nature), rankOf('admission') + 1);

const compare = (a: number | string, b: number | string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A FHIR date, `2026-03-10`. */
const isDay = (start: string): boolean => start.length === 10;

/** What is told to the day, of the day of an admission, did not happen before it. Announcements may have. */
const notBeforeAdmission = (all: readonly StandingMovement[]): readonly StandingMovement[] => {
  if (!all.some(({ start }) => isDay(start))) return all;
  const admissions = all.filter(({ nature, cancelled }) => nature === 'admission' && !cancelled);
  return all.map((one) => {
    if (!isDay(one.start) || stageOf(one.nature) <= stageOf('admission')) return one;
    const sameDay = admissions.filter(({ start }) => start.startsWith(one.start)).map(({ moment }) => moment);
    return sameDay.length > 0 ? { ...one, moment: Math.max(one.moment, Math.min(...sameDay)) } : one;
  });
};

/**
 * In the order in which they happened; never in that in which they were heard of, so that late and back-dated ones fall into place.
 * Times are minutes: at one moment senders number their movements in order.
 */
export const standingMovements = (visit: VisitSubject): readonly StandingMovement[] =>
  notBeforeAdmission(
    Object.entries(visit.movements).flatMap(([record, told]) => standing(record as RecordKey, told)),
  ).toSorted(
    (a, b) =>
      compare(a.moment, b.moment) ||
      stageOf(a.nature) - stageOf(b.nature) ||
      compareNaturally(a.number, b.number) ||
      rankOf(a.nature) - rankOf(b.nature) ||
      compare(a.record, b.record),
  );
