import { Failure } from '#domain';
import { checkMediaType } from '#fhir';
import { awaitsContinue } from '#platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { modeOf } from './cloud-events/read-cloud-events.js';
import { bodyTooLarge, isOfEvents, type RefuseRequest, senderOf } from './refuse-request.js';
import { encodingOf, unpackerOf } from './unpack-bodies.js';

/**
 * Who waits for a word before it sends its body (`Expect: 100-continue`) is told at once what the head of the request alone decides:
 * 413, 415. The body is not read; the refusal stands in the journal without it.
 */
export const refuseByHead = (fastify: FastifyInstance, refuse: RefuseRequest, bodyBytesMax: number): void => {
  fastify.addHook('preParsing', async (request, reply, payload) => {
    const caller = senderOf(request);
    const failure = caller && awaitsContinue(request) ? refusedByHead(request, bodyBytesMax) : undefined;
    if (!caller || !failure) return payload;
    const told = await refuse.keep(request, caller, { body: Buffer.alloc(0), failure });
    await refuse.answer(request, reply, caller, told);
    return payload;
  });
};

const refusedByHead = (request: FastifyRequest, bodyBytesMax: number): Failure | undefined => {
  const { headers, method } = request;
  if (Number(headers['content-length'] ?? 0) > bodyBytesMax) return bodyTooLarge(bodyBytesMax);
  const encoding = encodingOf(request);
  const unpacker = encoding === '' ? undefined : unpackerOf(encoding);
  if (unpacker instanceof Failure) return unpacker;
  try {
    if (isOfEvents(request)) modeOf(headers);
    else if (method !== 'DELETE') checkMediaType(method === 'PATCH' ? 'patch' : 'resource', headers['content-type']);
  } catch (failure) {
    if (Failure.is(failure)) return failure;
    throw failure;
  }
  return undefined;
};
