import { Failure } from '#domain';
import { shownName } from '#fhir';
import type { FastifyRequest } from 'fastify';

/** What no text of Postgres holds, nor JSON in it: U+0000, and half of a surrogate pair. */
const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

const refused = (name: string): Failure =>
  new Failure(
    'input.invalid',
    `${shownName(name)} holds a character that cannot be kept: U+0000, or half of a surrogate pair`,
    'send it without that character',
  );

/**
 * Address and query of a request hold text that every store takes: said at the door, by the name of the field, where the stores
 * behind it would fail one by one. Of a JSON body the scan before it is parsed says so (`json-bodies.ts`).
 */
export const unstorable = ({ params, query }: Pick<FastifyRequest, 'params' | 'query'>): Failure | undefined => {
  const left: (readonly [name: string, value: unknown])[] = [params, query].map((all) => ['', all] as const);
  for (let next = left.pop(); next; next = left.pop()) {
    const [name, value] = next;
    if (typeof value === 'string' && !isStorable(value)) return refused(name);
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) continue;
    for (const [member, held] of Object.entries(value)) {
      const own = Array.isArray(value) ? name : member;
      if (!isStorable(own)) return refused(own);
      left.push([own, held]);
    }
  }
  return undefined;
};
