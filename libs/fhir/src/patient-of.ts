import { RecordKey } from '#domain';
import { findMembers, memberNames, valueAt } from './json-slices.js';
import { patientPaths } from './resource-types.js';

/** Relative (`Patient/x`), absolute (`http://host/fhir/Patient/x`), with or without a version. */
const patientReference = /(?:^|\/)Patient\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

export const patientOfReference = (reference: string): RecordKey | undefined => {
  const id = patientReference.exec(reference)?.[1];
  return id === undefined ? undefined : RecordKey.of('Patient', id);
};

interface Path {
  readonly names: readonly Uint8Array[];
  readonly inner: string | undefined;
}
const paths: ReadonlyMap<string, Path> = new Map(
  Array.from(patientPaths, ([type, path]) => {
    const [outer = '', inner] = path.split('.');
    return [type, { names: memberNames(outer), inner }] as const;
  }),
);

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;

/**
 * The patient that a record refers to, in the member that its type has for it; of a Patient none (it is its own, by its key).
 * A record that names several (an account of a family) belongs to none of them.
 */
export const patientOf = (type: string, content: Uint8Array): RecordKey | undefined => {
  const path = paths.get(type);
  const span = path && findMembers(content, path.names)[0];
  if (!path || !span) return undefined;
  const value = valueAt(content, span);
  const found = new Set<RecordKey>();
  for (const element of Array.isArray(value) ? value : [value]) {
    const reference = member(path.inner === undefined ? element : member(element, path.inner), 'reference');
    const patient = typeof reference === 'string' ? patientOfReference(reference) : undefined;
    if (patient) found.add(patient);
  }
  return found.size === 1 ? [...found][0] : undefined;
};
