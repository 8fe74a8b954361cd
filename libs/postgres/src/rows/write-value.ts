import type { ByteWriter } from './byte-writer.js';
import type { Column } from './column.js';

/** Type OIDs (PostgreSQL 18, pg_type.dat). */
export const oids = { bool: 16, bytea: 17, int8: 20, int4: 23, text: 25 } as const;

const nothing = -1;

/** 20 bytes before the elements of a one-dimensional array: dimensions, has nulls, element type, size, lower bound (`array_recv`). */
export const writeArrayHead = (to: ByteWriter, elementType: number, size: number): void => {
  to.int32(1);
  to.int32(1);
  to.int32(elementType);
  to.int32(size);
  to.int32(1);
};

const writeTexts = (to: ByteWriter, values: readonly string[]): void => {
  const start = to.length;
  to.int32(0);
  writeArrayHead(to, oids.text, values.length);
  for (const value of values) to.text(value);
  to.int32At(to.length - start - 4, start);
};

/** `array_in` takes it to the letter: every element is quoted (PostgreSQL 18, section 8.15.6). */
export const arrayLiteral = (values: readonly string[]): string =>
  values.length === 0
    ? '{}'
    : `{"${values.map((value) => (/["\\]/.test(value) ? value.replaceAll(/["\\]/g, '\\$&') : value)).join('","')}"}`;

const writeBytes = (to: ByteWriter, value: Uint8Array): void => {
  to.int32(value.byteLength);
  to.raw(value);
};

/** A value with its length before it, in the binary form of its type. `element`: of an array, where a text[] goes as its literal. */
export const writeValue = <Row>(to: ByteWriter, column: Column<Row>, row: Row, as: 'field' | 'element'): void => {
  const absent = (value: unknown): value is undefined => {
    if (value !== undefined) return false;
    to.int32(nothing);
    return true;
  };
  switch (column.type) {
    case 'int4': {
      const value = column.of(row);
      if (absent(value)) return;
      to.int32(4);
      return to.int32(value);
    }
    case 'int8': {
      const value = column.of(row);
      if (absent(value)) return;
      to.int32(8);
      return to.int64(value);
    }
    case 'bool': {
      const value = column.of(row);
      if (absent(value)) return;
      to.int32(1);
      return to.byte(value ? 1 : 0);
    }
    case 'text': {
      const value = column.of(row);
      return absent(value) ? undefined : to.text(value);
    }
    case 'bytea': {
      const value = column.of(row);
      return absent(value) ? undefined : writeBytes(to, value);
    }
    case 'texts': {
      const value = column.of(row);
      if (absent(value)) return;
      return as === 'field' ? writeTexts(to, value) : to.text(arrayLiteral(value));
    }
    case 'json': {
      const value = column.of(row);
      if (absent(value)) return;
      // `jsonb_recv`: format version 1 before the text.
      return as === 'field' ? writeBytes(to, Buffer.from(`\u0001${value}`)) : to.text(value);
    }
  }
};
