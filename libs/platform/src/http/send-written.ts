import type { FastifyReply, FastifyRequest } from 'fastify';

/** What is written once and given to many: 304 to who has it already (RFC 9110, section 13.1.2). */
export const sendWritten = (
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { bytes, etag, contentType }: { readonly bytes: Buffer; readonly etag: string; readonly contentType: string },
): void => {
  const had = (headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  void reply.header('ETag', etag).header('Cache-Control', 'no-cache');
  if (had.includes(etag) || had.includes('*')) void reply.code(304).send();
  else void reply.header('Content-Type', contentType).send(bytes);
};
