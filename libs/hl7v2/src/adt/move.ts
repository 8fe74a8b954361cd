import type { Change, MemberEdit, RecordKey } from '#domain';
import { takeIdentified } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import { identifierEdits, patientEdits } from '../mapping/patient-edits.js';
import { patientOfMrg, patientOfPid } from '../mapping/patient-record.js';
import type { Composite, Segment } from '../message/segment.js';
import type { PatientGroup } from './groups.js';
import { changesOfGroups, formerly, identifyOf, patientsIn } from './merge.js';
import { triggers } from './triggers.js';
import { accountOf, accountRecord, visitChanges, visitNumberOf, visitRecord } from './visit.js';

/** MRG names what was, without its authority as often as not: then the one of the same number that is now. */
const formerNumber = (
  former: Composite | undefined,
  present: Composite | undefined,
  mapping: Mapping,
): Composite | undefined => {
  if (former === undefined || former.text(1) === '') return present;
  if (present === undefined || present.text(1) !== former.text(1)) return former;
  // The one that is now tells of both.
  takeIdentified(former, mapping, undefined);
  return present;
};

const accountMoved = ({ pid, mrg }: PatientGroup, mapping: Mapping): RecordKey | undefined => {
  const number = formerNumber(mrg.first(3), accountOf(pid), mapping);
  return number && accountRecord(takeIdentified(number, mapping, 'account'), mapping);
};

const visitMoved = ({ pid, mrg, pv1 }: PatientGroup, mapping: Mapping): RecordKey | undefined => {
  const number = formerNumber(mrg.first(5), pv1 && visitNumberOf(pv1, pid, mapping), mapping);
  return number && visitRecord(takeIdentified(number, mapping, 'visit'), mapping);
};

const moveOf = (
  group: PatientGroup,
  mapping: Mapping,
  whatOf: (group: PatientGroup, mapping: Mapping) => RecordKey | undefined,
): readonly Change[] => {
  const patients = patientsIn(group, mapping);
  const [from] = patients?.from ?? [];
  if (patients === undefined || from === undefined) return [];
  const { into } = patients;
  const owner = identifyOf(group.pid, into, mapping);
  if (from === into) {
    mapping.warn('merge-of-itself', 'MRG-1');
    return [owner];
  }
  const what = whatOf(group, mapping);
  // It tells from whom: the change says so.
  for (const one of group.mrg.repetitions(1)) takeIdentified(one, mapping, 'patient');
  if (what !== undefined) return [owner, { kind: 'relocate', patient: into, from, what }];
  mapping.warn('move-of-nothing', 'MRG-3');
  return [owner];
};

/** A44: the account (MRG-3, else PID-18), and with it its visits; a visit where the message names no account. */
export const accountChanges = (mapping: Mapping): readonly Change[] =>
  changesOfGroups(mapping, (group) =>
    moveOf(group, mapping, (one) => accountMoved(one, mapping) ?? visitMoved(one, mapping)),
  );

/** A45: the visit (MRG-5, else PV1-19) to another patient where MRG-1 names one, and into the account of PID-18. */
const visitMoveOf = (group: PatientGroup, mapping: Mapping): readonly Change[] => {
  const into = patientOfPid(group.pid, mapping);
  const from = patientOfMrg(group.mrg, mapping);
  const { pv1 } = group;
  const isRenamed = pv1 !== undefined && group.mrg.text(5) !== '' && group.mrg.text(5) !== pv1.text(19);
  if (isRenamed) mapping.warn('numbers-unmapped', 'MRG-5');
  const moved =
    from !== undefined && from !== into
      ? moveOf(group, mapping, visitMoved)
      : into === undefined
        ? []
        : [identifyOf(group.pid, into, mapping)];
  const account =
    into === undefined || isRenamed
      ? []
      : visitChanges('A08', triggers['A08'] ?? { family: 'visit', event: '' }, group.pid, into, mapping);
  return [...moved, ...account];
};

export const visitMoveChanges = (mapping: Mapping): readonly Change[] => changesOfGroups(mapping, visitMoveOf);

/** What PID says, but that its identifiers stand beside those that are known: only what MRG-1 names is gone. */
const editsBesideKnown = (pid: Segment, mrg: Segment, mapping: Mapping): readonly MemberEdit[] => [
  ...identifierEdits(pid, mrg, mapping),
  ...patientEdits(pid, mapping, true).filter(({ member }) => member !== 'identifier'),
];

/** A47 (and A43): another permanent identifier is another record, which takes the former's place. */
const identifiersOf = ({ pid, mrg }: PatientGroup, mapping: Mapping): readonly Change[] => {
  const into = patientOfPid(pid, mapping);
  const from = patientOfMrg(mrg, mapping);
  if (into === undefined) {
    mapping.findings.refuse('patient-missing', `PID^${pid.sequence}^3`);
    return [];
  }
  const identify: Change = { kind: 'identify', patient: into, edits: editsBesideKnown(pid, mrg, mapping) };
  if (from === undefined || from === into) return [identify];
  return [...formerly(mrg, from, mapping), { kind: 'relocate', patient: into, from }, identify];
};

export const identifierChanges = (mapping: Mapping): readonly Change[] => changesOfGroups(mapping, identifiersOf);
