import type { Change, RecordKey } from '#domain';
import type { Mapping } from '../mapping/mapping.js';
import { patientOfPid } from '../mapping/patient-record.js';
import { personEdits } from '../mapping/person-edits.js';
import type { Segment } from '../message/segment.js';
import { clinicalChanges } from '../clinical/clinical.js';
import { leave } from '../represented/not-taken.js';
import { linkChanges, mergeChanges } from './merge.js';
import { accountChanges, identifierChanges, visitMoveChanges } from './move.js';
import { checkProfile } from './profile.js';
import { type Family, type Trigger, triggers } from './triggers.js';
import { tellsOfNoVisit, visitChanges } from './visit.js';

type Changes = (mapping: Mapping, trigger: string, meaning: Trigger) => readonly Change[];

/** The patient of an ADT message; without one there is nothing that the message could change, and it is refused. */
const patientIn = (mapping: Mapping): { readonly pid: Segment; readonly patient: RecordKey } | undefined => {
  const pid = mapping.message.first('PID');
  const patient = pid && patientOfPid(pid, mapping);
  if (pid && patient) return { pid, patient };
  mapping.findings.refuse('patient-missing', 'PID^1^3');
  return undefined;
};

/** What a message of one patient tells of him; beside `others`, what it tells of his allergies, diagnoses, observations and coverages. */
const personChanges = (
  mapping: Mapping,
  others: (pid: Segment, patient: RecordKey) => readonly Change[] = () => [],
): readonly Change[] => {
  const known = patientIn(mapping);
  if (known === undefined) return [];
  const { pid, patient } = known;
  const identify: Change = { kind: 'identify', patient, edits: personEdits(pid, mapping) };
  return [identify, ...others(pid, patient), ...clinicalChanges(pid, patient, mapping)];
};

const identityChanges: Changes = (mapping) => personChanges(mapping);

/** Family to changes, with what becomes of the message, for docs/conformance.md. */
export const adtFamilies: Readonly<Record<Family, { readonly becomes: string; readonly changes: Changes }>> = {
  identity: { becomes: 'the patient is identified', changes: identityChanges },
  visit: {
    becomes: 'the patient is identified, the visit is told',
    changes: (mapping, trigger, meaning) =>
      personChanges(mapping, (pid, patient) => visitChanges(trigger, meaning, pid, patient, mapping)),
  },
  merge: { becomes: 'MRG-1 is linked into PID-3, which replaces it; both stay', changes: mergeChanges },
  link: {
    becomes: 'each PID is identified and linked with the first (`seealso`)',
    changes: (mapping) => linkChanges(mapping, 'link'),
  },
  unlink: {
    becomes: 'each PID is identified, and whatever links it with the first is taken back',
    changes: (mapping) => linkChanges(mapping, 'unlink'),
  },
  'move-account': {
    becomes:
      'the account (MRG-3, else PID-18) with its visits, or the visit (MRG-5, else PV1-19), is given from MRG-1 to PID-3',
    changes: accountChanges,
  },
  'move-visit': {
    becomes: 'the visit (MRG-5, else PV1-19) is given from MRG-1 to PID-3, and is counted in PID-18',
    changes: visitMoveChanges,
  },
  'change-identifiers': {
    becomes:
      'identifiers of MRG-1 are dropped, those of PID-3 are added; another permanent identifier is another record, which replaces the former one',
    changes: identifierChanges,
  },
  'change-numbers': {
    becomes: 'the patient is identified; the change of account or visit numbers is not mapped (warning)',
    changes: (mapping, trigger, meaning) => {
      mapping.warn('numbers-unmapped', 'MRG');
      return identityChanges(mapping, trigger, meaning);
    },
  },
};

/** Changes of an ADT message; none where its trigger is not mapped. */
export const adtChanges = (mapping: Mapping): readonly Change[] => {
  const trigger = mapping.head.label.split('^')[1] ?? mapping.message.first('EVN')?.text(1) ?? '';
  const meaning = triggers[trigger];
  if (meaning === undefined) return [];
  checkProfile(meaning, mapping);
  const pv1 = mapping.message.first('PV1');
  if (meaning.family !== 'visit' || (pv1 && tellsOfNoVisit(pv1)))
    leave('withoutMovement', mapping.message.first('EVN'), [6]);
  return adtFamilies[meaning.family].changes(mapping, trigger, meaning);
};
