import { buffer } from 'node:stream/consumers';
import { createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CompressionCodecs, CompressionTypes } from './library.js';
import { registerZstd } from './register-zstd.js';
import { declaredBytes, unpackRecords } from './unpack-records.js';

interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(packed: Buffer): Promise<Buffer>;
}

const records = Buffer.from('a record '.repeat(2_000_000));

/** As a writer in a stream packs it, which does not know how much is to come. */
const streamed = async (bytes: Buffer): Promise<Buffer> => {
  const packer = createZstdCompress();
  packer.write(bytes.subarray(0, 10));
  packer.end(bytes.subarray(10));
  return buffer(packer);
};

const packings: readonly (readonly [string, number, (bytes: Buffer) => Buffer | Promise<Buffer>])[] = [
  ['none', 0, (bytes) => bytes],
  ['gzip', 1, gzipSync],
  ['zstd', 4, zstdCompressSync],
  ['zstd that does not say how much it holds', 4, streamed],
];

describe('the records of a batch', () => {
  it.each(packings)('are unpacked up to a limit, and not beyond: %s', async (_name, compression, pack) => {
    for (const bytes of [records, records.subarray(0, 1_000)]) {
      const packed = await pack(bytes);
      expect((await unpackRecords(packed, compression, bytes.byteLength))?.equals(bytes)).toBe(true);
      expect(await unpackRecords(packed, compression, bytes.byteLength - 1)).toBeUndefined();
    }
  });

  it.each([255, 256, 65_791, 65_792, 18_000_000])('say how many they are: %d', (size) => {
    expect(declaredBytes(zstdCompressSync(records.subarray(0, size)))).toBe(size);
  });

  it.each([1_000, 1_200_000, 18_000_000])('are packed so that they say it: %d', async (size) => {
    registerZstd();
    const codec = (CompressionCodecs[CompressionTypes.ZSTD] as () => Codec)();
    const bytes = records.subarray(0, size);
    const packed = await codec.compress({ buffer: bytes });
    expect(declaredBytes(packed)).toBe(size);
    expect((await codec.decompress(packed)).equals(bytes)).toBe(true);
  });

  it('are refused before anything is unpacked where they say too much', async () => {
    const packed = zstdCompressSync(records);
    // What stands behind the head is no zstd: nobody has looked.
    packed.fill(0xff, 18);
    expect(await unpackRecords(packed, 4, records.byteLength - 1)).toBeUndefined();
    await expect(unpackRecords(packed, 4, records.byteLength)).rejects.toThrow();
  });

  it.each([2, 3])('of a compression that is not read here are refused by its number: %d', async (compression) => {
    await expect(unpackRecords(records, compression)).rejects.toThrow(`compression ${compression}`);
  });
});
