import 'reflect-metadata';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type pg from 'pg';
import { Schema1790000000001 } from './migrations/0001-schema.js';
import { SearchRule1790000000002 } from './migrations/0002-search-rule.js';
import { Scrub1790000000003 } from './migrations/0003-scrub.js';
import { SignedScope1790000000004 } from './migrations/0004-signed-scope.js';
import { RemovedVersions1790000000005 } from './migrations/0005-removed-versions.js';
import { Heartbeat1790000000006 } from './migrations/0006-heartbeat.js';
import { BuildFunctions1790000000007 } from './migrations/0007-build-functions.js';
import { ShorterWait1790000000008 } from './migrations/0008-shorter-wait.js';
import { Replicators1790000000009 } from './migrations/0009-replicators.js';
import { loginAt, type PostgresAddress } from './address.js';
import { asFailure } from './postgres-failure.js';

const common = {
  type: 'postgres' as const,
  applicationName: 'reprise',
  connectTimeoutMS: 10_000,
  logging: false,
  migrations: [
    Schema1790000000001,
    SearchRule1790000000002,
    Scrub1790000000003,
    SignedScope1790000000004,
    RemovedVersions1790000000005,
    Heartbeat1790000000006,
    BuildFunctions1790000000007,
    ShorterWait1790000000008,
    Replicators1790000000009,
  ],
  migrationsTransactionMode: 'each' as const,
  // A connection that breaks while it idles is replaced when the next one is asked for.
  poolErrorHandler: () => undefined,
} satisfies Partial<DataSourceOptions>;

const options = (address: PostgresAddress): DataSourceOptions & { readonly type: 'postgres' } => {
  const { user: username, ...login } = loginAt(address);
  return { ...common, ...login, username };
};

const open = async (source: DataSource): Promise<DataSource> => {
  try {
    return await source.initialize();
  } catch (error) {
    throw asFailure(error);
  }
};

/**
 * Connections of a role that reads or writes rows. Statements go out without waiting for the answers of the ones before
 * (`pg` pipeline mode); cursors and COPY streams are not possible on them. Throws `replica.unreachable`.
 */
export const openReplica = (address: PostgresAddress, poolSize = 4): Promise<DataSource> =>
  open(new DataSource({ ...options(address), poolSize, extra: { pipeline: true } }));

/** Connections that take COPY, of the role that fills the tables of a generation: not pipelined. Throws `replica.unreachable`. */
export const openForCopy = (address: PostgresAddress): Promise<DataSource> =>
  open(new DataSource({ ...options(address), poolSize: 4 }));

/** Connections of the owner, for migrations and nothing else. Throws `replica.unreachable`. */
export const openOwner = (address: PostgresAddress): Promise<DataSource> =>
  open(new DataSource({ ...options(address), poolSize: 2 }));

/** A connection of the pool, for one piece of work. One that broke is not given back. Throws `Failure` for what operation can cause. */
export const withClient = async <T>(source: DataSource, work: (client: pg.ClientBase) => Promise<T>): Promise<T> => {
  const runner = source.createQueryRunner();
  try {
    return await work((await runner.connect()) as pg.ClientBase);
  } catch (error) {
    throw asFailure(error);
  } finally {
    await runner.release();
  }
};
