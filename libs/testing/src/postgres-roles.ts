import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { closeDatabase, closeServer } from '#postgres';

/** Who may log in, each with a password of its own. `owner` owns the database and its tables, the others are granted what they need. */
export const postgresRoles = ['owner', 'replicator', 'reader', 'control'] as const;
export type PostgresRole = (typeof postgresRoles)[number];
export type RoleUrls = Readonly<Record<PostgresRole, string>>;
export type RolePasswords = Readonly<Record<PostgresRole | 'superuser', string>>;

export const roleName = (role: PostgresRole): string => `reprise_${role}`;

const password = (): string => randomBytes(24).toString('base64url');

export const newPasswords = (): RolePasswords => ({
  superuser: password(),
  owner: password(),
  replicator: password(),
  reader: password(),
  control: password(),
});

export const superuserUrl = (port: number, passwords: RolePasswords): string =>
  `postgres://postgres:${passwords.superuser}@127.0.0.1:${port}/postgres`;

export const roleUrls = (port: number, database: string, passwords: RolePasswords): RoleUrls => {
  const url = (role: PostgresRole): string =>
    `postgres://${roleName(role)}:${passwords[role]}@127.0.0.1:${port}/${database}`;
  return { owner: url('owner'), replicator: url('replicator'), reader: url('reader'), control: url('control') };
};

const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/**
 * What holds for every session of the role, whatever asks: the connections of a reader say the same and more. Only a superuser may set
 * how much of the disk its statements fill (`temp_file_limit`; beyond it the statement is stopped, 53400).
 */
export const readerRoleSettings: Readonly<Record<string, string>> = {
  work_mem: '4MB',
  temp_file_limit: '512MB',
  statement_timeout: '10s',
  idle_in_transaction_session_timeout: '5s',
};

/** Safe to repeat; sets the passwords anew, and takes from everybody what Postgres gives to everybody. */
export const createRoles = (adminUrl: string, passwords: RolePasswords): Promise<void> =>
  withClient(adminUrl, async (client) => {
    for (const role of postgresRoles) {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [roleName(role)]);
      const verb = rowCount === 0 ? 'create' : 'alter';
      await client.query(
        `${verb} role ${roleName(role)} login nosuperuser nocreatedb nocreaterole nobypassrls password ${pg.escapeLiteral(passwords[role])}`,
      );
    }
    await closeServer(client);
    for (const [name, value] of Object.entries(readerRoleSettings))
      await client.query(`alter role ${roleName('reader')} set ${name} = ${pg.escapeLiteral(value)}`);
  });

/** A database that only the four roles enter, with the key (hex) by which its readers sign their scopes. Safe to repeat. */
export const createDatabase = async (adminUrl: string, database: string, scopeKey: string): Promise<void> => {
  await withClient(adminUrl, async (client) => {
    const name = pg.escapeIdentifier(database);
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${name} owner ${roleName('owner')}`);
    await client.query(`revoke all on database ${name} from public`);
    await client.query(`grant connect on database ${name} to reprise_replicator, reprise_reader, reprise_control`);
    await client.query(`revoke temporary on database ${name} from reprise_replicator`);
  });
  const inside = new URL(adminUrl);
  inside.pathname = `/${database}`;
  await withClient(inside.href, (client) => closeDatabase(client, Buffer.from(scopeKey, 'hex')));
};

/** Closes what is connected and drops it. */
export const dropDatabase = (adminUrl: string, database: string): Promise<void> =>
  withClient(adminUrl, async (client) => {
    await client.query(`drop database if exists ${pg.escapeIdentifier(database)} with (force)`);
  });

/** Resolves when the server takes logins, rejects with the last error after the time given. */
export const canLogIn = (adminUrl: string): Promise<void> =>
  withClient(adminUrl, async (client) => {
    await client.query('select 1');
  });
