import { NotAcceptableException } from '@nestjs/common';
import type { Query } from '#fhir';
import type { FastifyRequest } from 'fastify';

const json = new Set([
  '*/*',
  'application/*',
  'text/*',
  'application/fhir+json',
  'application/json',
  'text/json',
  'json',
]);
const refused = /^q=0(?:\.0*)?$/;

/** Is JSON one of the media ranges (RFC 9110, section 12.5.1)? Of their weights only "not that one" counts. */
export const takesJson = (ranges: string): boolean =>
  ranges.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return json.has(type) && !parameters.some((parameter) => refused.test(parameter));
  });

/** JSON is all that is served: who wants something else gets 406. `_format` outweighs `Accept` (FHIR R4, section 3.1.0.1.11). */
export const assertJsonWanted = ({ headers }: FastifyRequest, query: Query): void => {
  const format = query.find(([name]) => name === '_format')?.[1];
  // A `+` in an address has become a space.
  const wanted = format?.replace(' ', '+') ?? headers.accept;
  if (wanted !== undefined && !takesJson(wanted)) throw new NotAcceptableException();
};
