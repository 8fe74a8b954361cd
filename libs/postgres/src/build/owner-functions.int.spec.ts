import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finess, Position, type Timeline } from '#domain';
import { anEvent, patientKey, put } from '../../../testing/src/builders/feed.js';
import { aLog, anEstablishment, AReplica, byWords, follow } from '../../test/a-replica.js';
import { PostgresGenerationBuilder } from './postgres-generation-builder.js';

// Whoever has the password of reprise_replicator, and what the owner does for it.

const functions = [
  'make_tables',
  'index_while_filled',
  'index_history',
  'index_derived',
  'attach_tables',
  'drop_table',
];
const building = functions.filter((name) => name !== 'drop_table');
const [denied, refused] = [{ code: '42501' }, { code: '55000' }];
const parents = ['versions', 'heads', 'tokens', 'subjects', 'messages', 'parked'];

let replica: AReplica;
let builder: PostgresGenerationBuilder;
let clients: Record<'superuser' | 'owner' | 'replicator' | 'reader' | 'control', pg.Client>;

const restored: Timeline = {
  number: 2,
  parent: { number: 1 },
  branch: Position.none,
  cut: Position.none,
  exclusions: { senders: [], types: [], between: [], clock: 'recorded' },
  plannedAt: Position.none,
  afterCut: 'omit',
  resumeAt: 'not-promoted',
};
const live = async (): Promise<number> => {
  const establishment = anEstablishment();
  await follow(replica.store, aLog(), establishment, [anEvent([put(patientKey(1))])]);
  return (await replica.store.generations(establishment))[0]?.generation ?? 0;
};
let restores = 0;
const opened = async (establishment: Finess = anEstablishment()): Promise<number> =>
  (await builder.open(establishment, restored, `owner-${restores++}`)).generation.generation;
const finished = async (): Promise<number> => {
  const tables = await builder.open(anEstablishment(), restored, `owner-${restores++}`);
  await tables.finish(new Map(), []);
  return tables.generation.generation;
};
const inState = async (generation: number, state: string): Promise<number> => {
  await clients.superuser.query('update generations set state = $2 where generation = $1', [generation, state]);
  return generation;
};
const call = (name: string, generation: number | null, client = clients.replicator): Promise<pg.QueryResult> =>
  client.query(`select reprise_build.${name}($1) as answer`, [generation]);
/** All that is there of generations: names, rights, indexes, what is attached. */
const standing = async (): Promise<unknown> =>
  (
    await clients.superuser.query(
      `select relname, relispartition, relacl::text, relrowsecurity, relhasindex from pg_class where relname ~ '_g\\d+' order by 1`,
    )
  ).rows;

beforeAll(async () => {
  replica = await AReplica.open();
  builder = new PostgresGenerationBuilder(replica.replica, replica.copies, byWords);
  const connected = async (connectionString: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    return client;
  };
  const { urls, superuserUrl } = replica.database;
  clients = {
    superuser: await connected(superuserUrl),
    owner: await connected(urls.owner),
    replicator: await connected(urls.replicator),
    reader: await connected(urls.reader),
    control: await connected(urls.control),
  };
});
afterAll(async () => {
  for (const client of Object.values(clients)) await client.end();
  await replica.close();
});

describe("the owner's functions", () => {
  it.each(functions)(
    '%s refuses a generation that is live, whatever its state says, and changes nothing',
    async (name) => {
      const generation = await live();
      for (const state of ['following', 'building', 'built', 'failed', 'cancelled']) {
        await inState(generation, state);
        const before = await standing();
        await expect(call(name, generation)).rejects.toMatchObject(refused);
        expect(await standing()).toEqual(before);
      }
    },
  );

  it.each(functions)('%s refuses one that follows, one that is not there, and none', async (name) => {
    const following = await inState(await finished(), 'following');
    const before = await standing();
    for (const generation of [following, 999_999, 0, -1, null])
      await expect(call(name, generation)).rejects.toMatchObject(refused);
    expect(await standing()).toEqual(before);
  });

  it.each(building)('%s refuses one that is built, failed or cancelled', async (name) => {
    const generation = await opened();
    for (const state of ['built', 'failed', 'cancelled']) {
      await inState(generation, state);
      await expect(call(name, generation)).rejects.toMatchObject(refused);
    }
  });

  it.each(building)('%s leaves one that is attached as it is', async (name) => {
    const generation = await finished();
    const before = await standing();
    if (name === 'make_tables') expect((await call(name, generation)).rows).toEqual([{ answer: true }]);
    else await expect(call(name, generation)).rejects.toMatchObject(refused);
    expect(await standing()).toEqual(before);
  });

  it.each(['building', 'built', 'failed'])('drop_table drops nothing of one that is %s', async (state) => {
    const generation = await inState(await opened(), state);
    const before = await standing();
    await expect(call('drop_table', generation)).rejects.toMatchObject(refused);
    expect(await standing()).toEqual(before);
  });

  it('drop_table lets readers stand behind it for ten milliseconds at a time', async () => {
    const { rows } = await clients.superuser.query<{ settings: string[] }>(
      `select proconfig as settings from pg_proc where oid = 'reprise_build.drop_table(int)'::regprocedure`,
    );
    expect(rows[0]?.settings).toContain('lock_timeout=10ms');
  });

  it('drop_table finishes what was left half detached', async () => {
    const generation = await inState(await finished(), 'cancelled');
    await clients.control.query('begin; select from versions limit 1');
    const detaching = new pg.Client({ connectionString: replica.database.urls.owner });
    await detaching.connect();
    await detaching.query(`set statement_timeout = '200ms'`);
    const detach = `alter table versions detach partition versions_g${generation} concurrently`;
    await expect(detaching.query(detach)).rejects.toMatchObject({ code: '57014' });
    await detaching.end();
    await clients.control.query('commit');
    for (const _ of parents) expect((await call('drop_table', generation)).rows).toEqual([{ answer: true }]);
    expect((await call('drop_table', generation)).rows).toEqual([{ answer: false }]);
    const { rows } = await clients.superuser.query('select relname from pg_class where relname ~ $1', [
      `_g${generation}(_|$)`,
    ]);
    expect(rows).toEqual([]);
  });

  it('take a number and nothing else', async () => {
    for (const name of functions)
      for (const text of ['1; drop table versions', '1 or true', '{n}', '1e99'])
        await expect(clients.replicator.query(`select reprise_build.${name}($1)`, [text])).rejects.toMatchObject({
          code: expect.stringMatching(/^22/),
        });
  });

  it('resolve what they name by no path of the caller', async () => {
    const { rows } = await clients.superuser.query(
      `select proname from pg_proc where pronamespace = 'reprise_build'::regnamespace
       and (not prosecdef or not coalesce('search_path=pg_catalog, public, pg_temp' = any (proconfig), false)
         or proowner <> 'reprise_owner'::regrole)`,
    );
    expect(rows).toEqual([]);
  });

  it('are for the replicator alone, and these are all', async () => {
    for (const role of ['replicator', 'reader', 'control'] as const) {
      const { rows } = await clients.superuser.query<{ proname: string }>(
        `select proname from pg_proc as p join pg_namespace as n on n.oid = pronamespace
         where prosecdef and has_function_privilege('reprise_${role}', p.oid, 'execute')
           and has_schema_privilege('reprise_${role}', n.oid, 'usage') and nspname <> 'reprise_scope' order by 1`,
      );
      expect([role, rows.map(({ proname }) => proname)]).toEqual([
        role,
        role === 'replicator' ? functions.toSorted() : [],
      ]);
    }
    for (const name of functions)
      for (const client of [clients.reader, clients.control])
        await expect(call(name, 1, client)).rejects.toMatchObject(denied);
  });
});

describe('the replicator', () => {
  it('has the rights of a live writer, and no longer those of a filler, when the tables are attached', async () => {
    const rightsOf = async (generation: number): Promise<string[]> =>
      (
        await clients.superuser.query<{ may: string }>(
          `select c.relname || ': ' || string_agg(distinct privilege_type, ' ' order by privilege_type) as may
           from pg_class as c, aclexplode(c.relacl) where grantee = 'reprise_replicator'::regrole and c.relname ~ $1
           group by c.relname order by 1`,
          [`_g${generation}$`],
        )
      ).rows.map(({ may }) => may.replace(`_g${generation}`, ''));
    expect(await rightsOf(await opened())).toEqual([
      'heads: INSERT SELECT',
      'messages: INSERT SELECT UPDATE',
      'parked: INSERT',
      'subjects: INSERT',
      'tokens: INSERT',
      'versions: INSERT SELECT',
    ]);
    expect(await rightsOf(await finished())).toEqual([
      'heads: INSERT SELECT UPDATE',
      'messages: INSERT SELECT UPDATE',
      'parked: DELETE INSERT SELECT',
      'subjects: INSERT SELECT UPDATE',
      'tokens: DELETE INSERT SELECT',
      'versions: INSERT SELECT',
    ]);
  });

  it.each([
    ['makes no table', 'create table mine (x int)'],
    ['makes no function', `create function public.f() returns int language sql as 'select 1'`],
    ['makes no function beside those', `create function reprise_build.f() returns int language sql as 'select 1'`],
    ['changes no function', 'alter function reprise_build.make_tables(int) reset all'],
    ['drops no function', 'drop function reprise_build.make_tables(int)'],
    ['asks no inner function', `select reprise_build.check_state(1, 'building')`],
    ['asks no other inner function', 'select reprise_build.is_attached(1)'],
    ['becomes not the owner', 'set role reprise_owner'],
    ['opens no scope', 'select reprise_scope.open_session()'],
    ['says not that a migration was run', `insert into migrations (timestamp, name) values (1, 'x')`],
    ['forgets no migration', 'delete from migrations'],
    ['empties no parent', 'truncate versions'],
    ['drops no parent', 'drop table versions'],
    ['changes no parent', 'alter table versions add column x int'],
    ['takes no policy away', 'drop policy reader on versions'],
    ['switches no policy off', 'alter table heads disable row level security'],
  ])('%s', async (_, sql) => {
    await expect(clients.replicator.query(sql)).rejects.toMatchObject(denied);
  });

  it.each(parents)('does to the tables of a generation what its work needs, and no more: %s', async (table) => {
    for (const generation of [await opened(), await finished()]) {
      const name = `${table}_g${generation}`;
      // A grant without the right to grant is an error only where no right is held at all.
      for (const sql of [
        `drop table ${name}`,
        `truncate ${name}`,
        `alter table ${name} add column x int`,
        `alter table ${name} disable row level security`,
        `create index on ${name} (generation)`,
        `create policy mine on ${name} using (true)`,
        `create trigger t before insert on ${name} for each row execute function suppress_redundant_updates_trigger()`,
      ])
        await expect(clients.replicator.query(sql), sql).rejects.toMatchObject(denied);
    }
  });
});
