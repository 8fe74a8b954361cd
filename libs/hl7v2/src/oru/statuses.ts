import { table } from '../message/table.js';

/** OBX-11, HL7 table 0085, as FHIR ObservationStatus. D: deleted, never to be shown again. */
const observation = table<string>({
  B: 'registered',
  C: 'corrected',
  D: 'entered-in-error',
  F: 'final',
  I: 'registered',
  N: 'cancelled',
  O: 'registered',
  P: 'preliminary',
  R: 'preliminary',
  S: 'preliminary',
  U: 'final',
  V: 'final',
  W: 'entered-in-error',
  X: 'cancelled',
});

/** OBR-25, HL7 table 0123, as FHIR DiagnosticReportStatus. */
const report = table<string>({
  A: 'partial',
  C: 'corrected',
  F: 'final',
  I: 'registered',
  M: 'corrected',
  O: 'registered',
  P: 'preliminary',
  R: 'partial',
  S: 'registered',
  X: 'cancelled',
});

export const observationStatus = (code: string): string => observation[code] ?? 'unknown';
export const reportStatus = (code: string): string => report[code] ?? 'unknown';
