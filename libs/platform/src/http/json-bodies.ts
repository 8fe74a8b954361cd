import { scanJson } from '#fhir';
import type { FastifyInstance } from 'fastify';

/**
 * Levels of a JSON body of an app that parses it; 400 beyond.
 * @limit All HTTP doors | levels of a JSON body of control | 400
 */
export const jsonDepthMax = 64;
/**
 * Values in it, of all levels together; 400 beyond.
 * @limit All HTTP doors | values in a JSON body of control | 400
 */
export const jsonValuesMax = 200_000;

/** JSON bodies for apps that take them parsed: whatever is sent gets 400 with a sentence, and no stack overflows. */
export const takeJsonBodies = (fastify: FastifyInstance): void => {
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJson(Buffer.from(body)));
    } catch (error) {
      done(error instanceof Error ? error : new Error('unreadable'));
    }
  });
};

/** Throws `input.invalid`. What passes the scan is flat and small enough for `JSON.parse`. */
const parseJson = (body: Buffer): unknown => {
  if (body.byteLength === 0) return undefined;
  scanJson(body, { maxDepth: jsonDepthMax, maxValues: jsonValuesMax });
  return JSON.parse(body.toString('utf8'));
};
