import type { Warning } from '#domain';
import { Failure } from '#domain';
import { stringsWithin } from './json-slices.js';
import type { Splice } from './splice.js';

/** Members of the types Reference, uri, url and uuid by which one resource names another (FHIR R4, section 3.1.0.11.2). */
const referring = new Set(['reference', 'url', 'uri', 'valueUri', 'valueUrl', 'valueUuid']);

/** Outside of a Bundle a reference stands for itself. */
export const noReferences: ReadonlyMap<string, string> = new Map();

export interface References {
  /** What has to be put in so that the references of the Bundle's entries name records. */
  readonly splices: readonly Splice[];
  readonly warnings: readonly Warning[];
}

/**
 * Looks at every reference in `content`. `resolved` tells what a `fullUrl` of the Bundle became: `urn:uuid:…` to `Patient/4f…`.
 * A conditional reference to a patient is refused, because the record would be nobody's; others stay as sent, with a warning.
 */
export const referencesIn = (
  content: Uint8Array,
  resolved: ReadonlyMap<string, string>,
  location: string,
): References => {
  const splices: Splice[] = [];
  const warnings = new Map<string, Warning>();
  const warn = (code: string, text: string): void => {
    warnings.set(code, { code, location, text });
  };
  for (const { name, span, value } of stringsWithin(content)) {
    const text = value();
    if (text === '' || !referring.has(name())) continue;
    const became = resolved.get(text);
    if (became !== undefined) splices.push({ start: span.start, end: span.end, text: JSON.stringify(became) });
    else if (name() !== 'reference') continue;
    else if (text.startsWith('Patient?'))
      throw new Failure(
        'input.not-supported',
        `${location}: a conditional reference to a Patient is not supported`,
        'refer to Patient/{id}: without it nobody could tell whose record this is',
      );
    else if (/^[A-Z][A-Za-z]+\?/.test(text))
      warn('reference-conditional', 'a conditional reference is kept as it was sent and is not resolved');
    else if (text.startsWith('urn:'))
      warn('reference-unresolved', 'a urn: reference to nothing in this message is kept as it was sent');
  }
  return { splices, warnings: [...warnings.values()] };
};
