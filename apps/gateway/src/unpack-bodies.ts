import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Failure } from '#domain';
import { UnsupportedMedia } from '#fhir';
import { type ByteBudget, isMediaType } from '#platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bodyTooLarge, isOfEvents, keptBytes, type RefuseRequest, senderOf } from './refuse-request.js';

const unpackers: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/**
 * How many times its size a packed body may become: FHIR in JSON becomes 10 to 40 times, and gzip can do a thousand. Below
 * `anyRatioBytes` it may become anything. Beyond: 413, with the limit.
 * @limit Gateway | how many times its size a packed body may become | 413 that names the ratio; inflating stops there
 */
export const unpackedRatioMax = 100;
/** @limit Gateway | bytes that a packed body may become at any ratio | beyond them the ratio counts */
export const anyRatioBytes = 1024 * 1024;

const ratioTooLarge = (): Failure =>
  new Failure(
    'input.too-large',
    `the packed body becomes more than ${unpackedRatioMax} times its size`,
    'send it with no Content-Encoding, or split it',
  );

/** What a packed body holds, or why it is not taken, with the bytes for the journal. */
type Unpacked = { readonly body: Buffer } | { readonly failure: Failure; readonly body: Buffer };

interface Bounds {
  readonly bodyBytesMax: number;
  /** False: no more can be held now. */
  readonly take: (bytes: number) => boolean;
}

/** Inflates piece by piece, and stops with the first byte that is too much: of a bomb no more is ever held. */
export const unpack = async (packed: Buffer, encoding: string, { bodyBytesMax, take }: Bounds): Promise<Unpacked> => {
  const unpacker = Object.hasOwn(unpackers, encoding) ? unpackers[encoding] : undefined;
  if (!unpacker)
    return {
      failure: new UnsupportedMedia('this Content-Encoding is not taken here', 'send gzip, deflate, br or none'),
      body: packed,
    };
  const chunks: Buffer[] = [];
  const ratioBytesMax = Math.max(anyRatioBytes, packed.byteLength * unpackedRatioMax);
  let bytes = 0;
  try {
    // Leaving the loop ends the stream.
    for await (const chunk of unpacker().end(packed) as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      chunks.push(chunk);
      if (bytes > Math.min(bodyBytesMax, ratioBytesMax))
        return {
          failure: bytes > bodyBytesMax ? bodyTooLarge(bodyBytesMax) : ratioTooLarge(),
          body: Buffer.concat(chunks.slice(0, 1)).subarray(0, keptBytes),
        };
      if (!take(chunk.byteLength))
        return {
          failure: new Failure('log.unreachable', 'too much is being taken in at this moment', 'send it again shortly'),
          body: packed,
        };
    }
  } catch {
    return {
      failure: new Failure(
        'input.invalid',
        'the body is not packed as its Content-Encoding says',
        'send the header that fits the body, or none',
      ),
      body: packed,
    };
  }
  return { body: Buffer.concat(chunks) };
};

const remedyOf = (request: FastifyRequest): string => {
  if (isOfEvents(request)) return 'send application/cloudevents+json, or the type of the data beside the headers ce-…';
  if (request.method === 'PATCH') return 'send application/merge-patch+json';
  return 'send application/fhir+json, or leave it out';
};
const unreadable = Symbol('its Content-Type names no type');

/**
 * What is said of a body's form is settled before a controller sees it: a packed one is unpacked, and what cannot be read by its
 * headers is refused (415), into the journal. From here on the received bytes are the unpacked ones.
 */
export const unpackBodies = (
  fastify: FastifyInstance,
  { refuse, budget, bodyBytesMax }: { refuse: RefuseRequest; budget: ByteBudget; bodyBytesMax: number },
): void => {
  fastify.addHook('preParsing', async (request) => {
    const { headers } = request;
    if (!senderOf(request) || headers['content-type'] === undefined || isMediaType(headers['content-type'])) return;
    // The framework would refuse it on its own, and nobody would know what came.
    headers['content-type'] = 'application/octet-stream';
    Object.assign(request, { [unreadable]: true });
  });

  fastify.addHook<{ Body: unknown }>('preHandler', async (request, reply) => {
    const caller = senderOf(request);
    const { body } = request;
    if (!caller) return;
    const received = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    if (unreadable in request) {
      const unreadableType = new UnsupportedMedia('the Content-Type names no type', remedyOf(request));
      const failure = await refuse.keep(request, caller, { body: received, failure: unreadableType });
      return refuse.answer(request, reply, caller, failure);
    }
    const encoding = (request.headers['content-encoding'] ?? '').trim().toLowerCase();
    if (encoding === '' || encoding === 'identity' || received.byteLength === 0) return;
    let held = 0;
    reply.raw.once('close', () => budget.giveBack(held));
    const take = (bytes: number): boolean => {
      const isTaken = !reply.raw.destroyed && budget.take(bytes);
      if (isTaken) held += bytes;
      return isTaken;
    };
    const unpacked = await unpack(received, encoding, { bodyBytesMax, take });
    if ('failure' in unpacked)
      return refuse.answer(request, reply, caller, await refuse.keep(request, caller, unpacked));
    request.body = unpacked.body;
  });
};
