import { type Json, listAt, valueAt } from '../session/json.js';
import type { ColumnName } from '../words/word-key.js';
import type { Column, Kind, View } from './view.js';

/** A column of the member with its own name. */
export const column = (name: ColumnName, kind: Kind = 'text', of?: Column['of']): Column => ({
  name,
  kind,
  of: of ?? ((row) => valueAt(row, name)),
});

export const items = (answer: Json): readonly Json[] => listAt(answer, 'items');

export const facts = (columns: readonly Column[], below: readonly View[] = []): View => ({
  layout: 'facts',
  rows: (answer) => [answer],
  columns,
  empty: 'empty.items',
  below,
});

export const list = (
  columns: readonly Column[],
  empty: View['empty'] = 'empty.items',
  rows: View['rows'] = items,
): View => ({
  layout: 'list',
  rows,
  columns,
  empty,
});
