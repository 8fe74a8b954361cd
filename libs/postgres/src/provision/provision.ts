import pg from 'pg';
import { loginAt, type PostgresAddress } from '../address.js';
import { closeDatabase, closeServer } from './close-database.js';

/** Who may log in, each with a password of its own. `owner` owns the database and its tables, the others are granted what they need. */
export const postgresRoles = ['owner', 'replicator', 'reader', 'control'] as const;
export type PostgresRole = (typeof postgresRoles)[number];

export const roleName = (role: PostgresRole): string => `reprise_${role}`;

const withClient = async <T>(
  address: PostgresAddress,
  work: (client: pg.Client) => Promise<T>,
  database?: string,
): Promise<T> => {
  const client = new pg.Client({ ...loginAt(address), ...(database !== undefined && { database }) });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** Safe to repeat; sets the passwords anew, and takes from everybody what Postgres gives to everybody. As the superuser. */
export const createRoles = (
  superuser: PostgresAddress,
  passwords: Readonly<Record<PostgresRole, string>>,
): Promise<void> =>
  withClient(superuser, async (client) => {
    for (const role of postgresRoles) {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [roleName(role)]);
      const verb = rowCount === 0 ? 'create' : 'alter';
      await client.query(
        `${verb} role ${roleName(role)} login nosuperuser nocreatedb nocreaterole nobypassrls password ${pg.escapeLiteral(passwords[role])}`,
      );
    }
    await closeServer(client);
  });

/** A database that only the four roles enter, with the key (hex) by which its readers sign their scopes. Safe to repeat. As the superuser. */
export const createDatabase = async (superuser: PostgresAddress, database: string, scopeKey: string): Promise<void> => {
  await withClient(superuser, async (client) => {
    const name = pg.escapeIdentifier(database);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${name} owner ${roleName('owner')}`);
    await client.query(`revoke all on database ${name} from public`);
    await client.query(`grant connect on database ${name} to reprise_replicator, reprise_reader, reprise_control`);
    await client.query(`revoke temporary on database ${name} from reprise_replicator`);
  });
  await withClient(superuser, (client) => closeDatabase(client, Buffer.from(scopeKey, 'hex')), database);
};

/** Closes what is connected and drops it. As the superuser. */
export const dropDatabase = (superuser: PostgresAddress, database: string): Promise<void> =>
  withClient(superuser, async (client) => {
    await client.query(`drop database if exists ${pg.escapeIdentifier(database)} with (force)`);
  });

/** Resolves when the server takes logins; rejects with what it says else. */
export const canLogIn = (address: PostgresAddress): Promise<void> =>
  withClient(address, async (client) => {
    await client.query('select 1');
  });
