import type { Change } from '#domain';
import type { Segment } from '../message/segment.js';
import { identifierOf } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import { patientEdits } from '../mapping/patient-edits.js';
import { patientOfMrg, patientOfPid } from '../mapping/patient-record.js';

const mergeOf = (pid: Segment, mrg: Segment, mapping: Mapping): readonly Change[] => {
  const into = patientOfPid(pid, mapping);
  const patient = patientOfMrg(mrg, mapping);
  if (into === undefined) mapping.findings.refuse('patient-missing', `PID^${pid.sequence}^3`);
  if (patient === undefined) mapping.findings.refuse('merged-missing', `MRG^${mrg.sequence}^1`);
  if (into === undefined || patient === undefined) return [];
  const survivor: Change = { kind: 'identify', patient: into, edits: patientEdits(pid, mapping, true) };
  if (into === patient) {
    mapping.warn('merge-of-itself', 'MRG-1');
    return [survivor];
  }
  const identifiers = mrg
    .repetitions(1)
    .filter((identifier) => identifier.text(1) !== '')
    .map((identifier, index) => identifierOf(identifier, mapping, `MRG-1[${index + 1}]`));
  // A record that was never heard of before must still be found under the identifier it had.
  const merged: Change[] =
    identifiers.length > 0
      ? [{ kind: 'identify', patient, edits: [{ op: 'default', member: 'identifier', value: identifiers }] }]
      : [];
  return [survivor, ...merged, { kind: 'link', patient, into }];
};

/** A40 (and A34 of v2.3): PID-3 survives, MRG-1 is merged into it. Groups of PID and MRG may repeat. */
export const mergeChanges = (mapping: Mapping): readonly Change[] => {
  const changes: Change[] = [];
  let pid: Segment | undefined;
  let merges = 0;
  for (const segment of mapping.message.segments) {
    if (segment.name === 'PID') pid = segment;
    if (segment.name !== 'MRG' || pid === undefined) continue;
    changes.push(...mergeOf(pid, segment, mapping));
    merges++;
  }
  if (merges === 0) mapping.findings.refuse('merged-missing', 'MRG^1^1');
  return changes;
};
