import type { Change, JsonObject, RecordKey } from '#domain';
import { Edits } from '../mapping/edits.js';
import { patientIdentifier } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import { patientEdits } from '../mapping/patient-edits.js';
import { valued } from '../mapping/patient-fields.js';
import { humanName } from '../mapping/person-fields.js';
import { patientOfPid, patientsOfMrg } from '../mapping/patient-record.js';
import type { Segment } from '../message/segment.js';
import { type PatientGroup, patientGroups } from './groups.js';

/** What a PID says of its patient. */
export const identifyOf = (pid: Segment, patient: RecordKey, mapping: Mapping): Change => ({
  kind: 'identify',
  patient,
  edits: patientEdits(pid, mapping, true),
});

/** A record that was never heard of before must still be found under the identifiers, and the name, that it had. */
export const formerly = (mrg: Segment, patient: RecordKey, mapping: Mapping): readonly Change[] => {
  const edits = new Edits(false);
  for (const field of [1, 2, 4]) {
    const identifiers = mrg
      .repetitions(field)
      .flatMap((one, index) =>
        one.text(1) === '' ? [] : [patientIdentifier(one, mapping, `MRG-${field}[${index + 1}]`)],
      );
    if (identifiers.length > 0) edits.suggest(field === 1 ? 'identifier' : `identifier#${field}`, identifiers);
  }
  const names = valued(mrg, 7).flatMap((name, index, all): readonly JsonObject[] => {
    const told = humanName(name, mapping, all.length === 1, `MRG-7[${index + 1}]`);
    return told ? [told] : [];
  });
  if (names.length > 0) edits.suggest('name', names);
  const all = edits.all();
  return all.length > 0 ? [{ kind: 'identify', patient, edits: all }] : [];
};

/** The two patients of a group; what is missing is refused. */
export const patientsIn = (
  { pid, mrg }: PatientGroup,
  mapping: Mapping,
): { readonly into: RecordKey; readonly from: readonly RecordKey[] } | undefined => {
  const into = patientOfPid(pid, mapping);
  const from = patientsOfMrg(mrg, mapping);
  if (into === undefined) mapping.findings.refuse('patient-missing', `PID^${pid.sequence}^3`);
  if (from.length === 0) mapping.findings.refuse('merged-missing', `MRG^${mrg.sequence}^1`);
  return into === undefined || from.length === 0 ? undefined : { into, from };
};

const mergeOf = (group: PatientGroup, mapping: Mapping): readonly Change[] => {
  const patients = patientsIn(group, mapping);
  if (patients === undefined) return [];
  const { into, from } = patients;
  const survivor = identifyOf(group.pid, into, mapping);
  const merged = from.flatMap((patient): readonly Change[] => {
    if (patient !== into) return [...formerly(group.mrg, patient, mapping), { kind: 'link', patient, into }];
    mapping.warn('merge-of-itself', 'MRG-1');
    return [];
  });
  return [survivor, ...merged];
};

/** Each group of PID and MRG in turn; a message without one cannot be what its trigger says. */
export const changesOfGroups = (
  mapping: Mapping,
  changesOf: (group: PatientGroup, mapping: Mapping) => readonly Change[],
): readonly Change[] => {
  const groups = patientGroups(mapping);
  if (groups.length === 0) mapping.findings.refuse('merged-missing', 'MRG^1^1');
  return groups.flatMap((group) => changesOf(group, mapping));
};

/** A40 and its elder forms: PID-3 survives, MRG-1 is merged into it. */
export const mergeChanges = (mapping: Mapping): readonly Change[] => changesOfGroups(mapping, mergeOf);

/** A24 and A37: the second PID and every later one, with the first. */
export const linkChanges = (mapping: Mapping, kind: 'link' | 'unlink'): readonly Change[] => {
  const told = mapping.message.all('PID').map((pid) => ({ pid, patient: patientOfPid(pid, mapping) }));
  const [first, ...others] = told;
  for (const { pid, patient } of told)
    if (patient === undefined) mapping.findings.refuse('patient-missing', `PID^${pid.sequence}^3`);
  if (others.length === 0) mapping.findings.refuse('patient-missing', 'PID^2^3');
  const identities = told.flatMap(({ pid, patient }) => (patient ? [identifyOf(pid, patient, mapping)] : []));
  const links = others.flatMap(({ patient }): readonly Change[] => {
    if (!patient || !first?.patient) return [];
    if (patient === first.patient) {
      mapping.warn('merge-of-itself', 'PID[2]-3');
      return [];
    }
    return [
      kind === 'link' ? { kind, patient, into: first.patient, as: 'see-also' } : { kind, patient, from: first.patient },
    ];
  });
  return [...identities, ...links];
};
