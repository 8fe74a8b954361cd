import { promisify } from 'node:util';
import { gunzip, gunzipSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';

const mebibyte = 1024 * 1024;

/**
 * Bytes that one record batch may unpack to: as much as ever waited in one gateway (`appenders.ts`), so that no log that was written
 * by one holds more. What would unpack to more is not unpacked: whoever reads it fails and says where it stands.
 * @limit Log | bytes that one batch unpacks to | `log.gap`: no gateway wrote it; inflating stops there
 */
export const batchUnpackedBytesMax = 192 * mebibyte;

/** Up to here in the same turn of the event loop: a hop to the thread pool costs three times what a usual batch takes. */
const atOnce = { packedBytes: mebibyte, unpackedBytes: 8 * mebibyte, undeclaredBytes: mebibyte };

interface Within {
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

const gunzipAside = promisify<Buffer, Within, Buffer>(gunzip);
const zstdAside = promisify<Buffer, Within, Buffer>(zstdDecompress);

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';

/** What a batch says of its own size (RFC 8878, section 3.1.1.1); undefined where it says nothing. */
export const declaredBytes = (frame: Buffer): number | undefined => {
  if (frame.byteLength < 18 || frame.readUInt32LE(0) !== 0xfd2fb528) return undefined;
  const descriptor = frame[4] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const at = 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  switch (descriptor >> 6) {
    case 0:
      return isSingleSegment ? frame[at] : undefined;
    case 1:
      return frame.readUInt16LE(at) + 256;
    case 2:
      return frame.readUInt32LE(at);
    default:
      return Number(frame.readBigUInt64LE(at));
  }
};

/** The chunk in which it comes whole, so that nothing is put together and copied: with one byte left over nobody asks for more. */
const chunkFor = (packed: Buffer, declared: number | undefined, bytesMax: number): number => {
  if (declared !== undefined) return Math.max(64, Math.min(declared, bytesMax) + 1);
  return Math.min(Math.max(16 * 1024, packed.byteLength * 10), 8 * mebibyte);
};

/** `undefined`: it would come to more than `bytesMax`. Of what says nothing of its size, never more than that is made. */
const unpackUpTo = async (
  packed: Buffer,
  bytesMax: number,
  {
    sync,
    aside,
    declared,
  }: {
    readonly sync: (packed: Buffer, options: Within) => Buffer;
    readonly aside: (packed: Buffer, options: Within) => Promise<Buffer>;
    readonly declared: number | undefined;
  },
): Promise<Buffer | undefined> => {
  if ((declared ?? 0) > bytesMax) return undefined;
  const within = (maxOutputLength: number): Within => ({
    maxOutputLength,
    chunkSize: chunkFor(packed, declared, maxOutputLength),
  });
  const mostAtOnce = declared === undefined ? atOnce.undeclaredBytes : atOnce.unpackedBytes;
  const [atOnceMax, isSmall] = [Math.min(mostAtOnce, bytesMax), packed.byteLength < atOnce.packedBytes];
  try {
    if (isSmall && (declared ?? 0) <= atOnceMax) return sync(packed, within(atOnceMax));
  } catch (error) {
    if (!isTooLarge(error)) throw error;
  }
  try {
    return await aside(packed, within(bytesMax));
  } catch (error) {
    if (isTooLarge(error)) return undefined;
    throw error;
  }
};

const gzip = 1;
const zstd = 4;

/** The records of a batch, packed as its attributes say; `undefined` where they come to more than `bytesMax`. */
export const unpackRecords = async (
  records: Buffer,
  compression: number,
  bytesMax = batchUnpackedBytesMax,
): Promise<Buffer | undefined> => {
  switch (compression) {
    case 0:
      return records.byteLength > bytesMax ? undefined : records;
    case gzip:
      return unpackUpTo(records, bytesMax, { sync: gunzipSync, aside: gunzipAside, declared: undefined });
    case zstd:
      return unpackUpTo(records, bytesMax, {
        sync: zstdDecompressSync,
        aside: zstdAside,
        declared: declaredBytes(records),
      });
    default:
      throw new Error(`compression ${compression}, and only none, gzip and zstd are read`);
  }
};
