import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { DataSource } from 'typeorm';
import type { ParkedEvent, RecordKey, Subject } from '#domain';
import type { Generation } from '#usecases';
import { withClient } from '../data-source.js';
import { inTransaction } from '../in-transaction.js';
import { binaryCopy } from '../rows/binary-copy.js';
import type { Column } from '../rows/column.js';
import { parkedColumns, subjectColumns } from '../rows/rows-of-effects.js';
import {
  attachTables,
  closeTables,
  createBareTables,
  deriveHeads,
  partitionOf,
  type Partitioned,
  partitioned,
  standingOfTable,
} from './tables-of-generation.sql.js';

/** Namespace of the locks that let one process at a time make, fill, finish or drop the tables of a generation. */
const lockSpace = 7265;

interface Standing {
  readonly attached: boolean;
  readonly detachPending: boolean;
}

const standingOf = async (client: pg.ClientBase, table: string): Promise<Standing | undefined> =>
  (await client.query<Standing>(standingOfTable, [table])).rows[0];

/** Until the transaction ends. */
export const lockTables = async (client: pg.ClientBase, generation: number): Promise<void> => {
  await client.query('select pg_advisory_xact_lock($1, $2)', [lockSpace, generation]);
};

/** Runs where the tables are not attached yet, one process at a time, in one transaction: killed in the middle, nothing was done. */
const unlessAttached = (
  owner: DataSource,
  generation: number,
  work: (client: pg.ClientBase) => Promise<void>,
): Promise<void> =>
  withClient(owner, (client) =>
    inTransaction(client, 'begin', async () => {
      await lockTables(client, generation);
      if (!(await standingOf(client, partitionOf('versions', generation)))?.attached) await work(client);
    }),
  );

/** One COPY. */
export const copyRows = async <Row>(
  client: pg.ClientBase,
  { generation, establishment }: Generation,
  table: Partitioned,
  columns: readonly Column<Row>[],
  rows: Iterable<Row>,
): Promise<void> => {
  const all: readonly Column<Row>[] = [
    { name: 'generation', type: 'int4', of: () => generation },
    { name: 'establishment', type: 'text', of: () => establishment },
    ...columns,
  ];
  const names = all.map(({ name }) => name).join(', ');
  const sink = client.query(copyFrom(`copy ${partitionOf(table, generation)} (${names}) from stdin (format binary)`));
  await pipeline(Readable.from(binaryCopy(all, rows)), sink);
};

export const makeTables = (owner: DataSource, generation: number): Promise<void> =>
  unlessAttached(owner, generation, async (client) => {
    await client.query(createBareTables(generation));
  });

/** From the versions and messages that were written to attached tables. The sorts of a large establishment get memory. */
export const finishTables = (
  owner: DataSource,
  generation: Generation,
  subjects: Iterable<readonly [RecordKey, Subject]>,
  parked: Iterable<ParkedEvent>,
): Promise<void> =>
  unlessAttached(owner, generation.generation, async (client) => {
    await client.query(`set local maintenance_work_mem = '256MB'; set local work_mem = '128MB'`);
    await client.query(deriveHeads(generation.generation));
    await copyRows(client, generation, 'subjects', subjectColumns, subjects);
    await copyRows(client, generation, 'parked', parkedColumns, parked);
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
