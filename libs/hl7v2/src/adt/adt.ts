import type { Change, RecordKey } from '#domain';
import type { Segment } from '../message/segment.js';
import type { Mapping } from '../mapping/mapping.js';
import { patientEdits } from '../mapping/patient-edits.js';
import { patientOfPid } from '../mapping/patient-record.js';
import { mergeChanges } from './merge.js';
import { type Trigger, triggers } from './triggers.js';
import { visitChanges } from './visit.js';

/** The patient of an ADT message; without one there is nothing that the message could change, and it is refused. */
const patientIn = (mapping: Mapping): { readonly pid: Segment; readonly patient: RecordKey } | undefined => {
  const pid = mapping.message.first('PID');
  const patient = pid && patientOfPid(pid, mapping);
  if (pid && patient) return { pid, patient };
  mapping.findings.refuse('patient-missing', 'PID^1^3');
  return undefined;
};

const changesOf = (trigger: string, meaning: Trigger, mapping: Mapping): readonly Change[] => {
  const known = patientIn(mapping);
  if (known === undefined) return [];
  const { pid, patient } = known;
  switch (meaning.family) {
    case 'merge':
      return mergeChanges(mapping);
    case 'identity':
      return [{ kind: 'identify', patient, edits: patientEdits(pid, mapping, true) }];
    case 'visit': {
      const identify: Change = { kind: 'identify', patient, edits: patientEdits(pid, mapping, true) };
      return [identify, ...visitChanges(trigger, meaning, pid, patient, mapping)];
    }
  }
};

/** Changes of an ADT message; none where its trigger is not mapped. */
export const adtChanges = (mapping: Mapping): readonly Change[] => {
  const trigger = mapping.head.label.split('^')[1] ?? mapping.message.first('EVN')?.text(1) ?? '';
  const meaning = triggers[trigger];
  return meaning === undefined ? [] : changesOf(trigger, meaning, mapping);
};
