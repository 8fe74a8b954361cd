import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import { Failure, type ParkedEvent, type RecordKey, type Subject } from '#domain';
import type { Generation } from '#usecases';
import { withClient } from '../data-source.js';
import { inTransaction } from '../in-transaction.js';
import { BinaryCopy } from '../rows/binary-copy.js';
import type { Column } from '../rows/column.js';
import { parkedColumns, subjectColumns } from '../rows/rows-of-effects.js';
import { takenOver } from '../write/taken-over.js';
import { copyIn } from './copy-in.js';
import {
  attachTables,
  deriveHeads,
  dropTableOf,
  indexDerived,
  indexHistory,
  isAttached,
  makeTablesOf,
  partitionOf,
  type Partitioned,
} from './tables-of-generation.sql.js';

/** Namespace of the locks that let one process at a time make, fill, finish or drop the tables of a generation: migration 0007 has it too. */
const lockSpace = 7265;

/** Until the transaction ends. */
export const lockTables = (generation: number): string => `select pg_advisory_xact_lock(${lockSpace}, ${generation})`;

const areAttached = async (client: pg.ClientBase, generation: number): Promise<boolean> =>
  (await client.query<{ attached: boolean }>(isAttached, [partitionOf('versions', generation)])).rows[0]?.attached ===
  true;

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

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined);

/** A function of the owner's, for this generation. `replica.taken-over` where its state is not, or no longer, the one that it needs. */
export const callBuild = async <Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  text: string,
  generation: number,
): Promise<Row | undefined> => {
  try {
    return (await client.query<Row>(text, [generation])).rows[0];
  } catch (error) {
    throw codeOf(error) === '55000' ? takenOver(generation) : error;
  }
};

/** True where they are there, filled, finished and attached. */
export const makeTables = (copies: DataSource, generation: number): Promise<boolean> =>
  withClient(
    copies,
    async (client) => (await callBuild<{ finished: boolean }>(client, makeTablesOf, generation))?.finished === true,
  );

/** The sorts of a large establishment get memory. Two connections work at one time, and no workers beside them: others live here too. */
const means = `
set local maintenance_work_mem = '256MB';
set local work_mem = '128MB';
set local max_parallel_maintenance_workers = 0;
set local max_parallel_workers_per_gather = 0`;

/** What `finishTables` makes of the history, made before or beside it. Whole, or not at all. */
export const prepareHistory = (copies: DataSource, generation: number): Promise<void> =>
  withClient(copies, (client) =>
    inTransaction(client, 'begin', async () => {
      await client.query(means);
      await callBuild(client, indexHistory, generation);
    }),
  );

/**
 * From the versions and messages that were written to attached tables, where that was not done yet; one process at a time, in one
 * transaction: killed in the middle, nothing was done. It waits for `prepared`, which needs none of its locks.
 */
export const finishTables = (
  copies: DataSource,
  generation: Generation,
  subjects: Iterable<readonly [RecordKey, Subject]>,
  parked: Iterable<ParkedEvent>,
  prepared: Promise<void> = Promise.resolve(),
): Promise<void> =>
  withClient(copies, (client) =>
    inTransaction(client, 'begin', async () => {
      await client.query(lockTables(generation.generation));
      if (await areAttached(client, generation.generation)) return;
      await client.query(means);
      await client.query(deriveHeads(generation.generation));
      await copyRows(client, generation, 'subjects', subjectColumns, subjects);
      await copyRows(client, generation, 'parked', parkedColumns, parked);
      await callBuild(client, indexDerived, generation.generation);
      await prepared;
      await callBuild(client, attachTables, generation.generation);
    }),
  );

/**
 * How long readers that are in the middle of a read are waited for, ms: their sessions may take 60 s. Beyond it `busy`.
 * @limit Replicator | how long reads that are under way are waited for before a table of a cancelled generation is dropped | it is tried again later
 */
export const dropWaitMsMax = 90_000;
const dropPauseMs = 400;

/** One after the other, each when nobody looks at it any more; readers of other generations wait 10 ms at most (`drop_table`). */
export const dropTables = (copies: DataSource, generation: number): Promise<void> =>
  withClient(copies, async (client) => {
    const dropOne = async (): Promise<boolean> =>
      (await callBuild<{ dropped: boolean }>(client, dropTableOf, generation))?.dropped === true;
    for (let waitedMs = 0, more = true; more; )
      try {
        more = await dropOne();
      } catch (error) {
        if (codeOf(error) !== '55P03') throw error;
        if (waitedMs >= dropWaitMsMax) throw inUse(generation, error);
        await pause(dropPauseMs);
        waitedMs += dropPauseMs;
      }
  });

const inUse = (generation: number, cause: unknown): Failure =>
  new Failure(
    'busy',
    `the tables of generation ${generation} could not be dropped: somebody has been reading for ${dropWaitMsMax / 1000} s`,
    'it is tried again; see who has a transaction open in this replica',
    { cause },
  );
