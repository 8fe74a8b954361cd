import type { RecordKey } from '../record.js';
import { withOwnWords } from './patient-words.js';
import type { Merge, PatientSubject } from './subject.js';

/** A patient of whom nothing was told yet. */
export const nobody: PatientSubject = { kind: 'patient', members: {}, merges: [], replaces: [], seeAlso: [] };

type PatientOf = (key: RecordKey) => PatientSubject;
type Changed = ReadonlyMap<RecordKey, PatientSubject>;

const withKey = (keys: readonly RecordKey[], key: RecordKey): readonly RecordKey[] =>
  keys.includes(key) ? keys : [...keys, key];
const without = (keys: readonly RecordKey[], key: RecordKey): readonly RecordKey[] => keys.filter((one) => one !== key);

/** Everyone who is reached from `start`. */
const reached = (start: readonly RecordKey[], next: (key: RecordKey) => readonly RecordKey[]): Set<RecordKey> => {
  const seen = new Set(start);
  for (const key of seen) for (const other of next(key)) seen.add(other);
  return seen;
};

/** The numbers of one person: this patient, and all with whom merges (A40, A47) that count make one. */
export const numbersOf = (patientOf: PatientOf, patient: RecordKey): ReadonlySet<RecordKey> =>
  reached([patient], (key) => {
    const { replacedBy, replaces } = patientOf(key);
    return replacedBy ? [replacedBy, ...replaces] : replaces;
  });

/** Are the two one patient, or numbers of one that merges made one? Looks up only what `one` is merged with. */
export const areOnePerson = (patientOf: PatientOf, one: RecordKey, other: RecordKey): boolean =>
  one === other || numbersOf(patientOf, one).has(other);

const newestFirst = (a: Merge, b: Merge): number => b.position - a.position || b.nth - a.nth;

/**
 * Which of the merges count, by the patient who is replaced. The newest word does; one is overridden that would give a patient a second
 * successor beside a newer one, or replace somebody by himself by way of newer ones.
 */
const counting = (told: readonly Merge[]): ReadonlyMap<RecordKey, Merge> => {
  const count = new Map<RecordKey, Merge>();
  const isReplacedBy = (patient: RecordKey, other: RecordKey): boolean => {
    for (let merge = count.get(patient); merge; merge = count.get(merge.into)) if (merge.into === other) return true;
    return false;
  };
  for (const merge of told.toSorted(newestFirst))
    if (!count.has(merge.patient) && !isReplacedBy(merge.into, merge.patient)) count.set(merge.patient, merge);
  return count;
};

/** The subjects after these, with what the merges of all whom they are merged with come to: those that are otherwise now. */
const settled = (patientOf: PatientOf, told: Changed): Changed => {
  const now: PatientOf = (key) => told.get(key) ?? patientOf(key);
  const people = reached([...told.keys()], (key) => now(key).merges.flatMap(({ patient, into }) => [patient, into]));
  // Both patients hold a merge: of each those by which he is replaced are all.
  const merges = [...people].flatMap((key) => now(key).merges.filter(({ patient }) => patient === key));
  const count = counting(merges);
  const changed = new Map(told);
  for (const key of people) {
    const { replacedBy: former, replaces: formerly, ...rest } = now(key);
    const replacedBy = count.get(key)?.into;
    const replaces = [...count.values()].flatMap(({ patient, into }) => (into === key ? [patient] : [])).sort();
    if (former !== replacedBy || formerly.join() !== replaces.join() || told.has(key))
      changed.set(key, withOwnWords({ ...rest, ...(replacedBy && { replacedBy }), replaces }));
  }
  return changed;
};

const pair = (
  patientOf: PatientOf,
  one: RecordKey,
  other: RecordKey,
  edit: (subject: PatientSubject, other: RecordKey) => PatientSubject,
): Changed =>
  new Map([
    [one, edit(patientOf(one), other)],
    [other, edit(patientOf(other), one)],
  ]);

/** The two of whom is told that they are one person, and none replaces the other (A24). */
export const seenAlso = (patientOf: PatientOf, one: RecordKey, other: RecordKey): Changed =>
  pair(patientOf, one, other, (subject, key) => ({ ...subject, seeAlso: withKey(subject.seeAlso, key) }));

/** The subjects after a merge. Told again it is as new as its last telling. */
export const merged = (patientOf: PatientOf, told: Omit<Merge, 'first'>): Changed => {
  const { patient, into, position, nth } = told;
  const isOther = (one: Merge): boolean => one.patient !== patient || one.into !== into;
  const before = patientOf(patient).merges.find((one) => !isOther(one));
  const merge: Merge = { ...told, first: before?.first ?? { position, nth } };
  return settled(
    patientOf,
    pair(patientOf, patient, into, (subject) => ({ ...subject, merges: [...subject.merges.filter(isOther), merge] })),
  );
};

/** Does anything link the two? */
export const areLinked = (patientOf: PatientOf, one: RecordKey, other: RecordKey): boolean => {
  const { merges, seeAlso } = patientOf(one);
  return seeAlso.includes(other) || merges.some(({ patient, into }) => patient === other || into === other);
};

/** The subjects after whatever linked these two is taken back: what it had overridden counts again. */
export const unlinked = (patientOf: PatientOf, patient: RecordKey, other: RecordKey): Changed =>
  settled(
    patientOf,
    pair(patientOf, patient, other, (subject, key) => ({
      ...subject,
      merges: subject.merges.filter((merge) => merge.patient !== key && merge.into !== key),
      seeAlso: without(subject.seeAlso, key),
    })),
  );
