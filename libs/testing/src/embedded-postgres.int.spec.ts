import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingsOfRole } from '#postgres';
import { type PostgresOptions, type RunningPostgres, startPostgres } from './embedded-postgres.js';
import { logFilesIn, postgresLogFilesMax, pruneLogs } from './postgres-log.js';
import { freePorts } from './ports.js';
import { freshDatabase } from './servers.js';

const query = async (url: string, sql: string): Promise<readonly unknown[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
};

describe('embedded Postgres', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'reprise-postgres-'));
  let options: PostgresOptions;
  let postgres: RunningPostgres;

  beforeAll(async () => {
    const [port = 0] = await freePorts(1);
    options = { port, dataDir };
    postgres = await startPostgres(options);
    await query(postgres.urls.owner, `create table kept as select 'Zoé' as word`);
  });

  afterAll(async () => {
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('is version 18 with checksums, sorted by code point', async () => {
    const [settings] = await query(
      postgres.superuserUrl,
      `select current_setting('server_version') as version, current_setting('data_checksums') as checksums,
              'Z' < 'é' and 'Z' < 'a' as "byCodePoint", current_setting('listen_addresses') as listen`,
    );
    expect(settings).toEqual({
      version: expect.stringMatching(/^18\./),
      checksums: 'on',
      byCodePoint: true,
      listen: '127.0.0.1',
    });
  });

  it('keeps its passwords from others', () => {
    for (const file of ['passwords.json', 'scope.key'])
      expect([file, statSync(join(dataDir, file)).mode & 0o777]).toEqual([file, 0o600]);
    expect(readFileSync(join(dataDir, 'scope.key'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it('writes a log that is rotated, closed to others, and says nothing of rows and statements', async () => {
    const { owner, reader } = postgres.urls;
    await query(owner, `create table secret (name text primary key)`);
    await query(owner, `insert into secret values ('Dupont')`);
    // The first value stands in the detail, the second in the message itself, the third in the statement.
    await expect(query(owner, `insert into secret values ('Dupont')`)).rejects.toThrow('duplicate');
    await expect(query(reader, `select 'Dupont'::int`)).rejects.toThrow('Dupont');
    await expect(query(postgres.superuserUrl, `select 'Dupont' from nowhere`)).rejects.toThrow('nowhere');
    const files = logFilesIn(join(dataDir, 'data'));
    expect(files.map((file) => statSync(file).mode & 0o777)).toEqual(files.map(() => 0o600));
    expect(statSync(join(dataDir, 'postgres.log')).mode & 0o777).toBe(0o600);
    // It does write: this one is told at the level that is not silenced.
    await expect.poll(() => files.map((file) => readFileSync(file, 'utf8')).join('')).toContain('nowhere');
    expect(files.map((file) => readFileSync(file, 'utf8')).join('')).not.toContain('Dupont');
  });

  it('keeps the newest files of its log, and no more', async () => {
    const old = Array.from({ length: 20 }, (_, n) =>
      join(dataDir, 'data', 'log', `postgres-20200101-0000${n + 10}.log`),
    );
    for (const file of old) writeFileSync(file, '');
    pruneLogs(join(dataDir, 'data'));
    expect(logFilesIn(join(dataDir, 'data'))).toHaveLength(postgresLogFilesMax);
    expect(logFilesIn(join(dataDir, 'data')).at(-1)).not.toContain('2020');
  });

  it('asks for a password and lets only the owner make tables', async () => {
    const { owner, reader } = postgres.urls;
    await expect(query(owner.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toThrow(/password/);
    await expect(query(reader, 'create table mine (x int)')).rejects.toThrow(/permission denied/);
    await expect(query(reader, 'create temporary table mine (x int)')).rejects.toThrow(/permission denied/);
    const supers = await query(owner, `select rolname from pg_roles where rolsuper or rolbypassrls or rolcreaterole`);
    expect(supers).toEqual([{ rolname: 'postgres' }]);
  });

  it('bounds what any session of the reader may take of memory, disk and time', async () => {
    // Who else may read how the server logs is nobody's but a superuser's.
    const { log_min_messages: _, ...bounds } = settingsOfRole.reader;
    const names = Object.keys(bounds);
    const shown = await query(
      postgres.urls.reader,
      `select ${names.map((name) => `current_setting('${name}') as ${name}`).join(', ')}`,
    );
    expect(shown).toEqual([{ ...bounds, transaction_timeout: '1min' }]);
    await expect(query(postgres.urls.reader, "set temp_file_limit = '1GB'")).rejects.toThrow(/permission denied/);
  });

  it('keeps what was committed over a kill -9', async () => {
    await postgres.kill();
    postgres = await startPostgres(options);
    expect(await query(postgres.urls.owner, 'select * from kept')).toEqual([{ word: 'Zoé' }]);
  });

  it('stops what a killed run left and takes its place', async () => {
    const pidFile = join(dataDir, 'server.pid');
    const written = JSON.parse(readFileSync(pidFile, 'utf8')) as { server: object };
    await expect(startPostgres(options)).rejects.toMatchObject({ code: 'busy' });
    const orphan = postgres;
    writeFileSync(pidFile, JSON.stringify({ ...written, owner: { pid: process.pid, startedAt: 'earlier' } }));
    postgres = await startPostgres(options);
    await orphan.exited;
    expect(await query(postgres.urls.owner, 'select * from kept')).toEqual([{ word: 'Zoé' }]);
  });

  it('names the setting that keeps it from starting', async () => {
    await postgres.stop();
    await expect(startPostgres({ ...options, settings: { shared_buffers: 'much' } })).rejects.toThrow(/shared_buffers/);
    postgres = await startPostgres(options);
  });
});

describe('a fresh database', () => {
  it('is empty, of its own, with the four roles, and goes when dropped', async () => {
    const [one, other] = [await freshDatabase(), await freshDatabase()];
    await query(one.urls.owner, 'create table t (x int); grant select on t to reprise_reader');
    expect(await query(one.urls.reader, 'select count(*)::int as count from t')).toEqual([{ count: 0 }]);
    await expect(query(other.urls.owner, 'select * from t')).rejects.toThrow(/does not exist/);
    await one.drop();
    await other.drop();
    await expect(query(one.urls.owner, 'select 1')).rejects.toThrow(/does not exist/);
  });
});
