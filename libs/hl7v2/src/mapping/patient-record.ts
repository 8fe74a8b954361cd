import { RecordKey } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { identified, isIns } from './identifier.js';
import type { Mapping } from './mapping.js';

/** Identifiers of the person, the insured, the account or the visit: none of them names a patient's record. */
const notOfRecord = new Set(['NH', 'VN', 'AN', 'SS', 'SSN']);

const valued = (identifiers: readonly Composite[]): readonly Composite[] =>
  identifiers.filter((identifier) => identifier.text(1) !== '');

/** The permanent identifier (IPP) among CX repetitions: PI, else MR, else the first that names a record at all. */
const permanentAmong = (identifiers: readonly Composite[]): Composite | undefined => {
  const ofType = (type: string): Composite | undefined => identifiers.find((identifier) => identifier.text(5) === type);
  return (
    ofType('PI') ??
    ofType('MR') ??
    identifiers.find((identifier) => !isIns(identifier) && !notOfRecord.has(identifier.text(5)))
  );
};

const recordOf = (identifier: Composite | undefined, mapping: Mapping): RecordKey | undefined => {
  if (identifier === undefined) return undefined;
  const { domain, value } = identified(identifier, mapping);
  return RecordKey.of('Patient', mapping.context.idOf('patient', domain, value));
};

/** Patient record of a PID: by PID-3, or by PID-2 of senders before v2.3.1. */
export const patientOfPid = (pid: Segment, mapping: Mapping): RecordKey | undefined =>
  recordOf(permanentAmong(valued(pid.repetitions(3))) ?? valued(pid.repetitions(2))[0], mapping);

/** Record of the patient that an MRG names as merged. */
export const patientOfMrg = (mrg: Segment, mapping: Mapping): RecordKey | undefined =>
  recordOf(permanentAmong(valued(mrg.repetitions(1))) ?? valued(mrg.repetitions(4))[0], mapping);

/** The identifiers of a PID that have a value: PID-3, or PID-2 where PID-3 has none. */
export const identifiersOfPid = (pid: Segment): { readonly field: number; readonly values: readonly Composite[] } => {
  const third = valued(pid.repetitions(3));
  return third.length > 0 ? { field: 3, values: third } : { field: 2, values: valued(pid.repetitions(2)) };
};
