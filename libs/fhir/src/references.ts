import type { Warning } from '#domain';
import { Failure } from '#domain';
import type { Span } from './json-slices.js';
import { elementsAt, isArrayAt, membersAt, rootOf, stringsWithin } from './json-slices.js';
import type { Splice } from './splice.js';

/** Members of the types Reference, uri, url and uuid by which one resource names another (FHIR R4, section 3.1.0.11.2). */
const referring = new Set(['reference', 'url', 'uri', 'valueUri', 'valueUrl', 'valueUuid']);

/** What a reference may name beside a record: entries of the Bundle that it came in. */
export interface Targets {
  /** What a `fullUrl` became: `urn:uuid:…` to `Patient/4f…`. */
  readonly resolved: ReadonlyMap<string, string>;
  /** `Type/id` of a body that is posted, where no entry leads there: the POST gives it another id. */
  readonly replaced: ReadonlySet<string>;
}

/** Outside of a Bundle a reference stands for itself. */
export const noTargets: Targets = { resolved: new Map(), replaced: new Set() };

export interface References {
  /** What has to be put in so that the references of the Bundle's entries name records. */
  readonly splices: readonly Splice[];
  readonly warnings: readonly Warning[];
}

/** A search in the place of an id, relative or absolute: FHIR R4, section 3.1.0.11.2.3. */
const conditionalType = /^(?:https?:\/\/[^?#]*\/|\/)?([A-Z][A-Za-z]+)\?/;
const version = /\/_history\/[A-Za-z0-9\-.]{1,64}$/;

const sentences = {
  'reference-conditional':
    'a conditional reference is kept as it was sent: which record it means is not known here; send Type/id where it is known',
  'reference-unresolved': 'a urn: reference to nothing in this message is kept as it was sent',
  'reference-replaced':
    'refers to an entry of this Bundle by the id in its body, which the POST replaces: it is kept as it was sent and leads nowhere; give that entry a fullUrl (urn:uuid:…) and refer to it, or PUT it under its id',
} as const;
type Code = keyof typeof sentences;

const codeOf = (reference: string, { replaced }: Targets): Code | undefined => {
  if (conditionalType.test(reference)) return 'reference-conditional';
  if (reference.startsWith('urn:')) return 'reference-unresolved';
  return replaced.has(reference.replace(version, '')) ? 'reference-replaced' : undefined;
};

/**
 * Looks at every reference in `content`, which stands at `location`. A conditional reference to a patient is refused, because the record
 * would be nobody's. What leads to no record stays as sent, with one warning a kind: at the first place, with the number of the others.
 */
export const referencesIn = (content: Uint8Array, targets: Targets, location: string): References => {
  const splices: Splice[] = [];
  const found = new Map<Code, { readonly first: Span; count: number }>();
  const place = (span: Span): string => location + pathTo(content, span);
  for (const { name, span, value } of stringsWithin(content)) {
    const text = value();
    if (text === '' || !referring.has(name())) continue;
    const became = targets.resolved.get(text);
    if (became !== undefined) splices.push({ start: span.start, end: span.end, text: JSON.stringify(became) });
    else if (name() === 'reference') {
      if (conditionalType.exec(text)?.[1] === 'Patient')
        throw new Failure(
          'input.not-supported',
          `${place(span)}: a conditional reference to a Patient is not supported`,
          'refer to Patient/{id}: without it nobody could tell whose record this is',
        );
      const code = codeOf(text, targets);
      const known = code && found.get(code);
      if (known) known.count++;
      else if (code) found.set(code, { first: span, count: 1 });
    }
  }
  const warnings = Array.from(found, ([code, { first, count }]) => ({
    code,
    location: place(first),
    text: sentences[code] + (count > 1 ? ` (and ${count - 1} more)` : ''),
  }));
  return { splices, warnings };
};

const encloses = (outer: Span, inner: Span): boolean => outer.start <= inner.start && inner.end <= outer.end;

/** Where a value stands, as FHIRPath below the root: `.performer[0].reference`. Names that FHIR does not have are not repeated. */
const pathTo = (bytes: Uint8Array, target: Span): string => {
  let path = '';
  let at: Span | undefined = rootOf(bytes);
  while (at && at.start !== target.start) {
    const isArray = isArrayAt(bytes, at);
    const inner: readonly Span[] = isArray ? elementsAt(bytes, at) : membersAt(bytes, at);
    const index = inner.findIndex((one) => encloses(one, target));
    const next: Span | undefined = inner[index];
    const name = next && 'name' in next ? String(next.name) : '';
    if (next) path += isArray ? `[${index}]` : `.${/^_?[A-Za-z][A-Za-z0-9]{0,63}$/.test(name) ? name : '(member)'}`;
    at = next;
  }
  return path;
};
