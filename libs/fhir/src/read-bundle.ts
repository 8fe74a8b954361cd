import type { Change, Instant, Warning } from '#domain';
import { Failure, RecordKey } from '#domain';
import { bounded } from './bounded-warnings.js';
import type { Span } from './json-slices.js';
import { elementsAt, findMembers, isObjectAt, memberNames, valueAt } from './json-slices.js';
import { occurredAt } from './occurred-at.js';
import { patientOf } from './patient-of.js';
import { checkedResource, checkValueCount, ownPatient, remove } from './read-resource.js';
import { referencesIn, type Targets } from './references.js';
import { resourceTypes } from './resource-types.js';
import type { JsonScan } from './scan-json.js';
import { spliced } from './splice.js';
import type { RefusedEntry, WriteContext, Written, WrittenEntry } from './write-request.js';
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
  /** The whole entry as it was sent. */
  readonly bytes: Uint8Array;
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

/** Reads one entry, or takes note that it is refused; see `readBundle`. */
type Judge = <T>(bytes: Uint8Array, read: () => T) => T | RefusedEntry;

const together: Judge = (_bytes, read) => read();

/** FHIR R4, section 3.1.0.11.1: the entries of a batch are independent of each other. */
const alone: Judge = (bytes, read) => {
  try {
    return read();
  } catch (failure) {
    if (Failure.is(failure)) return { failure, bytes };
    throw failure;
  }
};

const isRefused = (entry: object): entry is RefusedEntry => 'failure' in entry;

/**
 * A Bundle as one event. Of a transaction, message or collection it is all entries or none: one that is invalid refuses the whole, and
 * is named. Of a batch it is those that are good; the others are refused each by itself, unless none is good.
 * Yields between entries: a large Bundle takes seconds, and its caller may let others go first.
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
  const judge = type === 'batch' ? alone : together;
  const once = new Once();
  const entries: (Entry | RefusedEntry)[] = [];
  const spans = entrySpan ? elementsAt(bytes, entrySpan, entriesMax + 1) : [];
  if (spans.length > entriesMax)
    throw new Failure('input.too-large', `Bundle.entry: more than ${entriesMax} entries`, 'split the Bundle');
  for (const [index, span] of spans.entries()) {
    const read = (): Entry => once.checked(readEntry({ bytes, span, index, type }, context));
    entries.push(judge(bytes.subarray(span.start, span.end), read));
    yield;
  }
  if (entries.length === 0) throw invalid('Bundle.entry', 'no entry', 'send at least one');
  return { ...(yield* assemble(entries, judge, context)), label: `Bundle ${type}` };
}

const wrongType = (type: unknown): Failure =>
  typeof type === 'string' && otherBundleTypes.includes(type)
    ? new Failure(
        'input.not-supported',
        `a Bundle of type ${type} is not supported here`,
        'send a transaction, batch, message or collection; to store the Bundle itself, PUT Bundle/{id}',
      )
    : invalid('Bundle.type', 'not a type of Bundle', 'send a transaction, batch, message or collection');

/**
 * Each is a change, or a refusal with its own reason: half a million that are empty (1.5 MB) would take a gigabyte and half a minute.
 * @limit FHIR | entries in one Bundle | 413
 */
const entriesMax = 20_000;

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
  checkValueCount(slice, location);
  const [resourceSpan, fullUrlSpan, requestSpan] = findMembers(slice, entryMembers);
  const fullUrl = fullUrlSpan ? text(valueAt(slice, fullUrlSpan)) : '';
  const resource = resourceSpan && valueAt(slice, resourceSpan);
  const content = resourceSpan && slice.subarray(resourceSpan.start, resourceSpan.end);
  if (bundleTypes[type] === 'requests') {
    const request = requestSpan && valueAt(slice, requestSpan);
    const target = requested({ location, request, fullUrl }, context);
    if (target.status === '204') return { location, bytes: slice, fullUrl, ...target };
    if (!content) throw invalid(location, 'no resource', 'send the resource, or DELETE');
    return { location, bytes: slice, fullUrl, ...target, content, resource };
  }
  if (!content) throw invalid(location, 'no resource', 'send the resource');
  return {
    location,
    bytes: slice,
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
class Once {
  private readonly records = new Set<string>();
  private readonly urls = new Set<string>();

  checked(entry: Entry): Entry {
    const { record, fullUrl, location } = entry;
    if (this.records.has(record))
      throw invalid(location, 'the same record as an earlier entry', 'send each record once');
    if (fullUrl !== '' && this.urls.has(fullUrl))
      throw invalid(location, 'the fullUrl of an earlier entry', 'send each once');
    this.records.add(record);
    this.urls.add(fullUrl);
    return entry;
  }
}

/** What references may lead to: `Type/id` of a posted body leads nowhere unless an entry is written, or called, so. */
const targetsOf = (entries: readonly Entry[]): Targets => {
  const resolved = resolvedUrls(entries);
  const records = new Set<string>(entries.map(({ record }) => record));
  const replaced = entries
    .filter(({ status }) => status === '201')
    .flatMap(({ record, resource }) => {
      const id = isLoose(resource) ? text(resource['id']) : '';
      return id === '' ? [] : [`${RecordKey.type(record)}/${id}`];
    });
  return { resolved, replaced: new Set(replaced.filter((key) => !records.has(key) && !resolved.has(key))) };
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

/**
 * Of all entries together, in the answer: behind them an entry only says how many it has.
 * @limit FHIR | warnings told in the answer to a Bundle | an entry says how many it has
 */
const maxToldWarnings = 1_000;

/** What one entry is of the event. */
interface Part {
  readonly change: Change;
  readonly warnings: readonly Warning[];
  readonly occurred?: Instant;
}

const partOf = (entry: Entry, targets: Targets, context: WriteContext): Part => {
  const { record, location, content: sent, resource } = entry;
  if (!sent) return { change: remove(record), warnings: [] };
  const type = RecordKey.type(record);
  const where = `${location}.resource`;
  const doubts = checkedResource(type, resource, context, where);
  const { splices, warnings } = referencesIn(sent, targets, where);
  const content = splices.length === 0 ? sent : spliced(sent, splices);
  const occurred = occurredAt(type, resource);
  return {
    change: { kind: 'put', record, ...ownPatient(record, patientOf(type, content)), content },
    warnings: [...doubts, ...warnings],
    ...(occurred !== undefined && { occurred }),
  };
};

/** Refused entries count among those that references lead to: once they are sent as they ought to be, their ids are the same. */
function* assemble(
  entries: readonly (Entry | RefusedEntry)[],
  judge: Judge,
  context: WriteContext,
): Generator<undefined, Omit<Written, 'label'>> {
  const targets = targetsOf(entries.filter((entry): entry is Entry => !isRefused(entry)));
  const warnings: Warning[] = [];
  const changes: Change[] = [];
  const written: (WrittenEntry | RefusedEntry)[] = [];
  let occurred: Instant | undefined;
  let tellable = maxToldWarnings;
  for (const entry of entries) {
    const part = isRefused(entry) ? entry : judge(entry.bytes, () => partOf(entry, targets, context));
    if (isRefused(entry)) written.push(entry);
    else if (isRefused(part)) written.push(part);
    else {
      const told = bounded(part.warnings, tellable);
      tellable -= told.length;
      written.push({ record: entry.record, status: entry.status, ...(told.length > 0 && { warnings: told }) });
      changes.push(part.change);
      warnings.push(...part.warnings);
      if (part.occurred !== undefined && (occurred === undefined || part.occurred > occurred)) occurred = part.occurred;
    }
    yield;
  }
  const [first] = written;
  if (changes.length === 0 && first && isRefused(first)) throw first.failure;
  return {
    changes,
    warnings: bounded(warnings),
    entries: written,
    ...(occurred !== undefined && { occurredAt: occurred }),
  };
}
