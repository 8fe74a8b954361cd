import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instant, Position } from '#domain';
import type { LogEntry } from '#usecases';
import { CompressionTypes } from './library.js';
import { readRecordBatches } from './read-record-batches.js';
import { registerZstd } from './register-zstd.js';

// The library's own encoders write what is read here.
const require = createRequire(import.meta.url);
type Encoder = { readonly buffer: Buffer };
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (batch: Readonly<Record<string, unknown>>) => Promise<Encoder>;
};
const Record = require('kafkajs/src/protocol/recordBatch/record/v0') as (
  record: Readonly<Record<string, unknown>>,
) => Encoder;

registerZstd();

interface Batch {
  readonly firstOffset: number;
  readonly stamp: number;
  readonly compression: number;
  readonly records: readonly {
    readonly later: number;
    readonly key: string | undefined;
    readonly value: Uint8Array;
    readonly headers: Readonly<Record<string, string>>;
  }[];
}

const anyBatch: fc.Arbitrary<Batch> = fc.record({
  firstOffset: fc.nat({ max: 2 ** 40 }),
  stamp: fc.integer({ min: 0, max: 2 ** 42 }),
  compression: fc.constantFrom(CompressionTypes.None, CompressionTypes.GZIP, 4),
  records: fc.array(
    fc.record({
      later: fc.integer({ min: -1000, max: 2 ** 33 }),
      key: fc.option(fc.string(), { nil: undefined }),
      value: fc.uint8Array({ maxLength: 300 }),
      headers: fc.dictionary(fc.string(), fc.string(), { maxKeys: 5 }),
    }),
    { minLength: 1, maxLength: 200 },
  ),
});

const written = async ({ firstOffset, stamp, compression, records }: Batch): Promise<Buffer> => {
  const batch = await RecordBatch({
    compression,
    firstOffset,
    firstTimestamp: stamp,
    maxTimestamp: stamp + 5,
    lastOffsetDelta: records.length - 1,
    records: records.map(({ later, key, value, headers }, offsetDelta) =>
      Record({ offsetDelta, timestampDelta: later, key, value: Buffer.from(value), headers }),
    ),
  });
  return batch.buffer;
};

const entriesOf = ({ firstOffset, stamp, records }: Batch, stampOf = (later: number) => stamp + later): LogEntry[] =>
  records.map(({ later, value }, index) => ({
    position: Position.of(firstOffset + index),
    appendedAt: Instant.of(stampOf(later)),
    value: Buffer.from(value),
  }));

describe('record batches', () => {
  it('give the entries that were written, whatever stands beside the values', async () => {
    const law = fc.asyncProperty(fc.array(anyBatch, { maxLength: 4 }), async (batches) => {
      const bytes = Buffer.concat(await Promise.all(batches.map(written)));
      expect(await readRecordBatches(bytes)).toEqual(batches.flatMap((batch) => entriesOf(batch)));
    });
    await fc.assert(law);
  });

  it('stamped by the log have its stamp, one for all', async () => {
    const law = fc.asyncProperty(anyBatch, async (batch) => {
      const bytes = await written(batch);
      bytes.writeInt16BE(bytes.readInt16BE(21) | 0x08, 21);
      expect(await readRecordBatches(bytes)).toEqual(entriesOf(batch, () => batch.stamp + 5));
    });
    await fc.assert(law);
  });

  it('that were cut off are left for the next fetch', async () => {
    const law = fc.asyncProperty(anyBatch, anyBatch, fc.nat(), async (whole, cut, at) => {
      const [first, second] = [await written(whole), await written(cut)];
      const bytes = Buffer.concat([first, second.subarray(0, at % second.byteLength)]);
      expect(await readRecordBatches(bytes)).toEqual(entriesOf(whole));
    });
    await fc.assert(law);
  });

  it('of a transaction’s end are no entries', async () => {
    const bytes = await written({
      firstOffset: 1,
      stamp: 0,
      compression: 0,
      records: [{ later: 0, key: 'k', value: Buffer.of(1), headers: {} }],
    });
    bytes.writeInt16BE(0x20, 21);
    expect(await readRecordBatches(bytes)).toEqual([]);
  });

  it('of a format before Kafka 0.11, or damaged, are refused', async () => {
    const batch = {
      firstOffset: 1,
      stamp: 0,
      compression: 0,
      records: [{ later: 0, key: undefined, value: Buffer.of(1, 2), headers: {} }],
    };
    const old = await written(batch);
    old[16] = 1;
    await expect(readRecordBatches(old)).rejects.toThrow('format 1');
    const short = await written(batch);
    short.writeInt32BE(2, 57);
    await expect(readRecordBatches(short)).rejects.toThrow('ends before its end');
  });
});
