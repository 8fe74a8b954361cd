import { ByteWriter } from './byte-writer.js';
import type { Column, ColumnType } from './column.js';
import { oids, writeArrayHead, writeValue } from './write-value.js';

const elementType: Record<ColumnType, number> = {
  int4: oids.int4,
  int8: oids.int8,
  bool: oids.bool,
  text: oids.text,
  bytea: oids.bytea,
  texts: oids.text,
  json: oids.text,
};

/** Where the encoding of a column begins, bytes an element; what is longer makes the buffer grow. Never what an earlier batch had. */
const elementBytes = 48;

/**
 * A parameter `unnest($n::type[])` a column, in the binary form of arrays: `pg` sends a Buffer as it is, and is spared to quote
 * every value of every row (six times less work; performance facts, 2.1). The has-nulls flag may be set where there are none. A buffer
 * is at most twice what is in it, or 48 bytes a row, whatever came before.
 */
export const binaryArrays = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Buffer[] =>
  columns.map((column) => {
    const to = new ByteWriter(256 + rows.length * elementBytes);
    writeArrayHead(to, elementType[column.type], rows.length);
    for (const row of rows) writeValue(to, column, row, 'element');
    return to.written();
  });
