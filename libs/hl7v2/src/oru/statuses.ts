import { table } from '../message/table.js';

/**
 * What an OBX-11 (HL7 table 0085) makes of a result. `deleted` (D): never to be shown again, so the record is removed: read as gone
 * (410), found by no search, in no report, and kept in the history. `wrong` (W): posted under the wrong patient; who acted upon it
 * must learn that it was none, so the record stays, entered in error and without its value. Any other: an Observation's status.
 */
export const observationStatuses = {
  A: 'amended',
  B: 'amended',
  C: 'corrected',
  D: 'deleted',
  F: 'final',
  I: 'registered',
  N: 'cancelled',
  O: 'registered',
  P: 'preliminary',
  R: 'preliminary',
  S: 'preliminary',
  U: 'final',
  V: 'final',
  W: 'wrong',
  X: 'cancelled',
} as const;

/** OBR-25, HL7 table 0123, as FHIR DiagnosticReportStatus. */
export const reportStatuses = {
  A: 'partial',
  C: 'corrected',
  F: 'final',
  I: 'registered',
  M: 'corrected',
  N: 'registered',
  O: 'registered',
  P: 'preliminary',
  R: 'partial',
  S: 'registered',
  X: 'cancelled',
} as const;

export type ObservationStatus = (typeof observationStatuses)[keyof typeof observationStatuses] | 'unknown';

const observation = table<ObservationStatus>(observationStatuses);
const report = table<string>(reportStatuses);

/** A result that is no result of this patient: deleted, or another patient's. */
export const isTakenBack = (status: ObservationStatus): boolean => status === 'deleted' || status === 'wrong';

export const observationStatus = (code: string): ObservationStatus => observation[code] ?? 'unknown';
export const reportStatus = (code: string): string => report[code] ?? 'unknown';
