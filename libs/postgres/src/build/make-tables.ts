import type pg from 'pg';
import type { DataSource } from 'typeorm';
import type { ParkedEvent, RecordKey, Subject } from '#domain';
import type { Generation } from '#usecases';
import { withClient } from '../data-source.js';
import { inTransaction } from '../in-transaction.js';
import { BinaryCopy } from '../rows/binary-copy.js';
import type { Column } from '../rows/column.js';
import { parkedColumns, subjectColumns } from '../rows/rows-of-effects.js';
import { copyIn } from './copy-in.js';
import {
  attachTables,
  closeTables,
  createBareTables,
  analyzeHistory,
  deriveHeads,
  indexDerived,
  indexHistory,
  partitionOf,
  type Partitioned,
  partitioned,
  standingOfTable,
} from './tables-of-generation.sql.js';

/** Namespace of the locks that let one process at a time make, fill, finish or drop the tables of a generation. */
const lockSpace = 7265;
const historyLockSpace = 7266;

interface Standing {
  readonly attached: boolean;
  readonly detachPending: boolean;
}

const standingOf = async (client: pg.ClientBase, table: string): Promise<Standing | undefined> =>
  (await client.query<Standing>(standingOfTable, [table])).rows[0];

/** Until the transaction ends. */
export const lockTables = (generation: number): string => `select pg_advisory_xact_lock(${lockSpace}, ${generation})`;

/**
 * Runs where the tables are not attached yet, one process at a time, in one transaction: killed in the middle, nothing was done.
 * True where they were attached already.
 */
const unlessAttached = (
  owner: DataSource,
  generation: number,
  work: (client: pg.ClientBase) => Promise<void>,
): Promise<boolean> =>
  withClient(owner, (client) =>
    inTransaction(client, 'begin', async () => {
      await client.query(lockTables(generation));
      const attached = (await standingOf(client, partitionOf('versions', generation)))?.attached === true;
      if (!attached) await work(client);
      return attached;
    }),
  );

/** What a table of a generation takes in by COPY: the columns, with the generation before them, and the statement. */
export interface TableCopy<Row> {
  readonly columns: readonly Column<Row>[];
  readonly statement: string;
}

export const tableCopy = <Row>(
  { generation, establishment }: Pick<Generation, 'generation' | 'establishment'>,
  table: Partitioned,
  columns: readonly Column<Row>[],
): TableCopy<Row> => {
  const all: readonly Column<Row>[] = [
    { name: 'generation', type: 'int4', of: () => generation },
    { name: 'establishment', type: 'text', of: () => establishment },
    ...columns,
  ];
  const names = all.map(({ name }) => name).join(', ');
  return { columns: all, statement: `copy ${partitionOf(table, generation)} (${names}) from stdin (format binary)` };
};

const copyBytes = 8 << 20;

/** As many COPYs as it takes. */
export const copyRows = async <Row>(
  client: pg.ClientBase,
  generation: Pick<Generation, 'generation' | 'establishment'>,
  table: Partitioned,
  columns: readonly Column<Row>[],
  rows: Iterable<Row>,
): Promise<void> => {
  const { columns: all, statement } = tableCopy(generation, table, columns);
  const copy = new BinaryCopy(all);
  for (const row of rows) {
    copy.add(row);
    if (copy.byteLength < copyBytes) continue;
    await copyIn(client, statement, [copy.end()]);
    copy.clear();
  }
  await copyIn(client, statement, [copy.end()]);
};

/** True where they are there, filled, finished and attached. */
export const makeTables = (owner: DataSource, generation: number): Promise<boolean> =>
  unlessAttached(owner, generation, async (client) => {
    await client.query(createBareTables(generation));
  });

/** The sorts of a large establishment get memory. Two connections work at one time, and no workers beside them: others live here too. */
const means = `
set local maintenance_work_mem = '256MB';
set local work_mem = '128MB';
set local max_parallel_maintenance_workers = 0;
set local max_parallel_workers_per_gather = 0`;

/** What `finishTables` makes of the history, made before or beside it. Whole, or not at all. */
export const prepareHistory = (owner: DataSource, generation: number): Promise<void> =>
  withClient(owner, (client) =>
    inTransaction(client, 'begin', async () => {
      // A statement of a killed process may still be at work.
      await client.query('select pg_advisory_xact_lock($1, $2)', [historyLockSpace, generation]);
      await client.query(means);
      await client.query(indexHistory(generation));
      await client.query(analyzeHistory(generation));
    }),
  );

/** From the versions and messages that were written to attached tables. It waits for `prepared`, which needs none of its locks. */
export const finishTables = (
  owner: DataSource,
  generation: Generation,
  subjects: Iterable<readonly [RecordKey, Subject]>,
  parked: Iterable<ParkedEvent>,
  prepared: Promise<void> = Promise.resolve(),
): Promise<boolean> =>
  unlessAttached(owner, generation.generation, async (client) => {
    await client.query(means);
    await client.query(deriveHeads(generation.generation));
    await copyRows(client, generation, 'subjects', subjectColumns, subjects);
    await copyRows(client, generation, 'parked', parkedColumns, parked);
    await client.query(indexDerived(generation.generation));
    await prepared;
    await client.query(indexHistory(generation.generation));
    await client.query(closeTables(generation.generation));
    await client.query(attachTables(generation.generation));
  });

/** Readers of other generations do not wait: a table is detached concurrently, and dropped when nobody looks at it any more. */
export const dropTables = (owner: DataSource, generation: number): Promise<void> =>
  withClient(owner, async (client) => {
    await client.query('select pg_advisory_lock($1, $2)', [lockSpace, generation]);
    try {
      for (const table of partitioned) {
        const name = partitionOf(table, generation);
        const standing = await standingOf(client, name);
        if (!standing) continue;
        if (standing.detachPending) await client.query(`alter table ${table} detach partition ${name} finalize`);
        else if (standing.attached) await client.query(`alter table ${table} detach partition ${name} concurrently`);
        await client.query(`drop table ${name}`);
      }
    } finally {
      await client.query('select pg_advisory_unlock($1, $2)', [lockSpace, generation]).catch(() => undefined);
    }
  });
