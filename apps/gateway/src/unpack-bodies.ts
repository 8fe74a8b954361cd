import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Failure } from '#domain';
import { UnsupportedMedia } from '#fhir';
import { type ByteBudget, isMediaType } from '#platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { FewAtATime } from './few-at-a-time.js';
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

/**
 * Each holds up to 16 MB besides what comes out of it (a window of brotli), however small the body is.
 * @limit Gateway | packed bodies that are unpacked at one time | the next waits
 */
const unpackersMax = 8;

const ratioTooLarge = (): Failure =>
  new Failure(
    'input.too-large',
    `the packed body becomes more than ${unpackedRatioMax} times its size`,
    'send it with no Content-Encoding, or split it',
  );

/** Of a request that says how its body is packed; empty where it is not. */
export const encodingOf = ({ headers }: Pick<FastifyRequest, 'headers'>): string => {
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  return encoding === 'identity' ? '' : encoding;
};

export const unpackerOf = (encoding: string): (() => Transform) | UnsupportedMedia =>
  (Object.hasOwn(unpackers, encoding) ? unpackers[encoding] : undefined) ??
  new UnsupportedMedia('this Content-Encoding is not taken here', 'send gzip, deflate, br or none');

/** What a packed body holds, or why it is not taken, with the bytes for the journal. */
type Unpacked = { readonly body: Buffer } | { readonly failure: Failure; readonly body: Buffer };

interface Bounds {
  readonly bodyBytesMax: number;
  /** False: no more can be held now. */
  readonly take: (bytes: number) => boolean;
  /** All that was taken is let go. */
  readonly letGo: () => void;
}

/**
 * Inflates piece by piece, and stops with the first byte that is too much: of a bomb no more is ever held. Where no more can be held, the
 * rest is only counted: "not now" is answered to a body that is sound, and to no other.
 */
export const unpack = async (
  packed: Buffer,
  encoding: string,
  { bodyBytesMax, take, letGo }: Bounds,
): Promise<Unpacked> => {
  const unpacker = unpackerOf(encoding);
  if (unpacker instanceof Failure) return { failure: unpacker, body: packed };
  let chunks: Buffer[] = [];
  let isHeld = true;
  const ratioBytesMax = Math.max(anyRatioBytes, packed.byteLength * unpackedRatioMax);
  let bytes = 0;
  try {
    // Leaving the loop ends the stream.
    for await (const chunk of unpacker().end(packed) as AsyncIterable<Buffer>) {
      bytes += chunk.byteLength;
      if (isHeld || chunks.length === 0) chunks.push(chunk);
      if (bytes > Math.min(bodyBytesMax, ratioBytesMax))
        return {
          failure: bytes > bodyBytesMax ? bodyTooLarge(bodyBytesMax) : ratioTooLarge(),
          body: Buffer.concat(chunks.slice(0, 1)).subarray(0, keptBytes),
        };
      if (!isHeld || take(chunk.byteLength)) continue;
      isHeld = false;
      letGo();
      // The beginning is for the journal.
      chunks = chunks.slice(0, 1);
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
  if (isHeld) return { body: Buffer.concat(chunks) };
  return {
    failure: new Failure('log.unreachable', 'too much is being taken in at this moment', 'send it again shortly'),
    body: packed,
  };
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
  const unpacking = new FewAtATime(unpackersMax);
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
    const encoding = encodingOf(request);
    if (encoding === '' || received.byteLength === 0) return;
    let held = 0;
    const letGo = (): void => {
      budget.giveBack(held);
      held = 0;
    };
    reply.raw.once('close', letGo);
    const take = (bytes: number): boolean => {
      const isTaken = !reply.raw.destroyed && budget.take(bytes);
      if (isTaken) held += bytes;
      return isTaken;
    };
    const unpacked = await unpacking.run(() => unpack(received, encoding, { bodyBytesMax, take, letGo }));
    if ('failure' in unpacked)
      return refuse.answer(request, reply, caller, await refuse.keep(request, caller, unpacked));
    request.body = unpacked.body;
  });
};
