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

/** Bytes an element of the column had last time: a buffer that need not grow is not copied, and not left to the collector. */
const widths = new WeakMap<object, number>();

/**
 * A parameter `unnest($n::type[])` a column, in the binary form of arrays: `pg` sends a Buffer as it is, and is spared to quote
 * every value of every row (six times less work; performance facts, 2.1). The has-nulls flag may be set where there are none.
 */
export const binaryArrays = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Buffer[] =>
  columns.map((column) => {
    const to = new ByteWriter(256 + Math.ceil(rows.length * (widths.get(column) ?? 32) * 1.1));
    writeArrayHead(to, elementType[column.type], rows.length);
    for (const row of rows) writeValue(to, column, row, 'element');
    if (rows.length > 0) widths.set(column, to.length / rows.length);
    return to.written();
  });
