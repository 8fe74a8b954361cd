import type { Effects, Position, RecordKey, Subject } from '#domain';
import type { Generation } from '#usecases';
import { binaryArrays } from '../rows/binary-arrays.js';
import type { Column } from '../rows/column.js';
import {
  messageColumns,
  messageRows,
  parkedColumns,
  subjectColumns,
  type TokensOf,
  versionColumns,
  type VersionRow,
  versionRows,
} from '../rows/rows-of-effects.js';
import { appendMessages, settleMessages } from '../sql/append-messages.sql.js';
import { appendVersions } from '../sql/append-versions.sql.js';
import { addParked, dropParked } from '../sql/change-parked.sql.js';
import { upsertSubjects } from '../sql/upsert-subjects.sql.js';
import { type Statement, statementOf } from './statement.js';

type Settled = Effects['settled'][number];
const settledPosition: Column<Settled> = { name: 'position', type: 'int8', of: ({ position }) => position };
const settledOutcome: Column<Settled> = { name: 'outcome', type: 'text', of: ({ outcome }) => outcome };

/** What an upsert takes: a key twice in one statement is an error, and the last one counts. */
const newest = <T>(items: readonly T[], keyOf: (item: T) => string): T[] => [
  ...new Map(items.map((item) => [keyOf(item), item])).values(),
];

/**
 * What a batch writes beside the progress, encoded; `before` is where the tables stand then. Order counts: an event may be parked and
 * settled in one batch.
 */
export const batchStatements = (
  { generation, establishment }: Generation,
  before: Position,
  effects: readonly Effects[],
  tokensOf: TokensOf,
): readonly Statement[] => {
  const statement = <Row>(
    name: string,
    sql: (generation: number) => string,
    columns: readonly Column<Row>[],
    rows: readonly Row[],
    first: readonly string[] = [establishment],
  ): readonly Statement[] =>
    rows.length === 0 ? [] : [statementOf(name, sql, generation, before, [...first, ...binaryArrays(columns, rows)])];

  const versions = versionRows(effects, tokensOf);
  const heads = new Set(newest(versions, ({ version }) => version.key));
  const isNewest: Column<VersionRow> = { name: 'newest', type: 'bool', of: (row) => heads.has(row) };
  const subjects = newest<readonly [RecordKey, Subject]>(
    effects.flatMap((effect) => effect.subjects),
    ([key]) => key,
  );
  const parked = effects.flatMap(({ park }) => park ?? []);
  const settled = effects.flatMap((effect) => effect.settled);
  return [
    ...statement('append-versions', appendVersions, [...versionColumns, isNewest], versions),
    ...statement('upsert-subjects', upsertSubjects, subjectColumns, subjects),
    ...statement('append-messages', appendMessages, messageColumns, messageRows(effects)),
    ...statement('add-parked', addParked, parkedColumns, parked),
    ...statement('settle-messages', settleMessages, [settledPosition, settledOutcome], settled, []),
    ...statement('drop-parked', dropParked, [settledPosition], settled, []),
  ];
};
