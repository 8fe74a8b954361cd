import { createRequire } from 'node:module';
import { CompressionCodecs } from './library.js';
import { type BatchMessage, recordBatch } from './record-batch.js';
import { tooLarge } from './too-large.js';
import { messageBytesMax } from './topics.js';

/** What the library's broker asks a request of: see its `protocol/requests/produce/v3/request.js`. */
export interface ProduceAsked {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null;
  /** The library's own 64-bit number, or its digits. */
  readonly producerId: { toString(): string };
  readonly producerEpoch: number;
  readonly compression: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence: number;
      readonly messages: readonly BatchMessage[];
    }[];
  }[];
}

interface ProduceRequest {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  readonly expectResponse: () => boolean;
  /** As the library's own encoder: `buf` is what it looks for, `buffer` what it writes. */
  readonly encode: () => Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
}

type MakeRequest = (asked: ProduceAsked) => ProduceRequest;

const compressed =
  (compression: number) =>
  (records: Buffer): Promise<Buffer> => {
    const codec = (CompressionCodecs[compression as keyof typeof CompressionCodecs] as () => Codec)();
    return codec.compress({ buffer: records });
  };
interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
}

const string = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  const length = Buffer.allocUnsafe(2);
  length.writeInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeInt32BE(value);
  return bytes;
};

/** Throws `input.too-large` instead of sending what every broker refuses. */
const encode = async (asked: ProduceAsked): Promise<Buffer> => {
  const head = Buffer.allocUnsafe(8);
  head.writeInt16BE(-1);
  head.writeInt16BE(asked.acks, 2);
  head.writeInt32BE(asked.timeout, 4);
  const parts: Buffer[] = [head, int32(asked.topicData.length)];
  for (const { topic, partitions } of asked.topicData) {
    parts.push(string(topic), int32(partitions.length));
    for (const { partition, firstSequence, messages } of partitions) {
      const batch = await recordBatch(messages, {
        compression: asked.compression,
        compress: compressed(asked.compression),
        producerId: BigInt(asked.producerId.toString()),
        producerEpoch: asked.producerEpoch,
        firstSequence,
        nowMs: Date.now(),
      });
      if (batch.length > messageBytesMax) throw tooLarge(batch.length, messageBytesMax);
      parts.push(int32(partition), int32(batch.length), batch);
    }
  }
  return Buffer.concat(parts);
};

/** Produce, version 7 (what kafkajs 2.2.4 asks for at most), outside of transactions, without keys and times of their own. */
export const produceRequest: MakeRequest = (asked) => ({
  apiKey: 0,
  apiVersion: 7,
  apiName: 'Produce',
  expectResponse: () => asked.acks !== 0,
  encode: async () => {
    const buffer = await encode(asked);
    return { buf: buffer, buffer };
  },
});

const place = 'kafkajs/src/protocol/requests/produce/v7/request';
let isQuick = false;

/**
 * kafkajs 2.2.4 encodes each header, record and batch into a growing buffer of its own and sums CRC-32C byte by byte: a fifth of what
 * the gateway spends on a message. The request is made here instead; the library goes on to send it, repeat it and read the answer.
 */
export const quickProduce = (): void => {
  if (isQuick) return;
  const require = createRequire(import.meta.url);
  const own: unknown = require(place);
  const loaded = require.cache[require.resolve(place)];
  if (typeof own !== 'function' || !loaded)
    throw new Error('not the kafkajs that this correction was written for (2.2.4)');
  const library = own as MakeRequest;
  loaded.exports = (asked: ProduceAsked): ProduceRequest => (isPlain(asked) ? produceRequest(asked) : library(asked));
  isQuick = true;
};

/** Only what this process itself appends: values, and headers of one text each. */
const isPlain = ({ transactionalId, topicData }: ProduceAsked): boolean =>
  (transactionalId ?? null) === null &&
  topicData.every(({ partitions }) =>
    partitions.every(({ messages }) =>
      messages.every(
        (message) =>
          Buffer.isBuffer(message.value) &&
          !('key' in message && message.key != null) &&
          !('timestamp' in message && message.timestamp != null) &&
          Object.values(message.headers ?? {}).every((value) => typeof value === 'string'),
      ),
    ),
  );
