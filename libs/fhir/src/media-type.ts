import { Failure } from '#domain';

/** By what its headers say of it, a body is in a form that is not even read (415). */
export class UnsupportedMedia extends Failure {
  constructor(message: string, hint: string) {
    super('input.not-supported', message, hint);
  }
}

const resourceTypes = new Set(['application/fhir+json', 'application/json', 'application/json+fhir', 'text/json']);
export const patchTypes: ReadonlySet<string> = new Set(['application/merge-patch+json']);

/** Refused by name. */
const refusedNames: readonly (readonly [string, string])[] = [
  ['application/json-patch+json', 'JSON Patch (RFC 6902)'],
  ['application/fhir+json', 'FHIRPath Patch'],
  ['xml', 'XML'],
];

const parameter = (header: string, name: string): string | undefined =>
  new RegExp(`;\\s*${name}\\s*=\\s*"?([^";]+)"?`, 'i').exec(header)?.[1]?.trim().toLowerCase();

/** Throws `UnsupportedMedia` where the body is not what the verb can read. A resource without a type is taken as FHIR JSON. */
export const checkMediaType = (kind: 'resource' | 'patch', header = ''): void => {
  const accepted = kind === 'patch' ? patchTypes : resourceTypes;
  const remedy = `send ${[...accepted].join(', ')}, in UTF-8, FHIR 4.0`;
  const type = header.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (header.trim() === '') {
    if (kind === 'resource') return;
    throw new UnsupportedMedia('a patch without a Content-Type is not supported', remedy);
  }
  if (!accepted.has(type)) {
    const named = refusedNames.find(([known]) => type.includes(known))?.[1] ?? 'this content type';
    throw new UnsupportedMedia(`${named} is not supported`, remedy);
  }
  const charset = parameter(header, 'charset');
  const version = parameter(header, 'fhirVersion');
  if ((charset !== undefined && charset !== 'utf-8') || (version !== undefined && version !== '4.0'))
    throw new UnsupportedMedia('this charset or FHIR version is not supported', remedy);
};
