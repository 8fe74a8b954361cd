import type { RecordKey } from '#domain';
import { Instant } from '#domain';
import type { OperationOutcome } from './operation-outcome.js';

/** The links of a page. `next` is absent on the last one. */
export interface Links {
  readonly self: string;
  readonly next?: string;
}

export interface SearchEntry {
  readonly fullUrl: string;
  /** As `withMeta` gives it. */
  readonly content: Uint8Array;
}

export interface HistoryEntry {
  readonly fullUrl: string;
  readonly record: RecordKey;
  readonly versionId: string;
  readonly recordedAt: Instant;
  /** As `withMeta` gives it; absent: this version deletes. */
  readonly content?: Uint8Array;
}

const comma = Buffer.from(',');
const end = Buffer.from(']}');

/** Contents are joined as bytes, so that no number is written anew. */
const bundle = (head: Readonly<Record<string, unknown>>, entries: readonly (readonly Uint8Array[])[]): Buffer => {
  const opening = JSON.stringify({ resourceType: 'Bundle', ...head });
  // An empty array is no valid FHIR: without entries there is no `entry`.
  if (entries.length === 0) return Buffer.from(opening);
  const parts: Uint8Array[] = [Buffer.from(`${opening.slice(0, -1)},"entry":[`)];
  for (const [index, entry] of entries.entries()) {
    if (index > 0) parts.push(comma);
    parts.push(...entry);
  }
  return Buffer.concat([...parts, end]);
};

const linksOf = ({ self, next }: Links): readonly { readonly relation: string; readonly url: string }[] => [
  { relation: 'self', url: self },
  ...(next === undefined ? [] : [{ relation: 'next', url: next }]),
];

/** FHIR R4, section 3.1.1.4.1. `outcome` says what was left out of the search. */
export const searchset = (page: {
  readonly links: Links;
  readonly total?: number;
  readonly entries: readonly SearchEntry[];
  readonly outcome?: OperationOutcome;
}): Buffer => {
  const matches = page.entries.map(({ fullUrl, content }) => [
    Buffer.from(`{"fullUrl":${JSON.stringify(fullUrl)},"resource":`),
    content,
    Buffer.from(',"search":{"mode":"match"}}'),
  ]);
  const outcome = page.outcome
    ? [[Buffer.from(JSON.stringify({ resource: page.outcome, search: { mode: 'outcome' } }))]]
    : [];
  return bundle(
    { type: 'searchset', ...(page.total !== undefined && { total: page.total }), link: linksOf(page.links) },
    [...matches, ...outcome],
  );
};

/** FHIR R4, section 3.1.0.15: newest first, a deletion is an entry without a resource. */
export const history = (page: {
  readonly links: Links;
  readonly total?: number;
  readonly entries: readonly HistoryEntry[];
}): Buffer =>
  bundle(
    { type: 'history', ...(page.total !== undefined && { total: page.total }), link: linksOf(page.links) },
    page.entries.map(({ fullUrl, record, versionId, recordedAt, content }) => {
      const method = content ? 'PUT' : 'DELETE';
      const tail = {
        request: { method, url: record },
        response: {
          status: content ? '200' : '204',
          etag: `W/"${versionId}"`,
          lastModified: Instant.iso(recordedAt),
        },
      };
      const url = `{"fullUrl":${JSON.stringify(fullUrl)},`;
      const rest = JSON.stringify(tail).slice(1);
      return content ? [Buffer.from(`${url}"resource":`), content, Buffer.from(`,${rest}`)] : [Buffer.from(url + rest)];
    }),
  );

/** What became of one entry: written, perhaps with something worth saying of it, or refused. */
export interface ResponseEntry {
  readonly status: string;
  /** Absent where the entry was refused. */
  readonly record?: RecordKey;
  readonly outcome?: OperationOutcome;
}

/** The answer to a Bundle. Locations have no version: durable is not yet visible. */
export const writeResponse = (type: 'transaction' | 'batch', base: string, entries: readonly ResponseEntry[]): Buffer =>
  bundle(
    { type: `${type}-response` },
    entries.map(({ status, record, outcome }) => {
      const location = record !== undefined && status !== '204' && { location: `${base}/${record}` };
      return [Buffer.from(JSON.stringify({ response: { status, ...location, ...(outcome && { outcome }) } }))];
    }),
  );
