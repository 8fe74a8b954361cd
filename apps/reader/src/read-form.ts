import { type Query, readQuery, UnsupportedMedia } from '#fhir';
import type { FastifyRequest } from 'fastify';

const formType = 'application/x-www-form-urlencoded';
const remedy = `send ${formType} in UTF-8, not packed`;

/** What was sent as a form: of another body a search would be read that nobody asked for, so that it is refused (415). */
export const readForm = ({ body, headers }: Pick<FastifyRequest, 'body' | 'headers'>): Query => {
  if (!Buffer.isBuffer(body) || body.byteLength === 0) return [];
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  if (type.trim() !== formType) throw new UnsupportedMedia('a search is sent as a form', remedy);
  const charset = parameters.map((one) => /^\s*charset\s*=\s*"?([^"]*)"?\s*$/.exec(one)?.[1]).find(Boolean);
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8')
    throw new UnsupportedMedia('this charset is not taken here', remedy);
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  if (encoding !== '' && encoding !== 'identity')
    throw new UnsupportedMedia('no Content-Encoding is taken here', remedy);
  return readQuery(body);
};
