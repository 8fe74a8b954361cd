import type { MemberEdit } from '../change.js';
import { isObject, type Json } from '../json.js';
import type { RecordKey } from '../record.js';
import { codeOfType } from './ins.js';
import { editMembers, outlasting, repetitionKey, targetOf } from './members.js';
import type { Members, PatientSubject, PatientWord, Told } from './subject.js';

type PatientOf = (key: RecordKey) => PatientSubject;

const compareTold = (a: Told, b: Told): number => a.position - b.position || a.nth - b.nth;

/** All whom merges that were told, whether they count or not, join with these. */
export const mergedWith = (patientOf: PatientOf, start: readonly RecordKey[]): ReadonlySet<RecordKey> => {
  const people = new Set(start);
  for (const key of people)
    for (const { patient, into } of patientOf(key).merges) for (const other of [patient, into]) people.add(other);
  return people;
};

/** Whose record shows a word that was told under this number: of the one who had replaced it by then, as far as that merge counts now. */
export const homeOf = (patientOf: PatientOf, key: RecordKey, word: Omit<PatientWord, 'edits'>): RecordKey => {
  if (word.ofNumber) return key;
  const { replacedBy, merges } = patientOf(key);
  const merge = merges.find(({ patient, into }) => patient === key && into === replacedBy);
  return merge && compareTold(merge.first, word) < 0 ? homeOf(patientOf, merge.into, word) : key;
};

/** Of suggestions (`default`) that came one after the other on one member, the first and the last are kept. */
const withoutMiddle = (words: readonly PatientWord[], newest: readonly MemberEdit[]): readonly PatientWord[] => {
  const suggestedAgain = new Set(newest.filter(({ op }) => op === 'default').map(targetOf));
  const seen = new Set<string>();
  const isKept = (edit: MemberEdit): boolean => {
    if (edit.op !== 'default') return true;
    const target = targetOf(edit);
    const isFirst = !seen.has(target);
    seen.add(target);
    return isFirst || !suggestedAgain.has(target);
  };
  return words.map((word) => ({ ...word, edits: word.edits.filter(isKept) }));
};

/**
 * The patient after a word. While merges join him with others each word is kept by itself, because a merge that is taken back gives each
 * word to the number under which it was told. Bounded: between two merges a later word leaves nothing of an earlier one on the same.
 */
export const tellPatient = (patientOf: PatientOf, key: RecordKey, word: PatientWord): PatientSubject => {
  const { edits, ofNumber } = word;
  const known = patientOf(key);
  if (known.merges.length === 0) return { ...known, members: editMembers(known.members, edits) };
  const merges = [...mergedWith(patientOf, [key])].flatMap((one) => patientOf(one).merges);
  const isCovered = (earlier: PatientWord): boolean =>
    earlier.ofNumber === ofNumber && merges.every(({ first }) => compareTold(first, earlier) < 0);
  const words = known.words ?? [];
  const covered = words.filter(isCovered).map((earlier) => ({ ...earlier, edits: outlasting(earlier.edits, edits) }));
  const all = [...words.filter((earlier) => !isCovered(earlier)), ...withoutMiddle(covered, edits), word];
  return { ...known, words: all.filter((one) => one.edits.length > 0) };
};

const repetitions = (value: Json | undefined): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : [];

const numberOf = (identifier: Json): string =>
  isObject(identifier) ? JSON.stringify([identifier['system'], identifier['value']]) : '';

/** Types of what names a record, and no person as the INS does. */
const recordTypes = new Set(['', 'PI', 'MR', 'MRN', 'MRT']);

const isNamedAs = (identifier: Json): boolean => {
  const type = isObject(identifier) ? identifier['type'] : undefined;
  return recordTypes.has(codeOfType(identifier)) && !(isObject(type) && type['text'] !== undefined);
};

/** The numbers by which this patient's record is named. */
const recordNumbers = (members: Members): ReadonlySet<string> =>
  new Set(repetitions(members['identifier']).filter(isNamedAs).map(numberOf));

/**
 * What an edit that was told under a replaced number says of the survivor. A list with a number of the survivor in it is his list, in
 * which the replaced number is an old one; of any other list the replaced number says nothing of him, and the rest stands beside what he has.
 */
const ofSurvivor = (edit: MemberEdit, members: Members, replaced: ReadonlySet<string>): readonly MemberEdit[] => {
  if (edit.member.startsWith('identifier#') && edit.op === 'set') {
    const value = repetitions(edit.value).filter((one) => !replaced.has(numberOf(one)));
    return value.length > 0 ? [{ ...edit, value }] : [];
  }
  if (edit.member !== 'identifier') return [edit];
  const known = repetitions(members['identifier']);
  switch (edit.op) {
    case 'set': {
      const told = repetitions(edit.value);
      const own = recordNumbers(members);
      if (told.some((one) => own.has(numberOf(one)) && !replaced.has(numberOf(one)))) {
        const aged = told.map((one) =>
          isObject(one) && replaced.has(numberOf(one)) && codeOfType(one) === 'PI' ? { ...one, use: 'old' } : one,
        );
        return [{ ...edit, value: aged }];
      }
      return told
        .filter((identifier) => !replaced.has(numberOf(identifier)))
        .map((value) => ({ op: 'upsert', member: edit.member, value }));
    }
    case 'upsert':
      return replaced.has(numberOf(edit.value)) ? [] : [edit];
    case 'drop':
      // The replaced number's own kind of identifier: the survivor keeps his.
      return known.some((one) => repetitionKey(one) === edit.key && codeOfType(one) === 'PI') ? [] : [edit];
    case 'clear':
      return [];
    case 'default':
      return [edit];
  }
};

/** What is told of this patient: under his number, and under those that he replaces while he did. */
export const membersTold = (patientOf: PatientOf, key: RecordKey): Members => {
  const subject = patientOf(key);
  if (subject.replaces.length === 0 && !subject.words) return subject.members;
  const replaced = new Set(subject.replaces);
  for (const one of replaced) for (const other of patientOf(one).replaces) replaced.add(other);
  const ofNumber = (one: RecordKey) =>
    (patientOf(one).words ?? [])
      .filter((word) => homeOf(patientOf, one, word) === key)
      .map((word) => ({ ...word, one }));
  const words = [key, ...replaced]
    .flatMap(ofNumber)
    .filter((word) => !subject.upTo || compareTold(subject.upTo, word) < 0)
    .sort(compareTold);
  if (words.length === 0) return subject.members;
  const numbers = new Map([...replaced].map((one) => [one, recordNumbers(membersTold(patientOf, one))]));
  return words.reduce<Members>((members, { one, edits }) => {
    const numbersOfOne = numbers.get(one);
    const said = numbersOfOne ? edits.flatMap((edit) => ofSurvivor(edit, members, numbersOfOne)) : edits;
    return editMembers(members, said);
  }, subject.members);
};

/** Without merges all his words are his own: no later one can give them to another. */
export const withOwnWords = (subject: PatientSubject): PatientSubject => {
  if (subject.merges.length > 0 || (!subject.words && !subject.upTo)) return subject;
  const { words = [], upTo, ...rest } = subject;
  const own = words.filter((word) => !upTo || compareTold(upTo, word) < 0).toSorted(compareTold);
  return {
    ...rest,
    members: editMembers(
      rest.members,
      own.flatMap(({ edits }) => edits),
    ),
  };
};
