export const fhirJson = 'application/fhir+json; charset=utf-8';
/** RFC 9457 */
export const problemJson = 'application/problem+json; charset=utf-8';

/** Does a Content-Type name a type (RFC 9110, section 8.3.1), so that the framework can make something of it? */
export const isMediaType = (header: string): boolean =>
  /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(?:;|$)/.test(header.trimStart());
