import { ByteWriter } from './byte-writer.js';
import type { Column } from './column.js';
import { writeValue } from './write-value.js';

const signature = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

const chunkBytes = 1 << 20;

/** The rows in the format of `COPY ... (FORMAT binary)` (PostgreSQL 18, COPY, "Binary Format"), about a megabyte at a time. */
export function* binaryCopy<Row>(columns: readonly Column<Row>[], rows: Iterable<Row>): Generator<Buffer> {
  let to = new ByteWriter(chunkBytes + (chunkBytes >> 2));
  to.raw(signature);
  for (const row of rows) {
    to.int16(columns.length);
    for (const column of columns) writeValue(to, column, row, 'field');
    if (to.length < chunkBytes) continue;
    yield to.written();
    to = new ByteWriter(chunkBytes + (chunkBytes >> 2));
  }
  to.int16(-1);
  yield to.written();
}
