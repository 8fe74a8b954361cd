/** One entry, as the client library hands it over. */
export interface BatchMessage {
  readonly value: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface BatchHead {
  /** 0 = none, 4 = zstd; `compress` is called for any but 0. */
  readonly compression: number;
  readonly compress: (records: Buffer) => Promise<Buffer>;
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly nowMs: number;
}

/** Bytes of a batch ahead of its records. */
const headBytes = 61;
const crcFrom = 21;
const magic = 2;

/** CRC-32C (RFC 3720, appendix B.4), eight bytes at a time: eight tables of 256, one behind the other. */
const crcTables = new Int32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  crcTables[byte] = crc;
}
for (let at = 256; at < crcTables.length; at++) {
  const before = crcTables[at - 256]!;
  crcTables[at] = crcTables[before & 0xff]! ^ (before >>> 8);
}

export const crc32c = (bytes: Uint8Array, from = 0): number => {
  const table = crcTables;
  let crc = -1;
  let at = from;
  for (const last = bytes.length - 8; at <= last; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      table[1792 + (crc & 0xff)]! ^
      table[1536 + ((crc >>> 8) & 0xff)]! ^
      table[1280 + ((crc >>> 16) & 0xff)]! ^
      table[1024 + (crc >>> 24)]! ^
      table[768 + bytes[at + 4]!]! ^
      table[512 + bytes[at + 5]!]! ^
      table[256 + bytes[at + 6]!]! ^
      table[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) crc = table[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
};

/** Lengths are never negative here: zigzag doubles them. */
const varintBytes = (value: number): number => {
  let bytes = 1;
  for (let left = value * 2; left > 0x7f; left = Math.floor(left / 128)) bytes++;
  return bytes;
};

const putVarint = (into: Buffer, at: number, value: number): number => {
  let left = value * 2;
  for (; left > 0x7f; left = Math.floor(left / 128)) into[at++] = (left & 0x7f) | 0x80;
  into[at] = left;
  return at + 1;
};

const textBytes = (text: string): number => {
  const bytes = Buffer.byteLength(text);
  return varintBytes(bytes) + bytes;
};

const putText = (into: Buffer, at: number, text: string): number => {
  const from = putVarint(into, at, Buffer.byteLength(text));
  return from + into.write(text, from);
};

const headersBytes = (headers: readonly (readonly [string, string])[]): number =>
  headers.reduce((sum, [name, value]) => sum + textBytes(name) + textBytes(value), varintBytes(headers.length));

/** Records without key; all of them have the batch's own time. */
const recordsOf = (messages: readonly BatchMessage[], reserved: number): Buffer => {
  const parts = messages.map(({ value, headers = {} }, index) => {
    const pairs = Object.entries(headers);
    // Attributes, time, place, no key (-1); value; headers.
    const bytes = 3 + varintBytes(index) + varintBytes(value.length) + value.length + headersBytes(pairs);
    return { value, pairs, bytes };
  });
  const whole = parts.reduce((sum, { bytes }) => sum + varintBytes(bytes) + bytes, reserved);
  const records = Buffer.allocUnsafe(whole);
  let at = reserved;
  for (const [index, { value, pairs, bytes }] of parts.entries()) {
    at = putVarint(records, at, bytes);
    records[at++] = 0;
    records[at++] = 0;
    at = putVarint(records, at, index);
    records[at++] = 1;
    at = putVarint(records, at, value.length);
    records.set(value, at);
    at = putVarint(records, at + value.length, pairs.length);
    for (const [name, text] of pairs) at = putText(records, putText(records, at, name), text);
  }
  return records;
};

/** A record batch of format 2 (Kafka, "Message format", section 5.3.1), written once into one buffer. */
export const recordBatch = async (messages: readonly BatchMessage[], head: BatchHead): Promise<Buffer> => {
  const isPlain = head.compression === 0;
  const plain = recordsOf(messages, isPlain ? headBytes : 0);
  const batch = isPlain ? plain : Buffer.concat([Buffer.allocUnsafe(headBytes), await head.compress(plain)]);
  batch.fill(0, 0, 8);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(0, 12);
  batch[16] = magic;
  batch.writeInt16BE(head.compression, crcFrom);
  batch.writeInt32BE(messages.length - 1, 23);
  batch.writeBigInt64BE(BigInt(head.nowMs), 27);
  batch.writeBigInt64BE(BigInt(head.nowMs), 35);
  batch.writeBigInt64BE(head.producerId, 43);
  batch.writeInt16BE(head.producerEpoch, 51);
  batch.writeInt32BE(head.firstSequence, 53);
  batch.writeInt32BE(messages.length, 57);
  batch.writeUInt32BE(crc32c(batch, crcFrom), 17);
  return batch;
};
