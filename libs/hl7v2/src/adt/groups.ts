import type { Mapping } from '../mapping/mapping.js';
import type { Segment } from '../message/segment.js';

/** A patient with the one that MRG names beside him, and the visit behind it (A45). */
export interface PatientGroup {
  readonly pid: Segment;
  readonly mrg: Segment;
  readonly pv1: Segment | undefined;
}

/** Groups of PID and MRG, which may repeat (ADT_A39, ADT_A43). */
export const patientGroups = (mapping: Mapping): readonly PatientGroup[] => {
  const groups: { pid: Segment; mrg: Segment; pv1: Segment | undefined }[] = [];
  let pid: Segment | undefined;
  for (const segment of mapping.message.segments) {
    const last = groups.at(-1);
    if (segment.name === 'PID') pid = segment;
    else if (segment.name === 'MRG' && pid !== undefined) groups.push({ pid, mrg: segment, pv1: undefined });
    else if (segment.name === 'PV1' && last !== undefined && last.pid === pid) last.pv1 ??= segment;
  }
  return groups;
};
