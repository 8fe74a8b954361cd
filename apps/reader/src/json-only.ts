import { NotAcceptableException } from '@nestjs/common';
import type { Query } from '#fhir';
import type { FastifyRequest } from 'fastify';

const json = new Set(['application/fhir+json', 'application/json', 'text/json', 'json']);
const within = new Set(['application/*', 'text/*']);
const refused = /^q\s*=\s*0(?:\.0*)?$/;

/** Among the ranges that JSON falls under the narrowest count: RFC 9110, section 12.5.1. */
const narrowness = (type: string): number => (json.has(type) ? 3 : within.has(type) ? 2 : type === '*/*' ? 1 : 0);

/** Is JSON among the media ranges? Of their weights only "not that one" counts. No range at all is any (an empty header). */
export const takesJson = (ranges: string): boolean => {
  const read = ranges
    .split(',')
    .map((range) => range.split(';').map((part) => part.trim().toLowerCase()))
    .filter(([type]) => type !== '')
    .map(([type = '', ...parameters]) => ({
      narrow: narrowness(type),
      isRefused: parameters.some((parameter) => refused.test(parameter)),
    }));
  if (read.length === 0) return true;
  const narrowest = Math.max(...read.map(({ narrow }) => narrow));
  return narrowest > 0 && read.some(({ narrow, isRefused }) => narrow === narrowest && !isRefused);
};

/** JSON is all that is served: who wants something else gets 406. `_format` outweighs `Accept` (FHIR R4, section 3.1.0.1.11). */
export const assertJsonWanted = ({ headers }: FastifyRequest, query: Query): void => {
  const format = query.find(([name]) => name === '_format')?.[1];
  // A `+` in an address has become a space.
  const wanted = format?.replace(' ', '+') ?? headers.accept;
  if (wanted !== undefined && !takesJson(wanted)) throw new NotAcceptableException();
};
