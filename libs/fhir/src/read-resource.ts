import type { Change, Warning } from '#domain';
import { Failure, RecordKey } from '#domain';
import { bounded } from './bounded-warnings.js';
import { identityWarnings } from './identity-policy.js';
import { InvalidContent } from './issue.js';
import { hasMoreValues, valueAt } from './json-slices.js';
import { occurredAt } from './occurred-at.js';
import { patientOf } from './patient-of.js';
import { noTargets, referencesIn } from './references.js';
import { type JsonScan, scanJson } from './scan-json.js';
import { validateResource } from './validate-resource.js';
import type { WriteContext, Written } from './write-request.js';

export const remove = (record: RecordKey): Change => ({
  kind: 'remove',
  record,
  ...(RecordKey.type(record) === 'Patient' && { patient: record }),
});

export type Parts = Pick<Written, 'changes' | 'warnings' | 'occurredAt'>;

/** A resource under its key: validated, its references looked at, its content a slice of the received bytes. */
export const readResource = (record: RecordKey, scan: JsonScan, context: WriteContext): Parts => {
  const type = RecordKey.type(record);
  const resource = valueAt(scan.bytes, scan.root);
  const warnings = checkedResource(type, resource, context, type);
  const content = scan.bytes.subarray(scan.root.start, scan.root.end);
  const references = referencesIn(content, noTargets, type);
  const patient = patientOf(type, content);
  const occurred = occurredAt(type, resource);
  return {
    changes: [{ kind: 'put', record, ...ownPatient(record, patient), content }],
    warnings: bounded([...warnings, ...references.warnings]),
    ...(occurred !== undefined && { occurredAt: occurred }),
  };
};

/** The patient that a change is about: itself when it is one. */
export const ownPatient = (record: RecordKey, patient: RecordKey | undefined): { readonly patient?: RecordKey } => {
  const own = RecordKey.type(record) === 'Patient' ? record : patient;
  return own === undefined ? {} : { patient: own };
};

/**
 * Validating takes 11 us a value and cannot be interrupted: a resource of two million would keep everybody waiting for half a minute.
 * A CT of 5 000 slices as one ImagingStudy has 30 000.
 * @limit FHIR | values in one resource | 422
 */
const resourceValuesMax = 50_000;

/** Before anything is made of the bytes: to make two million values and then to count them would take half a second. */
export const checkValueCount = (bytes: Uint8Array, location: string): void => {
  if (hasMoreValues(bytes, resourceValuesMax))
    throw new Failure(
      'input.invalid',
      `${location}: more than ${resourceValuesMax} values in one resource`,
      'split the resource',
    );
};

/** A body that is one resource, or the merge patch of one. */
export const scanResource = (body: Uint8Array, type: string): JsonScan => {
  checkValueCount(body, type);
  return scanJson(body);
};

/** Throws `InvalidContent` with every error; gives what is only worth saying. `location` is where the resource stands. */
export const checkedResource = (
  type: string,
  resource: unknown,
  context: WriteContext,
  location: string,
): readonly Warning[] => {
  const issues = validateResource(type, resource).map((issue) => ({
    ...issue,
    location: location === type ? issue.location : issue.location.replace(type, location),
  }));
  if (issues.some((issue) => issue.severity === 'error')) throw new InvalidContent(issues);
  return [
    ...issues.map(({ text, location: where }) => ({ code: 'fhir-doubtful', location: where, text })),
    ...identityWarnings(resource, context.sender, location),
  ];
};
