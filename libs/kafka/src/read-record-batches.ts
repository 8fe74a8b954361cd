import { Instant, Position } from '#domain';
import type { LogEntry } from '#usecases';
import { CompressionCodecs } from './library.js';

// Kafka's record batch, magic 2: 8 first offset, 4 length, 4 leader epoch, 1 magic, 4 CRC, 2 attributes, 4 last offset delta,
// 8 first timestamp, 8 max timestamp, 8 producer id, 2 producer epoch, 4 first sequence, 4 records (Kafka protocol, Record Batch).
const lengthAt = 8;
const magicAt = 16;
const attributesAt = 21;
const firstStampAt = 27;
const maxStampAt = 35;
const countAt = 57;
const recordsAt = 61;

const codecMask = 0x07;
const logAppendTime = 0x08;
const control = 0x20;

const nothing = Buffer.alloc(0);

/** Variable-length integers: seven bits a byte, lowest first, zigzag (Protocol Buffers). */
class Records {
  private at = 0;
  constructor(private readonly bytes: Buffer) {}

  /** Exact up to 53 bits. */
  varint(): number {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) throw new Error('a record ends before its end');
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
    if (this.at > this.bytes.byteLength) throw new Error('a record ends before its end');
    return this.bytes.subarray(this.at - size, this.at);
  }

  get place(): number {
    return this.at;
  }

  goTo(at: number): void {
    this.at = at;
  }
}

const decompressed = async (batch: Buffer, attributes: number): Promise<Buffer> => {
  const type = attributes & codecMask;
  const records = batch.subarray(recordsAt);
  return type === 0 ? records : CompressionCodecs[type as 1 | 2 | 3 | 4]().decompress(records);
};

const addEntries = async (batch: Buffer, into: LogEntry[]): Promise<void> => {
  const attributes = batch.readInt16BE(attributesAt);
  // Markers of transactions, of which a log has none: the hole that they leave is told by whoever checks positions.
  if ((attributes & control) !== 0) return;
  const firstOffset = Number(batch.readBigInt64BE(0));
  const stamped = (attributes & logAppendTime) !== 0;
  const stamp = Number(batch.readBigInt64BE(stamped ? maxStampAt : firstStampAt));
  const records = new Records(await decompressed(batch, attributes));
  for (let left = batch.readInt32BE(countAt); left > 0; left -= 1) {
    const size = records.varint();
    const end = records.place + size;
    records.skip(1);
    const stampDelta = records.varint();
    const position = Position.of(firstOffset + records.varint());
    records.skip(Math.max(0, records.varint()));
    const valueSize = records.varint();
    const value = valueSize < 0 ? nothing : records.slice(valueSize);
    into.push({ position, appendedAt: Instant.of(stamped ? stamp : stamp + stampDelta), value });
    // Headers are for those who look at a log with other tools.
    records.goTo(end);
  }
};

/** Entries of the record batches in the answer to a fetch. The last batch may have been cut off by the size that was asked for. */
export const readRecordBatches = async (batches: Buffer): Promise<LogEntry[]> => {
  const entries: LogEntry[] = [];
  for (let at = 0; at + recordsAt <= batches.byteLength; ) {
    const end = at + lengthAt + 4 + batches.readInt32BE(at + lengthAt);
    if (end > batches.byteLength) break;
    const batch = batches.subarray(at, end);
    if (batch[magicAt] !== 2) throw new Error(`record batches of format ${batch[magicAt]}, and only 2 is read`);
    await addEntries(batch, entries);
    at = end;
  }
  return entries;
};
