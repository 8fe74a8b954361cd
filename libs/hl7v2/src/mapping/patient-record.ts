import { RecordKey } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { authorityIn } from './authority.js';
import { identified, insKindAt, isIns } from './identifier.js';
import type { Mapping } from './mapping.js';

/** Identifiers of the person, the insured, the account or the visit: none of them names a patient's record. */
const notOfRecord = new Set(['NH', 'NSS', 'VN', 'AN', 'SS', 'SSN']);

const valued = (identifiers: readonly Composite[]): readonly Composite[] =>
  identifiers.filter((identifier) => identifier.text(1) !== '');

/** Under the OIDs of the INS stands the INS, or without a type code perhaps the billing number: never a record's. */
const canNameRecord = (identifier: Composite): boolean => {
  const type = identifier.text(5);
  if (type === '') return insKindAt(identifier) === undefined;
  return !isIns(identifier) && !notOfRecord.has(type);
};

/**
 * The permanent identifier (IPP) among CX repetitions: the one of the domain that the sender's setting names; without a setting PI,
 * else MR, else the first that names a record at all.
 */
const permanentAmong = (identifiers: readonly Composite[], mapping: Mapping): Composite | undefined => {
  const domain = mapping.context.sender.hl7?.patientDomain;
  let [record, any]: (Composite | undefined)[] = [];
  for (const one of identifiers) {
    if (!canNameRecord(one)) continue;
    if (domain !== undefined) {
      const { namespace, universal } = authorityIn(one, 4);
      if (namespace === domain || universal === domain) return one;
    } else {
      const type = one.text(5);
      if (type === 'PI') return one;
      if (type === 'MR') record ??= one;
      any ??= one;
    }
  }
  return record ?? any;
};

/** The identifier of senders before v2.3.1, which had one field of their own for it: a billing number names no record there either. */
const formerlyIn = (segment: Segment, field: number): Composite | undefined =>
  valued(segment.repetitions(field)).find(canNameRecord);

const recordOf = (identifier: Composite, mapping: Mapping): RecordKey => {
  const { domain, value } = identified(identifier, mapping);
  return RecordKey.of('Patient', mapping.context.idOf('patient', domain, value));
};

/** Patient record of a PID: by PID-3, or by PID-2 of senders before v2.3.1. */
export const patientOfPid = (pid: Segment, mapping: Mapping): RecordKey | undefined => {
  const identifier = permanentAmong(valued(pid.repetitions(3)), mapping) ?? formerlyIn(pid, 2);
  return identifier && recordOf(identifier, mapping);
};

/**
 * Records of the patient that an MRG names as merged, by MRG-1, or by MRG-4 of senders before v2.3.1. Several permanent identifiers
 * of one domain are several records.
 */
export const patientsOfMrg = (mrg: Segment, mapping: Mapping): readonly RecordKey[] => {
  const identifiers = valued(mrg.repetitions(1));
  const first = permanentAmong(identifiers, mapping) ?? formerlyIn(mrg, 4);
  if (first === undefined) return [];
  const { domain } = identified(first, mapping);
  const others = identifiers.filter(
    (one) => one !== first && one.text(5) === first.text(5) && identified(one, mapping).domain === domain,
  );
  return [...new Set([first, ...others].map((one) => recordOf(one, mapping)))];
};

/** The record that an MRG names first. */
export const patientOfMrg = (mrg: Segment, mapping: Mapping): RecordKey | undefined => patientsOfMrg(mrg, mapping)[0];

/** The identifiers of a PID that have a value: PID-3, or PID-2 where PID-3 has none. */
export const identifiersOfPid = (pid: Segment): { readonly field: number; readonly values: readonly Composite[] } => {
  const third = valued(pid.repetitions(3));
  return third.length > 0 ? { field: 3, values: third } : { field: 2, values: valued(pid.repetitions(2)) };
};
