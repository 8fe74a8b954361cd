import { Failure } from '#domain';

const resourceTypes = new Set(['application/fhir+json', 'application/json', 'application/json+fhir', 'text/json']);
export const patchTypes: ReadonlySet<string> = new Set(['application/merge-patch+json']);

/** Refused by name, each with what to send instead. */
const refusedNames: readonly (readonly [string, string])[] = [
  ['application/json-patch+json', 'JSON Patch (RFC 6902)'],
  ['application/fhir+json', 'FHIRPath Patch'],
  ['xml', 'XML'],
];

const parameter = (header: string, name: string): string | undefined =>
  new RegExp(`;\\s*${name}\\s*=\\s*"?([^";]+)"?`, 'i').exec(header)?.[1]?.trim().toLowerCase();

/** Throws `input.not-supported` where the body is not what the verb can read. A body without a type is taken as FHIR JSON. */
export const checkMediaType = (kind: 'resource' | 'patch', header: string | undefined): void => {
  const accepted = kind === 'patch' ? patchTypes : resourceTypes;
  const remedy = `send ${[...accepted][0]} in UTF-8, FHIR 4.0`;
  if (header === undefined && kind === 'resource') return;
  const type = (header ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (!accepted.has(type)) {
    const named = refusedNames.find(([known]) => type.includes(known))?.[1] ?? 'this content type';
    throw new Failure('input.not-supported', `${named} is not supported`, remedy);
  }
  const charset = parameter(header ?? '', 'charset');
  const version = parameter(header ?? '', 'fhirVersion');
  if ((charset !== undefined && charset !== 'utf-8') || (version !== undefined && version !== '4.0'))
    throw new Failure('input.not-supported', 'this charset or FHIR version is not supported', remedy);
};
