import { ByteWriter } from './byte-writer.js';
import type { Column } from './column.js';
import { writeValue } from './write-value.js';

// PostgreSQL 18, COPY, "Binary Format": signature, flags, length of the header extension.
const signature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

/** Rows in the format of `COPY ... (FORMAT binary)`, written straight into one buffer, which serves again after `clear`. */
export class BinaryCopy<Row> {
  private readonly to: ByteWriter;

  constructor(
    private readonly columns: readonly Column<Row>[],
    bytesUsual = 1 << 20,
  ) {
    this.to = new ByteWriter(bytesUsual);
    this.clear();
  }

  get byteLength(): number {
    return this.to.length;
  }

  /** Bytes that its buffer holds, written or not. */
  get held(): number {
    return this.to.held;
  }

  add(row: Row): void {
    this.to.int16(this.columns.length);
    for (const column of this.columns) writeValue(this.to, column, row, 'field');
  }

  /** What was added, with its end. A view: it holds until `clear`. */
  end(): Buffer {
    this.to.int16(-1);
    return this.to.written();
  }

  clear(): void {
    this.to.clear();
    this.to.raw(signature);
  }
}
