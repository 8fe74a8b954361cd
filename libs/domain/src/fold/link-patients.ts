import type { Link } from '../change.js';
import type { RecordKey } from '../record.js';
import type { PatientSubject } from './subject.js';

/** A patient of whom nothing was told yet. */
export const nobody: PatientSubject = { kind: 'patient', members: {}, replacedBy: [], replaces: [], seeAlso: [] };

type PatientOf = (key: RecordKey) => PatientSubject;
type Changed = ReadonlyMap<RecordKey, PatientSubject>;

const withKey = (keys: readonly RecordKey[], key: RecordKey): readonly RecordKey[] =>
  keys.includes(key) ? keys : [...keys, key];
const without = (keys: readonly RecordKey[], key: RecordKey): readonly RecordKey[] => keys.filter((one) => one !== key);

/** Is `target` among those that replaced this one, or those that replaced them? */
const isReplacedBy = (patientOf: PatientOf, key: RecordKey, target: RecordKey): boolean => {
  const seen = new Set<RecordKey>();
  const ahead = [key];
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (next === target) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    ahead.push(...patientOf(next).replacedBy);
  }
  return false;
};

/** Are the two one patient, or numbers of one that merges (A40, A47) made one? */
export const areOnePerson = (patientOf: PatientOf, one: RecordKey, other: RecordKey): boolean => {
  const seen = new Set<RecordKey>([one]);
  for (const next of seen) {
    if (next === other) return true;
    const { replacedBy, replaces } = patientOf(next);
    for (const key of [...replacedBy, ...replaces]) seen.add(key);
  }
  return false;
};

/**
 * The subjects after a link. A merge that goes back on an earlier one, in a chain too, undoes it: the survivor of the newest word
 * lives, and nobody is ever replaced by himself.
 */
export const linked = (patientOf: PatientOf, patient: RecordKey, into: RecordKey, as: Link['as']): Changed => {
  const changed = new Map<RecordKey, PatientSubject>();
  const now: PatientOf = (key) => changed.get(key) ?? patientOf(key);
  if (as === 'see-also') {
    for (const [one, other] of [
      [patient, into],
      [into, patient],
    ] as const)
      changed.set(one, { ...now(one), seeAlso: withKey(now(one).seeAlso, other) });
    return changed;
  }
  for (const successor of now(into).replacedBy)
    if (isReplacedBy(now, successor, patient)) {
      changed.set(into, { ...now(into), replacedBy: without(now(into).replacedBy, successor) });
      changed.set(successor, { ...now(successor), replaces: without(now(successor).replaces, into) });
    }
  changed.set(patient, { ...now(patient), replacedBy: withKey(now(patient).replacedBy, into) });
  changed.set(into, { ...now(into), replaces: withKey(now(into).replaces, patient) });
  return changed;
};

/** The subjects after whatever linked these two is taken back. */
export const unlinked = (patientOf: PatientOf, patient: RecordKey, other: RecordKey): Changed =>
  new Map(
    (
      [
        [patient, other],
        [other, patient],
      ] as const
    ).map(([one, from]) => {
      const { replacedBy, replaces, seeAlso, ...rest } = patientOf(one);
      return [
        one,
        {
          ...rest,
          replacedBy: without(replacedBy, from),
          replaces: without(replaces, from),
          seeAlso: without(seeAlso, from),
        },
      ];
    }),
  );
