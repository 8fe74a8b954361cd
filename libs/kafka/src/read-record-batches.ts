import { Failure, Instant, Position } from '#domain';
import type { LogEntry } from '#usecases';
import { batchUnpackedBytesMax, unpackRecords } from './unpack-records.js';

// Kafka's record batch, magic 2: 8 first offset, 4 length, 4 leader epoch, 1 magic, 4 CRC, 2 attributes, 4 last offset delta,
// 8 first timestamp, 8 max timestamp, 8 producer id, 2 producer epoch, 4 first sequence, 4 records (Kafka protocol, Record Batch).
const lengthAt = 8;
const magicAt = 16;
const attributesAt = 21;
const lastDeltaAt = 23;
const firstStampAt = 27;
const maxStampAt = 35;
const countAt = 57;
/** Ahead of the records of a batch. */
export const batchHeadBytes = 61;

const codecMask = 0x07;
const logAppendTime = 0x08;
const control = 0x20;

const nothing = Buffer.alloc(0);

/** Variable-length integers: seven bits a byte, lowest first, zigzag (Protocol Buffers). */
class Records {
  private at = 0;
  constructor(
    private readonly bytes: Buffer,
    private readonly damaged: () => Failure,
  ) {}

  /** Exact up to 53 bits. */
  varint(): number {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw this.damaged();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  skip(size: number): void {
    this.at += size;
  }

  slice(size: number): Buffer {
    this.at += size;
    if (this.at > this.bytes.byteLength) throw this.damaged();
    return this.bytes.subarray(this.at - size, this.at);
  }

  get place(): number {
    return this.at;
  }

  goTo(at: number): void {
    this.at = at;
  }
}

/**
 * Ten times what a gateway puts into one: of records without a value, a packed kilobyte would hold millions.
 * @limit Log | entries of one batch that is read | `log.gap`: no gateway wrote it
 */
export const batchEntriesMax = 10_000;

/**
 * Of one answer to a fetch, bytes that are unpacked before the rest is left to the next one. The batch that passes the limit is whole:
 * a reader never holds more than this and one batch. Above what waits in a feed before its consumer is paused (`log-feed.ts`).
 * @limit Log | bytes that one answer of Kafka is unpacked to, and one batch beyond | the rest comes with the next fetch
 */
export const answerUnpackedBytesMax = 24 * 1024 * 1024;

export interface Wanted {
  readonly topic: string;
  /** Batches that end before it are not unpacked. */
  readonly from: number;
  /** Nor are those that begin behind it. */
  readonly to: number;
  readonly bytesMax: number;
}

export interface RecordsRead {
  readonly entries: readonly LogEntry[];
  readonly unpackedBytes: number;
}

const unreadable = ({ topic }: Wanted, batch: Buffer, message: string): Failure =>
  new Failure(
    'log.gap',
    `${topic}: the batch at ${batch.readBigInt64BE(0)} ${message}`,
    'no gateway writes such a batch: find out who did, and restore the log from the archive without it',
  );

const recordsOf = async (batch: Buffer, wanted: Wanted): Promise<Buffer> => {
  if (batch[magicAt] !== 2) throw unreadable(wanted, batch, `is of format ${batch[magicAt]}, and only 2 is read`);
  const count = batch.readInt32BE(countAt);
  if (count > batchEntriesMax)
    throw unreadable(wanted, batch, `holds ${count} entries, and ${batchEntriesMax} is the most`);
  const compression = batch.readInt16BE(attributesAt) & codecMask;
  const records = await unpackRecords(batch.subarray(batchHeadBytes), compression).catch((cause: unknown) => {
    throw unreadable(wanted, batch, `cannot be unpacked: ${cause instanceof Error ? cause.message : 'unknown'}`);
  });
  if (!records) throw unreadable(wanted, batch, `would unpack to more than ${batchUnpackedBytesMax} bytes`);
  return records;
};

const traceHeader = Buffer.from('traceparent');
/** Of a traceparent of version 00. */
const traceparentBytes = 55;

/** The first header, where it is a trace context: looked at with as little as possible, and never a reason to refuse a record. */
const traceparentAt = (records: Records, end: number): string | undefined => {
  // Less is left than it takes: no headers, or others.
  if (end - records.place < 1 + 1 + traceHeader.byteLength + 1 + traceparentBytes) return undefined;
  if (records.varint() === 0 || records.varint() !== traceHeader.byteLength) return undefined;
  if (!records.slice(traceHeader.byteLength).equals(traceHeader)) return undefined;
  return records.varint() === traceparentBytes ? records.slice(traceparentBytes).toString('latin1') : undefined;
};

const entriesIn = (batch: Buffer, unpacked: Buffer, wanted: Wanted): readonly LogEntry[] => {
  const entries: LogEntry[] = [];
  const attributes = batch.readInt16BE(attributesAt);
  const firstOffset = Number(batch.readBigInt64BE(0));
  const stamped = (attributes & logAppendTime) !== 0;
  const stamp = Number(batch.readBigInt64BE(stamped ? maxStampAt : firstStampAt));
  const records = new Records(unpacked, () => unreadable(wanted, batch, 'is damaged: a record ends before its end'));
  for (let left = batch.readInt32BE(countAt); left > 0; left -= 1) {
    const size = records.varint();
    const end = records.place + size;
    records.skip(1);
    const stampDelta = records.varint();
    const position = Position.of(firstOffset + records.varint());
    records.skip(Math.max(0, records.varint()));
    const valueSize = records.varint();
    const value = valueSize < 0 ? nothing : records.slice(valueSize);
    const appendedAt = Instant.of(stamped ? stamp : stamp + stampDelta);
    const traceparent = traceparentAt(records, end);
    entries.push({ position, appendedAt, value, ...(traceparent !== undefined && { traceparent }) });
    // Other headers are for those who look at a log with other tools.
    records.goTo(end);
  }
  return entries;
};

export const positionsOf = (batch: Buffer): { readonly first: number; readonly last: number } => {
  const first = Number(batch.readBigInt64BE(0));
  return { first, last: first + batch.readInt32BE(lastDeltaAt) };
};

/** The batches in the answer to a fetch. The last one may have been cut off by the size that was asked for. */
function* batchesIn(answer: Buffer): Generator<Buffer> {
  for (let at = 0; at + batchHeadBytes <= answer.byteLength; ) {
    const end = at + lengthAt + 4 + answer.readInt32BE(at + lengthAt);
    if (end > answer.byteLength) return;
    const batch = answer.subarray(at, end);
    yield batch;
    at = end;
  }
}

/**
 * Entries of the record batches in the answer to a fetch, unpacked one batch after the other until `bytesMax` is reached. A batch that
 * no gateway can have written is `log.gap` where it is the first; behind others it is left to the next fetch.
 */
export const readRecordBatches = async (answer: Buffer, wanted: Wanted): Promise<RecordsRead> => {
  const entries: LogEntry[] = [];
  let unpackedBytes = 0;
  for (const batch of batchesIn(answer)) {
    const { first, last } = positionsOf(batch);
    if (first > wanted.to || unpackedBytes >= wanted.bytesMax) break;
    if (last < wanted.from) continue;
    // Markers of transactions, of which a log has none: the hole that they leave is told by whoever checks positions.
    if ((batch.readInt16BE(attributesAt) & control) !== 0) continue;
    try {
      const records = await recordsOf(batch, wanted);
      unpackedBytes += records.byteLength;
      entries.push(...entriesIn(batch, records, wanted));
    } catch (error) {
      if (entries.length > 0 && Failure.is(error)) break;
      throw error;
    }
  }
  return { entries, unpackedBytes };
};
