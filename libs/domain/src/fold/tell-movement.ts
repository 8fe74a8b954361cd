import { type MemberEdit, type Movement, type MovementNature, oncePerVisit, type Responsibility } from '../change.js';
import { Instant } from '../instant.js';
import type { RecordKey } from '../record.js';
import { outlasting } from './members.js';
import { momentOf, numberIn, standingMovements, tellingsOf } from './standing-movements.js';
import type { FoldedMovement, MovementWords, Telling, VisitSubject, VisitWord } from './subject.js';

/** When a message was spoken, by its sender: of what moment it speaks, and when it was sent. */
export interface Spoken {
  readonly occurredAt: Instant;
  readonly sentAt: Instant;
}

type Told = NonNullable<Movement['movement']>;

const responsibilityOf = (nature: MovementNature): Responsibility => {
  if (nature === 'medical-ward') return 'medical';
  return nature === 'nursing-ward' ? 'nursing' : 'housing';
};

/**
 * A cancel takes back what is within its scope. One that names a nature that was never told means all that was; but a ward of which no
 * message of its own told leaves the bed where it is.
 */
const naturesTakenBack = (
  known: readonly MovementNature[],
  { nature, scope = [] }: Told,
): readonly MovementNature[] => {
  const within = known.filter((one) => one === nature || scope.includes(responsibilityOf(one)));
  if (within.length > 0) return within;
  return responsibilityOf(nature) === 'housing' && known.length > 0 ? known : [nature];
};

/** A correction of a nature that was never told speaks of what was, and rather of what stands. */
const naturesMeant = (told: FoldedMovement, change: Told): readonly MovementNature[] => {
  const tellings = tellingsOf(told);
  const known = tellings.map(([nature]) => nature);
  if (change.action === 'cancel') return naturesTakenBack(known, change);
  if (change.action === 'insert' || known.includes(change.nature)) return [change.nature];
  const alive = tellings.find(([, { cancelled }]) => !cancelled);
  return [alive?.[0] ?? known[0] ?? change.nature];
};

const says = (edits: readonly MemberEdit[], member: string): boolean =>
  edits.some((edit) => edit.member === member && edit.op !== 'drop');

/** The newest word of a nature leaves nothing of what it said before of the same; what other natures said stays for when it is taken back. */
const withWords = (all: readonly MovementWords[], newest: MovementWords): readonly MovementWords[] => {
  const { nature, edits, visitEdits } = newest;
  const isOfNature = (words: MovementWords): boolean => words.nature === nature;
  const earlier = all.map((words) =>
    isOfNature(words)
      ? {
          ...words,
          edits: outlasting(words.edits, edits),
          visitEdits: outlasting(words.visitEdits, visitEdits),
        }
      : words,
  );
  const unsaid = (told: 'edits' | 'visitEdits') =>
    newest[told].filter(({ op, member }) => op !== 'default' || !isSaid(told, member));
  const isSaid = (told: 'edits' | 'visitEdits', member: string): boolean =>
    all.some((words) => isOfNature(words) && says(words[told], member));
  return [...earlier, { ...newest, edits: unsaid('edits'), visitEdits: unsaid('visitEdits') }].filter(
    (words) => words.edits.length > 0 || words.visitEdits.length > 0,
  );
};

const untold: FoldedMovement = { tellings: {}, words: [] };

/**
 * The movement after a message of it. An INSERT of what is known already is a correction; what was taken back may come again.
 * Beside what is said of the visit alone, a movement speaks from when it happened, or was told if that was before; a correction from
 * when it was sent.
 */
export const tell = (
  told: FoldedMovement = untold,
  change: Told,
  visitEdits: readonly MemberEdit[],
  { sentAt }: Spoken,
): FoldedMovement => {
  const meant = naturesMeant(told, change);
  const tellings = { ...told.tellings };
  for (const nature of meant) {
    const before = told.tellings[nature];
    const { start, startsAt } = change.start === undefined ? { start: '', ...before } : change;
    tellings[nature] = {
      start: start ?? '',
      ...(startsAt !== undefined && { startsAt }),
      toldAt: before?.toldAt ?? sentAt,
      cancelled: change.action === 'cancel',
    };
  }
  const nature = meant[0] ?? change.nature;
  const telling = tellings[nature];
  const isNews = told.tellings[nature] === undefined && telling !== undefined && telling.start !== '';
  const at = isNews ? Instant.of(Math.min(momentOf(telling), sentAt)) : sentAt;
  return { tellings, words: withWords(told.words, { nature, at, edits: change.edits, visitEdits }) };
};

/** The visit after a message about it and no movement (A08): what it says stands whatever becomes of movements, until a later word. */
export const tellVisit = (
  visit: VisitSubject,
  edits: readonly MemberEdit[],
  { occurredAt: at }: Spoken,
): VisitSubject => {
  const edit = (word: VisitWord): MemberEdit => word.edit;
  const earlier = visit.words.filter((word) => word.at <= at);
  const later = visit.words.filter((word) => word.at > at);
  const left = new Set(outlasting(earlier.map(edit), edits));
  const isSaid = ({ member }: MemberEdit): boolean => says(visit.words.map(edit), member);
  const said = edits.filter((one) => one.op !== 'default' || !isSaid(one));
  const news = outlasting(said, later.map(edit)).map((one): VisitWord => ({ at, edit: one }));
  return { ...visit, words: [...earlier.filter((word) => left.has(word.edit)), ...news, ...later] };
};

const numberOf = ({ edits }: Told): string => {
  const edit = edits.find(({ member, op }) => member === 'identifier' && op === 'set');
  return edit && 'value' in edit ? numberIn(edit.value) : '';
};

/** One moment may be told to the day, and to the minute. */
const isSameStart = (one: Telling, other: Pick<Telling, 'start' | 'startsAt'>): boolean =>
  one.start.startsWith(other.start) || other.start.startsWith(one.start) || momentOf(one) === momentOf(other);

/**
 * Is a number (ZBE-1) given to another movement of the visit that has it already? Several messages of one movement (housing, medical,
 * nursing) share its number and its time; what was taken back may come again at another time.
 */
export const isNumberReused = (told: FoldedMovement | undefined, change: Told): boolean => {
  const { action, start, startsAt } = change;
  if (!told || action !== 'insert' || start === undefined || numberOf(change) === '') return false;
  const standing = tellingsOf(told).flatMap(([, telling]) => (telling.cancelled ? [] : [telling]));
  const isSame = (one: Telling): boolean => isSameStart(one, { start, ...(startsAt !== undefined && { startsAt }) });
  return standing.length > 0 && !standing.some(isSame);
};

/**
 * The movement that a cancel takes back, `own` if it is known under its key; none where nothing of the kind stands. Numbers are not
 * always told, nor always under the same authority: a cancel by the trigger alone means the newest of its nature, and one with a number
 * that is not known the newest that has the same, or none.
 */
export const takenBackBy = (
  visit: VisitSubject,
  change: Told,
  own: FoldedMovement | undefined,
): RecordKey | undefined => {
  const { record, nature } = change;
  const number = numberOf(change);
  const standsAs = (told: FoldedMovement | undefined): boolean => told?.tellings[nature]?.cancelled === false;
  if (own && (number !== '' || !oncePerVisit.has(nature) || standsAs(own))) return record;
  const standing = standingMovements(visit).filter((one) => standsAs(visit.movements[one.record]));
  const newest =
    number === ''
      ? standing.at(-1)
      : (standing.findLast((one) => one.number === number) ?? standing.findLast((one) => one.number === ''));
  return newest?.record;
};

/** A movement that is known only by its cancellation is shown; one of several of its kind that no number or time tells apart is not. */
export const leavesTrace = (change: Told): boolean => numberOf(change) !== '' || oncePerVisit.has(change.nature);
