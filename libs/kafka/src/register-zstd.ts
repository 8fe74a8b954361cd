import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { CompressionCodecs, CompressionTypes } from './library.js';

const level = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** kafkajs brings no zstd. Synchronous: a hop to the thread pool costs three times the decompression of a batch. */
export const registerZstd = (): void => {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async (encoder: { readonly buffer: Buffer }): Promise<Buffer> => zstdCompressSync(encoder.buffer, level),
    decompress: async (buffer: Buffer): Promise<Buffer> => zstdDecompressSync(buffer),
  });
};
