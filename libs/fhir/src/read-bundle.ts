import type { Change, Instant, Warning } from '#domain';
import { Failure, RecordKey } from '#domain';
import type { Span } from './json-slices.js';
import { elementsAt, findMembers, isObjectAt, memberNames, valueAt } from './json-slices.js';
import { occurredAt } from './occurred-at.js';
import { patientOf } from './patient-of.js';
import { checkedResource, ownPatient, remove } from './read-resource.js';
import { referencesIn } from './references.js';
import { resourceTypes } from './resource-types.js';
import type { JsonScan } from './scan-json.js';
import { spliced } from './splice.js';
import type { WriteContext, Written, WrittenEntry } from './write-request.js';
import { conditional, writeTarget } from './write-target.js';

/** How each type of Bundle is taken. The others are refused by name. */
export const bundleTypes = { transaction: 'requests', batch: 'requests', message: 'puts', collection: 'puts' } as const;
type BundleType = keyof typeof bundleTypes;
const isBundleType = (type: unknown): type is BundleType =>
  typeof type === 'string' && Object.hasOwn(bundleTypes, type);
const otherBundleTypes = ['document', 'searchset', 'history', 'transaction-response', 'batch-response'];

/** One entry, before references are resolved. */
interface Entry {
  readonly location: string;
  readonly record: RecordKey;
  readonly status: WrittenEntry['status'];
  readonly fullUrl: string;
  /** Absent: the entry deletes. */
  readonly content?: Uint8Array;
  readonly resource?: unknown;
}

type Loose = Readonly<Record<string, unknown>>;
const isLoose = (value: unknown): value is Loose =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const invalid = (location: string, what: string, remedy: string): Failure =>
  new Failure('input.invalid', `${location}: ${what}`, remedy);

/**
 * A Bundle as one event: all of its entries or none, in a batch too, because one message is one event. An entry that is invalid
 * refuses the whole, and is named. Yields between entries: a large Bundle takes seconds, and its caller may let others go first.
 */
export function* readBundle(scan: JsonScan, context: WriteContext): Generator<undefined, Written> {
  const { bytes, members } = scan;
  const member = (name: string): unknown => {
    const span = members.get(name);
    return span && valueAt(bytes, span);
  };
  if (member('resourceType') !== 'Bundle')
    throw invalid('$.resourceType', 'not a Bundle', 'POST a Bundle to the base, a resource to {Type}');
  const type = member('type');
  if (!isBundleType(type)) throw wrongType(type);
  const entrySpan = members.get('entry');
  const entries: Entry[] = [];
  for (const [index, span] of (entrySpan ? elementsAt(bytes, entrySpan) : []).entries()) {
    entries.push(readEntry({ bytes, span, index, type }, context));
    yield;
  }
  if (entries.length === 0) throw invalid('Bundle.entry', 'no entry', 'send at least one');
  refuseTwice(entries);
  return { ...(yield* assemble(entries, context)), label: `Bundle ${type}` };
}

const wrongType = (type: unknown): Failure =>
  typeof type === 'string' && otherBundleTypes.includes(type)
    ? new Failure(
        'input.not-supported',
        `a Bundle of type ${type} is not supported here`,
        'send a transaction, batch, message or collection; to store the Bundle itself, PUT Bundle/{id}',
      )
    : invalid('Bundle.type', 'not a type of Bundle', 'send a transaction, batch, message or collection');

const entryMembers = memberNames('resource', 'fullUrl', 'request');

interface RawEntry {
  readonly bytes: Uint8Array;
  readonly span: Span;
  readonly index: number;
  readonly type: BundleType;
}

const readEntry = ({ bytes, span, index, type }: RawEntry, context: WriteContext): Entry => {
  const location = `Bundle.entry[${index}]`;
  if (!isObjectAt(bytes, span)) throw invalid(location, 'not an object', 'send entries with a resource and a request');
  const slice = bytes.subarray(span.start, span.end);
  const [resourceSpan, fullUrlSpan, requestSpan] = findMembers(slice, entryMembers);
  const fullUrl = fullUrlSpan ? text(valueAt(slice, fullUrlSpan)) : '';
  const resource = resourceSpan && valueAt(slice, resourceSpan);
  const content = resourceSpan && slice.subarray(resourceSpan.start, resourceSpan.end);
  if (bundleTypes[type] === 'requests') {
    const request = requestSpan && valueAt(slice, requestSpan);
    const target = requested({ location, request, fullUrl }, context);
    if (target.status === '204') return { location, fullUrl, ...target };
    if (!content) throw invalid(location, 'no resource', 'send the resource, or DELETE');
    return { location, fullUrl, ...target, content, resource };
  }
  if (!content) throw invalid(location, 'no resource', 'send the resource');
  return {
    location,
    fullUrl,
    record: putKey({ location, resource, fullUrl }, context),
    status: '200',
    content,
    resource,
  };
};

const conditions = ['ifNoneExist', 'ifMatch', 'ifNoneMatch', 'ifModifiedSince'];

/** The id of what is created: by the `urn:uuid` that its sender calls it, so that sent twice is once; random without one. */
const newKey = (type: string, fullUrl: string, context: WriteContext): RecordKey =>
  RecordKey.of(
    type,
    fullUrl.startsWith('urn:') ? context.derivedId(fullUrl.replace(/^urn:uuid:/, '')) : context.newId(),
  );

const requested = (
  entry: { readonly location: string; readonly request: unknown; readonly fullUrl: string },
  context: WriteContext,
): Pick<Entry, 'record' | 'status'> => {
  const { location, request, fullUrl } = entry;
  if (!isLoose(request)) throw invalid(location, 'no request', 'send request.method and request.url');
  for (const name of conditions) if (request[name] !== undefined) throw conditional(`${location}.request.${name}`);
  const target = writeTarget(text(request['url']));
  switch (request['method']) {
    case 'PUT':
      if (target.kind === 'record') return { record: target.record, status: '200' };
      throw invalid(`${location}.request.url`, 'a PUT names a record', 'for example Patient/123');
    case 'DELETE':
      if (target.kind === 'record') return { record: target.record, status: '204' };
      throw invalid(`${location}.request.url`, 'a DELETE names a record', 'for example Patient/123');
    case 'POST':
      if (target.kind === 'type') return { record: newKey(target.type, fullUrl, context), status: '201' };
      throw invalid(`${location}.request.url`, 'a POST names a type', 'for example Patient');
    default:
      throw new Failure(
        'input.not-supported',
        `${location}.request.method: only PUT, POST and DELETE are supported in a Bundle`,
        'send reads to a reader, patches as PATCH {Type}/{id}',
      );
  }
};

/** In a message or collection a resource is put under its own id; without one under its `fullUrl`. */
const putKey = (
  entry: { readonly location: string; readonly resource: unknown; readonly fullUrl: string },
  context: WriteContext,
): RecordKey => {
  const { location, resource, fullUrl } = entry;
  const type = isLoose(resource) ? text(resource['resourceType']) : '';
  if (!resourceTypes.has(type))
    throw invalid(`${location}.resource.resourceType`, 'no resource type of FHIR R4', 'send an R4 resource');
  const id = isLoose(resource) ? resource['id'] : undefined;
  if (id !== undefined) return RecordKey.parse(`${type}/${text(id)}`);
  const own = endOf(fullUrl);
  return own !== undefined && RecordKey.type(own) === type ? own : newKey(type, fullUrl, context);
};

/** `Type/id` at the end of an absolute URL. */
const endOf = (url: string): RecordKey | undefined => {
  const end = /^https?:\/\/.*\/([A-Z][A-Za-z]+\/[A-Za-z0-9\-.]{1,64})$/.exec(url)?.[1];
  return end === undefined ? undefined : RecordKey.parse(end);
};

/** A record has at most one version per event; FHIR R4, section 3.1.0.11.2, forbids it too. */
const refuseTwice = (entries: readonly Entry[]): void => {
  const records = new Set<string>();
  const urls = new Set<string>();
  for (const { record, fullUrl, location } of entries) {
    if (records.has(record)) throw invalid(location, 'the same record as an earlier entry', 'send each record once');
    if (fullUrl !== '' && urls.has(fullUrl))
      throw invalid(location, 'the fullUrl of an earlier entry', 'send each once');
    records.add(record);
    urls.add(fullUrl);
  }
};

/** What each `fullUrl` became, where a reference as it was sent would not lead there. */
const resolvedUrls = (entries: readonly Entry[]): ReadonlyMap<string, string> => {
  const resolved = new Map<string, string>();
  for (const { fullUrl, record } of entries) {
    const own = endOf(fullUrl);
    if (own === record || fullUrl === '') continue;
    resolved.set(fullUrl, record);
    // FHIR R4, section 2.36.4.1: a relative reference is read against the fullUrl of its entry.
    if (own !== undefined) resolved.set(own, record);
  }
  return resolved;
};

/** They stand in the event's header, which every follower reads. */
const maxWarnings = 100;
const bounded = (warnings: readonly Warning[]): readonly Warning[] =>
  warnings.length <= maxWarnings
    ? warnings
    : [
        ...warnings.slice(0, maxWarnings),
        { code: 'more-warnings', location: '', text: `and ${warnings.length - maxWarnings} more` },
      ];

function* assemble(entries: readonly Entry[], context: WriteContext): Generator<undefined, Omit<Written, 'label'>> {
  const resolved = resolvedUrls(entries);
  const warnings: Warning[] = [];
  const changes: Change[] = [];
  let occurred: Instant | undefined;
  for (const { record, location, content: sent, resource } of entries) {
    if (!sent) {
      changes.push(remove(record));
      continue;
    }
    yield;
    const type = RecordKey.type(record);
    const where = `${location}.resource`;
    warnings.push(...checkedResource(type, resource, context, where));
    const references = referencesIn(sent, resolved, where);
    warnings.push(...references.warnings);
    const content = references.splices.length === 0 ? sent : spliced(sent, references.splices);
    const own = occurredAt(type, resource);
    if (own !== undefined && (occurred === undefined || own > occurred)) occurred = own;
    changes.push({ kind: 'put', record, ...ownPatient(record, patientOf(type, content)), content });
  }
  return {
    changes,
    warnings: bounded(warnings),
    entries: entries.map(({ record, status }) => ({ record, status })),
    ...(occurred !== undefined && { occurredAt: occurred }),
  };
}
