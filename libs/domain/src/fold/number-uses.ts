import type { Change, Use } from '../change.js';
import { type Head, RecordKey } from '../record.js';
import type { NumberSubject, NumberUse } from './subject.js';

/**
 * Uses of one number that are kept. A late word on one that is forgotten makes records of its own, with the warning.
 * @limit Fold | uses of one order or document number | a late word on a forgotten one makes records of its own, with the warning
 */
export const usesMax = 32;
/**
 * Records of their own that the uses of one number have in all; the oldest uses are forgotten first.
 * @limit Fold | records of all uses of one number | the oldest uses are forgotten
 */
export const recordsMax = 10_000;
/**
 * Placer's numbers, and moments, that are kept of one use.
 * @limit Fold | placer numbers and moments of one use | the oldest are forgotten
 */
const wordsMax = 8;

/** What must be known of the records and patients around a number. */
export interface Around {
  readonly isOnePerson: (one: RecordKey, other: RecordKey) => boolean;
  /** Does the use hold a result that the message tells again? */
  readonly shares: (use: NumberUse) => boolean;
  /** Records that the message speaks of. */
  readonly count: number;
}

/** `reused`: an earlier use stands, and this is another. `untold`: nothing of this patient's was told under the number. */
export type Chosen =
  | { readonly word: 'same' | 'reused'; readonly use: NumberUse; readonly others: readonly NumberUse[] }
  | { readonly word: 'untold' };

const day = (moment: string): string => moment.slice(0, 10);

const isOneMoment = (one: string, other: string): boolean =>
  one === other || (one.includes('T') && other.includes('T') && Date.parse(one) === Date.parse(other));

const isOneOf = (moment: string, moments: readonly string[]): boolean =>
  moments.some((other) => isOneMoment(moment, other));

/**
 * A result that is told again is the same one, corrected or gone on with; but for a final result of one day that is told as final,
 * and as no correction, of another day: that is the next day's, under a number that is always the same.
 */
const isToldAgain = ({ collected, status }: Use, use: NumberUse): boolean =>
  status !== 'final' ||
  use.status === 'preliminary' ||
  collected === undefined ||
  use.collected.length === 0 ||
  use.collected.some((moment) => day(moment) === day(collected));

const isAnother = ({ placer, collected }: Use, use: NumberUse): boolean =>
  (placer !== undefined && use.placers.length > 0 && !use.placers.includes(placer)) ||
  (collected !== undefined && use.collected.length > 0 && !isOneOf(collected, use.collected));

/** What ties a message to a use, the strongest first; what comes last only does not contradict. */
const ties = (told: Use, { shares }: Around): readonly ((use: NumberUse) => boolean)[] => {
  const { placer, collected } = told;
  return [
    ({ placers }) => placer !== undefined && placers.includes(placer),
    (use) => collected !== undefined && isOneOf(collected, use.collected),
    (use) => isToldAgain(told, use) && shares(use),
    (use) => !isAnother(told, use),
  ];
};

const without = (uses: readonly NumberUse[], use: NumberUse): readonly NumberUse[] => uses.filter((one) => one !== use);

/**
 * Which use of a number a message means: of this patient, the newest one that the placer's number ties to it, else the moment of the
 * specimen, else a result that is told again; else the newest that neither placer nor moment contradicts. Where there is none, a
 * number whose results were all withdrawn is free, and any other was reused.
 */
export const chosenUse = ({ told: count, uses }: NumberSubject, told: Use, around: Around): Chosen => {
  const own = uses.filter(
    ({ nth, patient, records }) =>
      around.isOnePerson(told.patient, patient) && (nth === 1 || records.length + around.count <= recordsMax),
  );
  const meant = ties(told, around).reduce<NumberUse | undefined>((found, tie) => found ?? own.findLast(tie), undefined);
  if (meant)
    return { word: 'same', use: { ...withWords(meant, told), patient: told.patient }, others: without(uses, meant) };
  if (own.length === 0 && told.status === 'withdrawn') return { word: 'untold' };
  const fresh = withWords({ nth: count + 1, patient: told.patient, placers: [], collected: [], records: [] }, told);
  const free = uses.findLast(({ status }) => status === 'withdrawn');
  return free
    ? { word: 'same', use: { ...fresh, nth: free.nth, records: free.records }, others: without(uses, free) }
    : { word: count === 0 ? 'same' : 'reused', use: fresh, others: uses };
};

const withWord = (words: readonly string[], word: string | undefined, isKnown: boolean): readonly string[] =>
  word === undefined || isKnown ? words : [...words, word].slice(-wordsMax);

const withWords = (use: Omit<NumberUse, 'status'>, { placer, collected, status }: Use): NumberUse => ({
  ...use,
  placers: withWord(use.placers, placer, placer !== undefined && use.placers.includes(placer)),
  collected: withWord(use.collected, collected, collected !== undefined && isOneOf(collected, use.collected)),
  status,
});

/** The number after this use was told. */
export const withUse = (
  { told }: NumberSubject,
  { use, others }: Extract<Chosen, { readonly use: NumberUse }>,
): NumberSubject => ({
  kind: 'number',
  told: Math.max(told, use.nth),
  uses: [...others, use].toSorted((a, b) => a.nth - b.nth),
});

/** The number with further records of its nth use; what goes beyond the bounds is forgotten, the oldest use first, this one never. */
export const withRecords = (
  { uses, ...rest }: NumberSubject,
  nth: number,
  records: readonly RecordKey[],
): NumberSubject => {
  const all = uses.map((use) =>
    use.nth === nth ? { ...use, records: [...new Set([...use.records, ...records])] } : use,
  );
  let held = all.reduce((sum, use) => sum + use.records.length, 0);
  let left = all.length;
  const isKept = (use: NumberUse): boolean => {
    if (use.nth === nth || (held <= recordsMax && left <= usesMax)) return true;
    held -= use.records.length;
    left -= 1;
    return false;
  };
  return { ...rest, uses: all.filter(isKept) };
};

/** The changes that a use is told by: those behind it, up to the next one. */
export const changesOfUse = (changes: readonly Change[], at: number): readonly Change[] => {
  let end = at + 1;
  while (end < changes.length && changes[end]?.kind !== 'use') end += 1;
  return changes.slice(at + 1, end);
};

/** Records that tell whether a message speaks of the same: results and documents, not what they are reported in. */
export const isResult = (record: RecordKey): boolean =>
  record.startsWith('Observation/') || record.startsWith('DocumentReference/');

/** Of a number that was told before its uses were kept: whose its records are. */
export const usedBefore = (heads: readonly (Pick<Head, 'deleted' | 'patient'> | undefined)[]): NumberSubject => {
  const patient = heads.find((head) => head?.patient !== undefined && !head.deleted)?.patient;
  if (patient === undefined) return { kind: 'number', told: 0, uses: [] };
  const use: NumberUse = { nth: 1, patient, placers: [], collected: [], status: 'final', records: [] };
  return { kind: 'number', told: 1, uses: [use] };
};

const quotedRecord = /"([A-Z][A-Za-z]{1,63}\/[A-Za-z0-9\-.]{1,64})"/g;

const withOwn = (content: Uint8Array, renamed: ReadonlyMap<RecordKey, RecordKey>, record: RecordKey): Buffer => {
  const { buffer, byteOffset, byteLength } = content;
  const text = Buffer.from(buffer, byteOffset, byteLength)
    .toString('utf8')
    // A quote within a text is escaped: only a whole value is quoted.
    .replace(quotedRecord, (quoted, key: RecordKey) => {
      const other = renamed.get(key);
      return other === undefined ? quoted : `"${other}"`;
    });
  const own = renamed.get(record);
  return Buffer.from(
    own === undefined ? text : text.replace(`"id":"${RecordKey.id(record)}"`, `"id":"${RecordKey.id(own)}"`),
    'utf8',
  );
};

/** The change with the records of a later use in the place of those of the first, wherever it names them. */
export const inItsUse = (
  change: Exclude<Change, Use>,
  renamed: ReadonlyMap<RecordKey, RecordKey>,
): Exclude<Change, Use> => {
  if (!('record' in change)) return change;
  const record = renamed.get(change.record) ?? change.record;
  if (!('content' in change)) return { ...change, record };
  return { ...change, record, content: withOwn(change.content, renamed, change.record) };
};
