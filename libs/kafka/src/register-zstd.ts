import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { CompressionCodecs, CompressionTypes } from './library.js';

const level = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** What a batch of messages usually becomes: in one piece nothing is put together and copied. */
const chunkFor = ({ byteLength }: Buffer): number => Math.min(Math.max(16 * 1024, byteLength * 10), 8 << 20);

/** kafkajs brings no zstd. Synchronous: a hop to the thread pool costs three times the decompression of a batch. */
export const registerZstd = (): void => {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async (encoder: { readonly buffer: Buffer }): Promise<Buffer> => zstdCompressSync(encoder.buffer, level),
    decompress: async (buffer: Buffer): Promise<Buffer> => zstdDecompressSync(buffer, { chunkSize: chunkFor(buffer) }),
  });
};
