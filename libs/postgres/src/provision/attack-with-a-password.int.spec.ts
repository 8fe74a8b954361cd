import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { anEvent, patientKey, put } from '../../../testing/src/builders/feed.js';
import { aLog, anEstablishment, AReplica, follow } from '../../test/a-replica.js';
import { connectionsMaxByRole, notForEverybody } from './close-database.js';
import { signScope } from './scope-key.js';

// Whoever has the password of a role, and nothing else of Reprise's.

const [mine, others] = [anEstablishment(), anEstablishment()];
const every = `${mine},${others}`;
let replica: AReplica;
let superuser: pg.Client;
const opened: pg.Client[] = [];

const logIn = async (connectionString: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  opened.push(client);
  return client;
};
const asReader = (): Promise<pg.Client> => logIn(replica.database.urls.reader);
const openSession = async (client: pg.Client): Promise<string> =>
  (await client.query<{ nonce: string }>('select reprise_scope.open_session() as nonce')).rows[0]?.nonce ?? '';
const openList = (client: pg.Client, list: string, proof: Buffer | null): Promise<unknown> =>
  client.query('select reprise_scope.open_list($1, $2)', [list, proof]);
const heads = (client: pg.Client): Promise<readonly unknown[]> =>
  client.query('select establishment from heads').then(({ rows }) => rows as unknown[]);

const denied = { code: '42501' };
const noSession = { code: '55000' };

beforeAll(async () => {
  replica = await AReplica.open();
  superuser = new pg.Client({ connectionString: replica.database.superuserUrl });
  await superuser.connect();
  for (const establishment of [mine, others])
    await follow(replica.store, aLog(), establishment, [anEvent([put(patientKey(1), { of: establishment })])]);
});
// A role has only so many sessions.
afterEach(async () => {
  for (const client of opened.splice(0)) await client.end();
});
afterAll(async () => {
  await superuser.end();
  await replica.close();
});

describe("a scope is only the reader's process to open", () => {
  it('opens for who has the key', async () => {
    const reader = await asReader();
    await openList(reader, every, signScope(replica.database.scopeKey, await openSession(reader), every));
    expect(await heads(reader)).toHaveLength(2);
  });

  it('reads nothing by a setting, whatever its value', async () => {
    const reader = await asReader();
    await reader.query(`select set_config('reprise.establishments', $1, false)`, [every]);
    await expect(heads(reader)).rejects.toMatchObject(noSession);
    await openSession(reader);
    await expect(heads(reader)).rejects.toMatchObject(noSession);
  });

  it.each([
    ['no proof', () => null],
    ['an empty one', () => Buffer.alloc(0)],
    ['a guess', () => Buffer.alloc(32, 7)],
    ['one by another key', (nonce: string) => signScope(Buffer.alloc(32), nonce, every)],
    ['one for another list', (nonce: string) => signScope(replica.database.scopeKey, nonce, mine)],
    ['one without a nonce', () => signScope(replica.database.scopeKey, '', every)],
  ])('refuses %s, and reads nothing after it', async (_, proofOf) => {
    const reader = await asReader();
    await expect(openList(reader, every, proofOf(await openSession(reader)))).rejects.toMatchObject(denied);
    await expect(heads(reader)).rejects.toMatchObject(noSession);
  });

  it('refuses what was signed for another session, while that one lives and after it, and for this one before', async () => {
    const seen = await asReader();
    const nonce = await openSession(seen);
    const proof = signScope(replica.database.scopeKey, nonce, every);
    await openList(seen, every, proof);
    const replay = async (): Promise<void> => {
      const reader = await asReader();
      await expect(openList(reader, every, proof)).rejects.toMatchObject(noSession);
      for (let tries = 0; tries < 20; tries += 1) {
        expect(await openSession(reader)).not.toBe(nonce);
        await expect(openList(reader, every, proof)).rejects.toMatchObject(denied);
      }
      await expect(heads(reader)).rejects.toMatchObject(noSession);
    };
    await replay();
    await seen.end();
    opened.splice(opened.indexOf(seen), 1);
    await replay();
  });

  it('loses its list when the session is begun anew', async () => {
    const reader = await asReader();
    await openList(reader, every, signScope(replica.database.scopeKey, await openSession(reader), every));
    await reader.query('discard sequences');
    await expect(heads(reader)).rejects.toMatchObject(noSession);
  });

  it.each([
    `select setval('reprise_scope.session_list', 1)`,
    `select nextval('reprise_scope.session_list')`,
    `select setval('reprise_scope.session_nonce', 1)`,
    `select * from reprise_scope.key`,
    `update reprise_scope.lists set establishments = '{}'`,
    `insert into reprise_scope.lists (digest, establishments) values ('', '{}')`,
    `alter function reprise_scope.open_list reset all`,
    `create function reprise_scope.f() returns int language sql as 'select 1'`,
  ])('keeps its means: %s', async (sql) => {
    await expect((await asReader()).query(sql)).rejects.toMatchObject({ code: expect.stringMatching(/^42501$/) });
  });

  it('shows no list but its own', async () => {
    const reader = await asReader();
    await openList(reader, mine, signScope(replica.database.scopeKey, await openSession(reader), mine));
    expect((await reader.query('select establishments from reprise_scope.lists')).rows).toEqual([
      { establishments: [mine] },
    ]);
  });

  it('resolves its functions by no path of the caller', async () => {
    const { rows } = await superuser.query(
      `select proname from pg_proc where pronamespace = 'reprise_scope'::regnamespace
       and (not prosecdef or not coalesce(proconfig @> '{"search_path=pg_catalog, pg_temp"}', false))`,
    );
    expect(rows).toEqual([]);
  });
});

const attacks = [
  ['a large object', `select lo_create(0)`],
  ['a large object from bytes', `select lo_from_bytea(0, 'x')`],
  ['a large object, the old way', `select lo_creat(-1)`],
  ['a file of the server as a large object', `select lo_import('/etc/passwd')`],
  ['a lock on a number', `select pg_advisory_lock_shared(7265, 1)`],
  ['a try for a lock', `select pg_try_advisory_lock(7265707269)`],
  ['a sleep', `select pg_sleep(60)`],
  ['a sleep of another name', `select pg_sleep_for('1 minute')`],
  ['the end of another session', `select pg_terminate_backend(pg_backend_pid() + 1)`],
  ['a message into the write-ahead log', `select pg_logical_emit_message(false, 'x', repeat('x', 1000))`],
  ['a notice', `select pg_notify('x', 'x')`],
  ['what others ask', `select query from pg_stat_activity`],
  ['what others ask, by function', `select pg_stat_get_backend_activity(1)`],
  ['who holds which lock', `select * from pg_locks`],
  ['how large tables are', `select pg_total_relation_size('heads')`],
  ['a snapshot that others may import', `select pg_export_snapshot()`],
  ['transaction numbers', `select txid_current()`],
  ['statements within a statement', `select query_to_xml('select 1', true, true, '')`],
  ['a temporary table', `create temporary table mine (x int)`],
  ['a table', `create table mine (x int)`],
  ['a schema', `create schema mine`],
  ['a function', `create function f() returns int language sql as 'select 1'`],
  ['a program', `do $$ begin perform 1; end $$`],
  ['an extension', `create extension pgcrypto`],
  ['a file', `copy (select 1) to '/tmp/reprise-attack'`],
  ['a command', `copy (select 1) to program 'true'`],
  ['a file that is read', `select pg_read_file('PG_VERSION')`],
  ['a publication', `create publication p for all tables`],
  ['a slot', `select pg_create_physical_replication_slot('s')`],
  ['another role', `set role reprise_owner`],
  ['another session', `set session authorization reprise_owner`],
  ['more rights', `alter role reprise_reader bypassrls`],
  ['more disk for sorts', `set temp_file_limit = -1`],
  ['more in the log', `set log_min_messages = 'debug5'`],
  ['statements in the log', `set log_statement = 'all'`],
] as const;

describe('what Postgres gives everybody is taken back', () => {
  it.each(attacks.filter(([what]) => !/lock on/.test(what)))('the reader and control get no %s', async (_, sql) => {
    for (const role of ['reader', 'control'] as const)
      await expect((await logIn(replica.database.urls[role])).query(sql)).rejects.toMatchObject(denied);
  });

  it('locks on numbers are for those who write', async () => {
    const take = 'select pg_advisory_xact_lock(1, 1)';
    for (const role of ['reader', 'control'] as const)
      await expect((await logIn(replica.database.urls[role])).query(take)).rejects.toMatchObject(denied);
    for (const role of ['replicator', 'owner'] as const)
      await expect((await logIn(replica.database.urls[role])).query(take)).resolves.toBeDefined();
  });

  it.each(['owner', 'replicator', 'reader', 'control'] as const)('%s enters no other database', async (role) => {
    for (const name of ['postgres', 'template1', 'template0']) {
      const url = new URL(replica.database.urls[role]);
      url.pathname = `/${name}`;
      const client = new pg.Client({ connectionString: url.href });
      await expect(client.connect()).rejects.toThrow(/permission denied|not currently accepting/);
      await client.end();
    }
  });

  it.each(['replicator', 'reader', 'control'] as const)(
    '%s makes nothing: no table, no temporary one',
    async (role) => {
      const client = await logIn(replica.database.urls[role]);
      for (const sql of ['create table mine (x int)', 'create temporary table mine (x int)', 'create schema mine'])
        await expect(client.query(sql)).rejects.toMatchObject(denied);
    },
  );

  it('leaves no function that changes something, but those that are named, to the reader and control', async () => {
    const { rows } = await superuser.query(
      `select p.oid::regprocedure::text as may, role from pg_proc as p, unnest('{reprise_reader, reprise_control}'::text[]) as role
       where ${notForEverybody} and has_function_privilege(role, p.oid, 'execute')`,
    );
    expect(rows).toEqual([]);
    const named = await superuser.query(
      `select distinct proname as name from pg_proc as p where provolatile = 'v' and prorettype::regtype::text !~ 'trigger|handler|internal'
       and has_function_privilege('reprise_reader', p.oid, 'execute') order by 1`,
    );
    expect(named.rows.map((row: { name: string }) => row.name).join(' ')).toBe(
      'amvalidate array_sample array_shuffle clock_timestamp currval gen_random_uuid lastval nextval open_list open_session ' +
        'pg_is_in_recovery plpgsql_validator random random_normal set_config setseed setval timeofday uuidv4 uuidv7',
    );
  });

  it('bounds the connections of each role', async () => {
    const { rows } = await superuser.query(
      `select rolname, rolconnlimit, rolreplication, rolconfig from pg_roles where rolname like 'reprise\\_%' order by 1`,
    );
    expect(rows.map((row: { rolname: string; rolconnlimit: number }) => [row.rolname, row.rolconnlimit])).toEqual(
      (['control', 'owner', 'reader', 'replicator'] as const).map((r) => [`reprise_${r}`, connectionsMaxByRole[r]]),
    );
  });
});
