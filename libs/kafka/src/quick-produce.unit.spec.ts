import { createRequire } from 'node:module';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { produceRequest, type ProduceAsked } from './quick-produce.js';
import { crc32c } from './record-batch.js';
import { registerZstd } from './register-zstd.js';

const require = createRequire(import.meta.url);
// The library first: its parts do not load alone.
require('kafkajs');
const library = require('kafkajs/src/protocol/requests/produce/v3/request') as typeof produceRequest;
const long = require('kafkajs/src/utils/long') as { fromValue(value: string): ProduceAsked['producerId'] };

const message = fc.record({
  value: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
  headers: fc.dictionary(
    fc.string({ unit: 'grapheme', maxLength: 40 }),
    fc.string({ unit: 'grapheme', maxLength: 90 }),
  ),
});

describe('the request that appends', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_790_000_000_123, toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  it.each([0, 4])('is byte for byte the one that the library makes (compression %i)', async (compression) => {
    registerZstd();
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 150 }),
        fc
          .bigInt({ min: -1n, max: 2n ** 62n })
          .map(String)
          .chain((digits) => fc.constantFrom(digits, long.fromValue(digits))),
        fc.nat(30_000),
        fc.nat(2_000_000_000),
        async (messages, producerId, producerEpoch, firstSequence) => {
          const asked: ProduceAsked = {
            acks: -1,
            timeout: 30_000,
            transactionalId: null,
            producerId,
            producerEpoch,
            compression,
            topicData: [{ topic: 'reprise.750712184.log', partitions: [{ partition: 0, firstSequence, messages }] }],
          };
          const [ours, theirs] = [await produceRequest(asked).encode(), await library(asked).encode()];
          expect(ours.buffer.equals(theirs.buffer)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('sums CRC-32C (RFC 3720, appendix B.4)', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  });
});
