import { Failure, RecordKey, type Warning } from '#domain';
import { bounded } from './bounded-warnings.js';
import { identityWarnings } from './identity-policy.js';
import { inLanguage, said } from './in-language.js';
import { InvalidContent } from './issue.js';
import { valueAt } from './json-slices.js';
import { checkMediaType } from './media-type.js';
import { occurredAt } from './occurred-at.js';
import { patientOf } from './patient-of.js';
import { readBundle } from './read-bundle.js';
import type { Parts } from './read-resource.js';
import { ownPatient, readResource, remove, scanResource } from './read-resource.js';
import { noTargets, referencesIn } from './references.js';
import type { JsonScan } from './scan-json.js';
import { scanJson } from './scan-json.js';
import { validateTimes } from './validate-resource.js';
import type { WriteContext, WriteRequest, Written } from './write-request.js';
import { conditional, writeTarget } from './write-target.js';

/** Headers that make a write depend on the record's present state. */
const conditionalHeaders = ['if-match', 'if-none-match', 'if-none-exist', 'if-modified-since', 'if-unmodified-since'];

/**
 * A FHIR R4 write as the parts of an event: checked, and with the bytes as they were sent.
 * Throws `input.invalid` (never acceptable), `input.not-supported` (by name) and `refused-by-policy` (the sender's settings).
 */
export const readWrite = (request: WriteRequest, context: WriteContext): Written => {
  const steps = readWriteInSteps(request, context);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
};

/**
 * The same in steps, of which a Bundle has some per entry and all else none: see `readBundle`. What is said of it, in failures and
 * warnings, is in the sender's language.
 */
export function* readWriteInSteps(request: WriteRequest, context: WriteContext): Generator<undefined, Written> {
  const { language } = context.sender;
  try {
    const written = yield* read(request, context);
    const told = (warning: Warning): Warning => ({ ...warning, text: said(warning.text, language) });
    const warnings = written.warnings.map(told);
    const entries = written.entries?.map((entry) =>
      'failure' in entry
        ? { ...entry, failure: inLanguage(entry.failure, language) }
        : { ...entry, ...(entry.warnings && { warnings: entry.warnings.map(told) }) },
    );
    return { ...written, warnings, ...(entries && { entries }) };
  } catch (error) {
    throw Failure.is(error) ? inLanguage(error, language) : error;
  }
}

function* read(request: WriteRequest, context: WriteContext): Generator<undefined, Written> {
  for (const header of conditionalHeaders)
    if (request.headers[header] !== undefined) throw conditional(`the header ${header}`);
  const target = writeTarget(request.path);
  const { method } = request;
  switch (target.kind) {
    case 'base':
      if (method !== 'POST') throw wrongVerb(method, 'the base', 'POST a Bundle');
      checkMediaType('resource', request.headers['content-type']);
      return yield* readBundle(scanJson(request.body), context);
    case 'type': {
      if (method !== 'POST') throw wrongVerb(method, 'a type', 'POST to {Type}, PUT to {Type}/{id}');
      checkMediaType('resource', request.headers['content-type']);
      const assigned = context.newId();
      const written = readResource(
        RecordKey.of(target.type, assigned),
        scanResource(request.body, target.type),
        context,
      );
      return { ...written, label: `POST ${target.type}`, assigned };
    }
    case 'record':
      return writeRecord(request, target.record, context);
  }
}

const wrongVerb = (method: string, where: string, remedy: string): Failure =>
  new Failure('input.not-supported', `${method} on ${where} is not supported`, remedy);

const writeRecord = (request: WriteRequest, record: RecordKey, context: WriteContext): Written => {
  const type = RecordKey.type(record);
  switch (request.method) {
    case 'PUT': {
      checkMediaType('resource', request.headers['content-type']);
      const scan = scanResource(request.body, type);
      checkOwnMember(scan, 'id', RecordKey.id(record));
      return { ...readResource(record, scan, context), label: `PUT ${type}` };
    }
    case 'DELETE':
      return { changes: [remove(record)], label: `DELETE ${type}`, warnings: [] };
    case 'PATCH':
      checkMediaType('patch', request.headers['content-type']);
      return { ...readPatch(record, scanResource(request.body, type), context), label: `PATCH ${type}` };
    case 'POST':
      throw wrongVerb('POST', 'a record', 'PUT it, or POST to {Type}');
  }
};

const checkOwnMember = (scan: JsonScan, name: 'id' | 'resourceType', expected: string): void => {
  const member = scan.members.get(name);
  if (member && valueAt(scan.bytes, member) !== expected)
    throw new Failure(
      'input.invalid',
      `$.${name}: not the one of the URL`,
      `send the same ${name} in both, or leave it out of the body`,
    );
};

/** RFC 7396. What it makes of the record is known only to the fold, so that only its times are validated here. */
const readPatch = (record: RecordKey, scan: JsonScan, context: WriteContext): Parts => {
  const type = RecordKey.type(record);
  checkOwnMember(scan, 'id', RecordKey.id(record));
  checkOwnMember(scan, 'resourceType', type);
  const patch = valueAt(scan.bytes, scan.root);
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch))
    throw new Failure(
      'input.invalid',
      '$: a merge patch of a resource is an object',
      'send {"member": value} (RFC 7396)',
    );
  const wrong = validateTimes(type, patch);
  if (wrong.length > 0) throw new InvalidContent(wrong);
  const content = scan.bytes.subarray(scan.root.start, scan.root.end);
  const references = referencesIn(content, noTargets, type);
  const occurred = occurredAt(type, patch);
  return {
    changes: [{ kind: 'merge-patch', record, ...ownPatient(record, patientOf(type, content)), content }],
    warnings: bounded([
      ...references.warnings,
      ...identityWarnings({ ...patch, resourceType: type }, context.sender, type),
    ]),
    ...(occurred !== undefined && { occurredAt: occurred }),
  };
};
