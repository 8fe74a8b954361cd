import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync } from 'node:zlib';
import { CompressionCodecs, CompressionTypes } from './library.js';
import { batchUnpackedBytesMax, unpackRecords } from './unpack-records.js';

const level = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/**
 * An event with a document holds it twice, in the received bytes and in the Binary that is made of it: zstd has to look back far enough to
 * see that, or what fits a frame does not fit `max.message.bytes`. Decoders take a window of 2^27 without being asked.
 */
const farLevel = {
  params: {
    [constants.ZSTD_c_compressionLevel]: 1,
    [constants.ZSTD_c_enableLongDistanceMatching]: 1,
    [constants.ZSTD_c_windowLog]: 26,
  },
};
const farFromBytes = 4 * 1024 * 1024;

/** From here on it is done beside the others' work: 19 MB of document take 100 ms to compress. */
const asideFromBytes = 1024 * 1024;
const compressAside = promisify(zstdCompress);

/** kafkajs brings no zstd. Synchronous where it is small: a hop to the thread pool costs three times the compression of a batch. */
export const registerZstd = (): void => {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async ({ buffer }: { readonly buffer: Buffer }): Promise<Buffer> => {
      if (buffer.byteLength < asideFromBytes) return zstdCompressSync(buffer, level);
      // Said in the frame: whoever reads it makes room once, and not chunk by chunk.
      const pledgedSrcSize = buffer.byteLength;
      return compressAside(buffer, { ...(pledgedSrcSize < farFromBytes ? level : farLevel), pledgedSrcSize });
    },
    decompress: async (buffer: Buffer): Promise<Buffer> => {
      const records = await unpackRecords(buffer, CompressionTypes.ZSTD);
      if (!records) throw new Error(`a batch that unpacks to more than ${batchUnpackedBytesMax} bytes`);
      return records;
    },
  });
};
