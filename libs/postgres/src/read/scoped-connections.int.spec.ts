import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure, Finess } from '#domain';
import { freshDatabase, type FreshDatabase } from '#testing';
import { migrate } from '../migrate.js';
import { type Row, ScopedConnections } from './scoped-connections.js';

const all = ['750000001', '750000002', '750000003', '750000004'].map((one) => Finess.parse(one));

let database: FreshDatabase;
let superuser: pg.Client;
beforeAll(async () => {
  database = await freshDatabase();
  await migrate(database.urls.owner);
  superuser = new pg.Client({ connectionString: database.superuserUrl });
  await superuser.connect();
  // A canary: each establishment's only row says whose it is.
  for (const [index, establishment] of all.entries())
    await superuser.query('insert into establishments values ($1, $2, 0)', [establishment, index + 1]);
});
afterAll(async () => {
  await superuser.end();
  await database.drop();
});

const open = (connectionsMax: number, more: Partial<ConstructorParameters<typeof ScopedConnections>[0]> = {}) =>
  new ScopedConnections({ address: database.urls.reader, scopeKey: database.scopeKey, connectionsMax, ...more });

/** What a statement sees that asks for everything, and the scope of the connection that it ran on. */
const canary = {
  name: 'canary',
  text: `select establishment, array_to_string((select establishments from reprise_scope.lists), ',') as scope, pg_backend_pid() as pid from establishments order by 1`,
};
/** The reader may not sleep: it counts. */
const slowly = `select count(*) as slowly
  from generate_series(1, 10000) as a, generate_series(1, 1000) as b, generate_series(1, 1000) as c`;
const seen = (rows: readonly Row[]): readonly unknown[] => rows.map((row) => row['establishment']);

describe('connections that serve one scope at a time', () => {
  it('show no caller what is not in its scope, however callers take turns', async () => {
    const scopes = fc.array(fc.subarray(all, { minLength: 1 }), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(scopes, fc.integer({ min: 1, max: 3 }), async (callers, connectionsMax) => {
        const connections = open(connectionsMax);
        await Promise.all(
          callers.map(async (scope) => {
            const rows = await connections.query(scope, canary, []);
            expect(seen(rows)).toEqual(scope);
            expect(rows.every((row) => row['scope'] === scope.join(','))).toBe(true);
          }),
        );
        await connections.close();
      }),
      { numRuns: 40 },
    );
  });

  it('fail closed: a session that was given no scope reads nothing', async () => {
    const bare = new pg.Client({ connectionString: database.urls.reader });
    await bare.connect();
    await expect(bare.query('select from establishments')).rejects.toThrow('session_list');
    await expect(bare.query('select from versions_g1')).rejects.toThrow();
    await expect(bare.query('select value from parked')).rejects.toThrow('permission denied');
    await expect(bare.query('delete from heads')).rejects.toThrow('permission denied');
    await bare.end();
  });

  it('say that their key is another than that of the database, and read nothing', async () => {
    const connections = new ScopedConnections({
      address: database.urls.reader,
      scopeKey: Buffer.alloc(32),
      connectionsMax: 1,
    });
    await expect(connections.query(all, canary, [])).rejects.toThrow('the scope key of this reader is not the one');
    await connections.close();
  });

  it('are set once for callers of one scope', async () => {
    const connections = open(2);
    for (let i = 0; i < 5; i++) {
      await connections.query(all.slice(0, 1), canary, []);
      await connections.query(all.slice(1, 2), canary, []);
    }
    const { rows } = await superuser.query<{ query: string }>(
      "select query from pg_stat_activity where usename = 'reprise_reader' and datname = current_database()",
    );
    expect(rows).toHaveLength(2);
    expect(rows.filter(({ query }) => query.includes('open_list'))).toEqual([]);
    await connections.close();
  });

  it('are never lent again after a failure that is not understood', async () => {
    const connections = open(1);
    const [before] = await connections.query(all, canary, []);
    await expect(connections.query(all, { text: 'select nothing from nowhere' }, [])).rejects.toThrow('nowhere');
    const [after] = await connections.query(all.slice(0, 1), canary, []);
    expect(after?.['pid']).not.toBe(before?.['pid']);
    expect(after?.['scope']).toBe(all[0]);
    await connections.close();
  });

  it('stop a statement that takes too long, and stay sound', async () => {
    const connections = open(1, { statementTimeoutMs: 100 });
    await expect(connections.query(all, { text: slowly }, [])).rejects.toSatisfy((error) =>
      Failure.is(error, 'replica.unreachable'),
    );
    expect(seen(await connections.query(all, canary, []))).toEqual(all);
    await connections.close();
  });

  it('say how to ask for less where a statement takes too long, or more than it may', async () => {
    const askForLess = 'ask with a longer beginning of the name';
    const connections = open(1, { statementTimeoutMs: 100, askForLess });
    // Less than the role may elsewhere, so that a small sort is too large.
    await superuser.query(`alter role reprise_reader in database ${database.name} set temp_file_limit = '64kB'`);
    const sort = `select count(*) from (select repeat('x', 99) || i from generate_series(1, 200000) as i order by 1 offset 1) as s`;
    const statements = [slowly, sort];
    for (const text of statements)
      await expect(connections.query(all, { text }, [])).rejects.toMatchObject({
        code: 'replica.unreachable',
        hint: askForLess,
      });
    // The next ones may take what a role may.
    await superuser.query(`alter role reprise_reader in database ${database.name} reset temp_file_limit`);
    expect(seen(await connections.query(all, canary, []))).toEqual(all);
    await connections.close();
  });

  it('bound what a statement takes of the server', async () => {
    const connections = open(1);
    const text =
      "select name, setting from pg_settings where name in ('work_mem', 'hash_mem_multiplier', 'max_parallel_workers_per_gather', 'idle_in_transaction_session_timeout', 'statement_timeout') order by name";
    const rows = await connections.query([], { text }, []);
    expect(Object.fromEntries(rows.map((row) => [row['name'], row['setting']]))).toEqual({
      hash_mem_multiplier: '1',
      idle_in_transaction_session_timeout: '5000',
      max_parallel_workers_per_gather: '0',
      statement_timeout: '10000',
      work_mem: '4096',
    });
    await connections.close();
  });

  it('end after so many statements, under those who wait, too', async () => {
    const connections = open(1, { lifetime: { statementsMax: 3, msMax: 60_000 } });
    const rows = await Promise.all(Array.from({ length: 7 }, () => connections.query(all, canary, [])));
    const pids = rows.map(([row]) => row?.['pid']);
    expect(new Set(pids.slice(0, 3)).size).toBe(1);
    expect(new Set(pids).size).toBe(3);
    await connections.close();
  });

  it('end after their time, idle ones too, and give their memory back', async () => {
    const connections = open(2, { lifetime: { statementsMax: 1000, msMax: 50 } });
    await connections.query(all, canary, []);
    const backends = "select from pg_stat_activity where usename = 'reprise_reader' and datname = current_database()";
    await expect.poll(async () => (await superuser.query(backends)).rowCount).toBe(0);
    expect(seen(await connections.query(all, canary, []))).toEqual(all);
    await connections.close();
  });

  it('turn away who would wait too long, and serve the others', async () => {
    const connections = open(1, { waitingMax: 2 });
    const answers = await Promise.allSettled(
      Array.from({ length: 5 }, () =>
        connections.query(
          all,
          { text: 'select count(*) from generate_series(1, 1000) as a, generate_series(1, 500) as b' },
          [],
        ),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    await connections.close();
  });

  it('come back when the server has closed them, busy or idle', async () => {
    const connections = open(3);
    // A busy machine is no failure.
    const patience = { timeout: 20_000 };
    const kill =
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reprise_reader' and datname = current_database()";
    await Promise.all(all.map((one) => connections.query([one], canary, [])));
    const running = connections.query(all, { text: slowly }, []);
    const cut = expect(running).rejects.toSatisfy((error) => Failure.is(error, 'replica.unreachable'));
    await expect
      .poll(
        async () =>
          (
            await superuser.query(
              "select from pg_stat_activity where query like '%slowly%' and state = 'active' and pid <> pg_backend_pid()",
            )
          ).rowCount,
        patience,
      )
      .toBe(1);
    await superuser.query(kill);
    await cut;
    await expect.poll(async () => (await superuser.query(kill)).rowCount, patience).toBe(0);
    // A connection that was closed while idle hears of it a moment later: asked before that, it says that the replica does not answer.
    const twice = all.flatMap((one) => [one, one]);
    const ask = async (): Promise<readonly unknown[]> => {
      const rows = await Promise.allSettled(twice.map((one) => connections.query([one], canary, [])));
      return rows.map((row) => (row.status === 'fulfilled' ? seen(row.value)[0] : undefined));
    };
    await expect.poll(ask, patience).toEqual(twice);
    await connections.close();
    await expect(connections.query(all, canary, [])).rejects.toSatisfy((error) =>
      Failure.is(error, 'replica.unreachable'),
    );
  });
});
