import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

export interface WrittenAnswer {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly contentType: string;
}

export const writeOnce = (text: string, contentType: string): WrittenAnswer => {
  const bytes = Buffer.from(text);
  return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`, contentType };
};

/** RFC 9110, section 13.1.2: any of the list, compared weakly. */
export const matchesETag = (ifNoneMatch: string, etag: string): boolean =>
  ifNoneMatch.split(',').some((one) => {
    const tag = one.trim();
    return tag === '*' || withoutWeakness(tag) === withoutWeakness(etag);
  });

const withoutWeakness = (tag: string): string => tag.replace(/^W\//, '');

/** What is written once and given to many, and holds nothing of patients: 304 to who has it already. */
export const sendWritten = (
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { bytes, etag, contentType }: WrittenAnswer,
): void => {
  void reply.header('ETag', etag).header('Cache-Control', 'no-cache');
  if (matchesETag(headers['if-none-match'] ?? '', etag)) void reply.code(304).send();
  else void reply.header('Content-Type', contentType).send(bytes);
};
