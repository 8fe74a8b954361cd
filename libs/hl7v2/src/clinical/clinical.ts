import type { Change, RecordKey } from '#domain';
import type { Mapping } from '../mapping/mapping.js';
import type { Segment } from '../message/segment.js';
import { encounterOf } from '../oru/patient-visit.js';
import { allergies } from './allergies.js';
import { coverages } from './coverages.js';
import { diagnoses } from './diagnoses.js';
import { observations } from './observations.js';

/** Most messages have none of them. */
const listSegments = ['AL1', 'DG1', 'IN1', 'OBX'] as const;

/** What an ADT message tells beside the identity and the visit: allergies, diagnoses, observations, coverages. */
export const clinicalChanges = (pid: Segment, patient: RecordKey, mapping: Mapping): readonly Change[] => {
  const { message } = mapping;
  if (!listSegments.some((name) => message.first(name))) return [];
  const encounter = encounterOf(pid, message.first('PV1'), mapping);
  const lists = [allergies(patient, mapping), diagnoses(patient, encounter, mapping), coverages(patient, mapping)];
  return [...lists.flatMap((list) => list ?? []), ...observations(patient, encounter, mapping)];
};
