/** A text below this reserves what its UTF-8 may take at most; a longer one is measured first. */
const measuredFrom = 1024;

/**
 * A buffer that grows with what is written, to twice that at most (and a text's reserve): integers big-endian, as Postgres sends and
 * receives them. After `clear` it serves again, at its first size.
 */
export class ByteWriter {
  private bytes: Buffer;
  length = 0;

  constructor(private readonly size: number) {
    this.bytes = Buffer.allocUnsafe(size);
  }

  /** Bytes that are held, written or not. */
  get held(): number {
    return this.bytes.byteLength;
  }

  /** One large row long ago is no reason to hold a large buffer for good. */
  clear(): void {
    this.length = 0;
    if (this.bytes.byteLength > 2 * this.size) this.bytes = Buffer.allocUnsafe(this.size);
  }

  written(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  int16(value: number): void {
    this.reserve(2);
    this.length = this.bytes.writeInt16BE(value, this.length);
  }

  int32(value: number): void {
    this.reserve(4);
    this.length = this.bytes.writeInt32BE(value, this.length);
  }

  int32At(value: number, at: number): void {
    this.bytes.writeInt32BE(value, at);
  }

  /** A safe integer as int8. */
  int64(value: number): void {
    this.reserve(8);
    const high = Math.floor(value / 4294967296);
    this.bytes.writeInt32BE(high, this.length);
    this.length = this.bytes.writeUInt32BE(value - high * 4294967296, this.length + 4);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length] = value;
    this.length += 1;
  }

  raw(value: Uint8Array): void {
    this.reserve(value.byteLength);
    this.bytes.set(value, this.length);
    this.length += value.byteLength;
  }

  /** UTF-8, with its length in bytes before it. */
  text(value: string): void {
    this.reserve(4 + (value.length < measuredFrom ? value.length * 3 : Buffer.byteLength(value)));
    const size = this.bytes.write(value, this.length + 4, 'utf8');
    this.bytes.writeInt32BE(size, this.length);
    this.length += 4 + size;
  }

  private reserve(size: number): void {
    if (this.length + size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + size));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}
