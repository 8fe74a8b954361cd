import { RecordKey } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { authorityIn, domainOf } from './authority.js';
import { identifiedPatient, insKindAt, isIns } from './identifier.js';
import type { Mapping } from './mapping.js';

/** Identifiers of the person, the insured, the account or the visit: none of them names a patient's record. */
const notOfRecord = new Set(['NH', 'NSS', 'VN', 'AN', 'SS', 'SSN']);

const valued = (identifiers: readonly Composite[]): readonly Composite[] =>
  identifiers.filter((identifier) => identifier.text(1) !== '');

/** Under the OIDs of the INS stands the INS, or without a type code perhaps the billing number: never a record's. */
const canNameRecord = (identifier: Composite, mapping: Mapping): boolean => {
  const type = identifier.text(5);
  if (type === '') return insKindAt(identifier, mapping) === undefined;
  return !isIns(identifier) && !notOfRecord.has(type);
};

/** How well a type code says that the identifier is the IPP. */
const rankOf = (identifier: Composite): number => {
  const type = identifier.text(5);
  if (type === 'PI') return 0;
  if (type === 'MR') return 1;
  return type === 'MRN' || type === 'MRT' ? 2 : 3;
};

const isSame = (one: Composite, other: Composite, mapping: Mapping): boolean => {
  const [a, b] = [identifiedPatient(one, mapping), identifiedPatient(other, mapping)];
  return a.value === b.value && a.domain === b.domain;
};

/** Is it of the authority that the sender's profile names for its patients, whether it tells it or leaves it out? */
const isOfOwnDomain = (identifier: Composite, own: string, mapping: Mapping): boolean => {
  const { namespace, universal } = authorityIn(identifier, 4);
  if (namespace === own || universal === own) return true;
  return identifiedPatient(identifier, mapping).domain === domainOf({ namespace: own, universal: '' }, mapping);
};

/** Of several the one with the better type, else the one that comes first by its text: the order in the message says nothing. */
const firstOf = (identifiers: readonly Composite[]): Composite | undefined =>
  identifiers.toSorted((a, b) => rankOf(a) - rankOf(b) || (a.text(1) < b.text(1) ? -1 : 1))[0];

/**
 * The permanent identifier (IPP) among CX repetitions: the one of the domain that the sender's profile names; without one the first PI,
 * else the first MR, else the first that names a record at all, whatever the order: another choice would give records that are known
 * other ids. `rivals`: others that could be it as well.
 */
const permanentAmong = (
  identifiers: readonly Composite[],
  mapping: Mapping,
): { readonly permanent: Composite | undefined; readonly rivals: readonly Composite[] } => {
  const own = mapping.authorities.ownOf('patient');
  const candidates = identifiers.filter(
    (one) => canNameRecord(one, mapping) && (own === undefined || isOfOwnDomain(one, own, mapping)),
  );
  const permanent =
    own === undefined
      ? (candidates.find((one) => rankOf(one) === 0) ?? candidates.find((one) => rankOf(one) === 1) ?? candidates[0])
      : firstOf(candidates);
  if (permanent === undefined || candidates.length === 1) return { permanent, rivals: [] };
  const rivals = candidates.filter((one) => rankOf(one) <= rankOf(permanent) && !isSame(one, permanent, mapping));
  return { permanent, rivals };
};

/** The identifier of senders before v2.3.1, which had one field of their own for it: a billing number names no record there either. */
const formerlyIn = (segment: Segment, field: number, mapping: Mapping): Composite | undefined =>
  valued(segment.repetitions(field)).find((one) => canNameRecord(one, mapping));

const recordOf = (identifier: Composite, mapping: Mapping): RecordKey => {
  const { domain, value } = identifiedPatient(identifier, mapping);
  return RecordKey.of('Patient', mapping.context.idOf('patient', domain, value));
};

const placeOf = (segment: Segment, field: number): string =>
  segment.sequence === 1 ? `${segment.name}-${field}` : `${segment.name}[${segment.sequence}]-${field}`;

/** Patient record of a PID: by PID-3, or by PID-2 of senders before v2.3.1. */
export const patientOfPid = (pid: Segment, mapping: Mapping): RecordKey | undefined => {
  const { permanent, rivals } = permanentAmong(valued(pid.repetitions(3)), mapping);
  if (rivals.length > 0) mapping.warn('identifiers-several', placeOf(pid, 3));
  const identifier = permanent ?? formerlyIn(pid, 2, mapping);
  return identifier && recordOf(identifier, mapping);
};

/**
 * Records of the patient that an MRG names as merged, by MRG-1, or by MRG-4 of senders before v2.3.1. Several permanent identifiers
 * of one domain are several records.
 */
export const patientsOfMrg = (mrg: Segment, mapping: Mapping): readonly RecordKey[] => {
  const identifiers = valued(mrg.repetitions(1));
  const { permanent, rivals } = permanentAmong(identifiers, mapping);
  const first = permanent ?? formerlyIn(mrg, 4, mapping);
  if (first === undefined) return [];
  const { domain } = identifiedPatient(first, mapping);
  const isOther = (one: Composite): boolean =>
    one.text(5) === first.text(5) && identifiedPatient(one, mapping).domain === domain;
  if (rivals.some((one) => !isOther(one))) mapping.warn('identifiers-several', placeOf(mrg, 1));
  const others = identifiers.filter((one) => one !== first && isOther(one));
  return [...new Set([first, ...others].map((one) => recordOf(one, mapping)))];
};

/** The record that an MRG names first. */
export const patientOfMrg = (mrg: Segment, mapping: Mapping): RecordKey | undefined => patientsOfMrg(mrg, mapping)[0];

/** The identifiers of a PID that have a value: PID-3, or PID-2 where PID-3 has none. */
export const identifiersOfPid = (pid: Segment): { readonly field: number; readonly values: readonly Composite[] } => {
  const third = valued(pid.repetitions(3));
  return third.length > 0 ? { field: 3, values: third } : { field: 2, values: valued(pid.repetitions(2)) };
};
