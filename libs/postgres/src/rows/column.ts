/** How a value travels. `texts` is a text[] column, `json` a jsonb one whose text is given. */
export type ColumnType = 'int4' | 'int8' | 'bool' | 'text' | 'bytea' | 'texts' | 'json';

type Value = {
  readonly int4: number;
  readonly int8: number;
  readonly bool: boolean;
  readonly text: string;
  readonly bytea: Uint8Array;
  readonly texts: readonly string[];
  readonly json: string;
};

/** One column of a table, and where a row has its value. `undefined` is NULL. */
export type Column<Row> = {
  readonly [T in ColumnType]: {
    readonly name: string;
    readonly type: T;
    readonly of: (row: Row) => Value[T] | undefined;
  };
}[ColumnType];
