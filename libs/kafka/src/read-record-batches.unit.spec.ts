import { createRequire } from 'node:module';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instant, Position } from '#domain';
import type { LogEntry } from '#usecases';
import { CompressionTypes } from './library.js';
import { batchEntriesMax, readRecordBatches, type RecordsRead, type Wanted } from './read-record-batches.js';
import { registerZstd } from './register-zstd.js';
import { batchUnpackedBytesMax } from './unpack-records.js';

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

const all = { topic: 'a-log', from: 0, to: Number.POSITIVE_INFINITY, bytesMax: Number.POSITIVE_INFINITY };
const read = (bytes: Buffer, wanted: Partial<Wanted> = {}): Promise<RecordsRead> =>
  readRecordBatches(bytes, { ...all, ...wanted });
const entriesRead = async (bytes: Buffer): Promise<readonly LogEntry[]> => (await read(bytes)).entries;

/** Batches of one entry each, from position 0 on. */
const batchesOf = async (values: readonly Uint8Array[], compression = 4): Promise<Buffer> =>
  Buffer.concat(
    await Promise.all(
      values.map((value, firstOffset) => {
        const records = [{ later: 0, key: undefined, value, headers: {} }];
        return written({ firstOffset, stamp: 0, compression, records });
      }),
    ),
  );
const positionsRead = async (bytes: Buffer, wanted: Partial<Wanted>): Promise<readonly number[]> =>
  (await read(bytes, wanted)).entries.map(({ position }) => position);

describe('record batches', () => {
  it('give the entries that were written, whatever stands beside the values', async () => {
    const law = fc.asyncProperty(fc.array(anyBatch, { maxLength: 4 }), async (batches) => {
      const bytes = Buffer.concat(await Promise.all(batches.map(written)));
      expect(await entriesRead(bytes)).toEqual(batches.flatMap((batch) => entriesOf(batch)));
    });
    await fc.assert(law);
  });

  it('stamped by the log have its stamp, one for all', async () => {
    const law = fc.asyncProperty(anyBatch, async (batch) => {
      const bytes = await written(batch);
      bytes.writeInt16BE(bytes.readInt16BE(21) | 0x08, 21);
      expect(await entriesRead(bytes)).toEqual(entriesOf(batch, () => batch.stamp + 5));
    });
    await fc.assert(law);
  });

  it('that were cut off are left for the next fetch', async () => {
    const law = fc.asyncProperty(anyBatch, anyBatch, fc.nat(), async (whole, cut, at) => {
      const [first, second] = [await written(whole), await written(cut)];
      const bytes = Buffer.concat([first, second.subarray(0, at % second.byteLength)]);
      expect(await entriesRead(bytes)).toEqual(entriesOf(whole));
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
    expect(await entriesRead(bytes)).toEqual([]);
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
    await expect(entriesRead(old)).rejects.toThrow('format 1');
    const short = await written(batch);
    short.writeInt32BE(2, 57);
    await expect(entriesRead(short)).rejects.toThrow('ends before its end');
  });

  it('are unpacked one by one until enough is, with the one that passes the limit', async () => {
    const large = Buffer.alloc(1_000_000);
    const bytes = await batchesOf(Array.from({ length: 100 }, () => large));
    expect(bytes.byteLength).toBeLessThan(50_000);
    const { entries, unpackedBytes } = await read(bytes, { bytesMax: 2_500_000 });
    expect([entries.length, Math.floor(unpackedBytes / 1_000_000)]).toEqual([3, 3]);
    expect(await positionsRead(bytes, { bytesMax: 1 })).toEqual([0]);
  });

  it('outside of what is asked for are not unpacked', async () => {
    const bytes = await batchesOf([1, 2, 3, 4, 5].map((byte) => Buffer.alloc(1_000_000, byte)));
    const { entries, unpackedBytes } = await read(bytes, { from: 1, to: 2 });
    expect(entries.map(({ position }) => position)).toEqual([1, 2]);
    expect(unpackedBytes).toBeLessThan(2_100_000);
  });

  it('that no gateway can have written are refused by name, and those before them are read', async () => {
    const bomb = Buffer.alloc(batchUnpackedBytesMax + 1);
    const bytes = await batchesOf([Buffer.of(1), bomb, Buffer.of(2)]);
    expect(bytes.byteLength).toBeLessThan(1_000_000);
    expect(await positionsRead(bytes, {})).toEqual([0]);
    await expect(read(bytes, { from: 1 })).rejects.toMatchObject({
      code: 'log.gap',
      message: `a-log: the batch at 1 would unpack to more than ${batchUnpackedBytesMax} bytes`,
    });
  });

  it('with more entries than a gateway writes, or of a compression that nobody reads, are refused by name', async () => {
    const full = await batchesOf([Buffer.of(1)]);
    full.writeInt32BE(batchEntriesMax + 1, 57);
    await expect(read(full)).rejects.toMatchObject({
      code: 'log.gap',
      message: expect.stringContaining('10001 entries'),
    });
    const snappy = await batchesOf([Buffer.of(1)]);
    snappy.writeInt16BE(2, 21);
    await expect(read(snappy)).rejects.toMatchObject({
      code: 'log.gap',
      message: expect.stringContaining('compression 2'),
    });
  });
});
