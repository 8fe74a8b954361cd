import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anEvent, patientKey, put } from '../../../testing/src/builders/feed.js';
import { aLog, anEstablishment, AReplica, follow } from '../../test/a-replica.js';
import { migrate } from '../migrate.js';
import { signScope } from '../provision/scope-key.js';

const mine = anEstablishment();
const others = anEstablishment();
let replica: AReplica;
let clients: Record<'superuser' | 'owner' | 'replicator' | 'reader' | 'control', pg.Client>;

beforeAll(async () => {
  replica = await AReplica.open();
  for (const establishment of [mine, others])
    await follow(replica.store, aLog(), establishment, [
      anEvent([put(patientKey(1), { of: establishment })]),
      anEvent([{ kind: 'merge-patch', record: patientKey(2), content: Buffer.from('{}') }]),
    ]);
  const { urls, superuserUrl } = replica.database;
  const connected = async (connectionString: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    return client;
  };
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

/** A session of the reader's process: it has the password, and the key. */
const signing = async (): Promise<{ reader: pg.Client; open: (list: string) => Promise<unknown> }> => {
  const reader = new pg.Client({ connectionString: replica.database.urls.reader });
  await reader.connect();
  const { rows } = await reader.query<{ nonce: string }>('select reprise_scope.open_session() as nonce');
  const proof = (list: string): Buffer => signScope(replica.database.scopeKey, rows[0]?.nonce ?? '', list);
  return { reader, open: (list) => reader.query('select reprise_scope.open_list($1, $2)', [list, proof(list)]) };
};

const parents = ['establishments', 'generations', 'versions', 'heads', 'tokens', 'subjects', 'messages', 'parked'];
/** Tables of which a reader sees some columns, and those that it does not see. */
const columnsOf: Readonly<Record<string, readonly string[]>> = {
  establishments: ['halted', 'heard_at', '*'],
  generations: ['chain_hash', 'state_digest', 'failure', '*'],
  parked: ['value', 'reason', '*'],
  messages: ['sender', 'message_id', 'received_hash', 'label', 'warnings', '*'],
};
const readable = ['versions', 'heads', 'tokens', ...Object.keys(columnsOf)];
const partitions = async (): Promise<string[]> =>
  (
    await clients.superuser.query(
      `select relname from pg_class where relispartition and relkind = 'r' order by relname`,
    )
  ).rows.map((row: { relname: string }) => row.relname);
const denied = { code: '42501' };

describe('the schema of a replica', () => {
  it('forces row-level security on every table, partitions too', async () => {
    const { rows } = await clients.superuser.query(
      `select relname from pg_class join pg_namespace n on n.oid = relnamespace
       where nspname = 'public' and relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)`,
    );
    // TypeORM's own list of what was run: no rows of anybody, granted to nobody.
    expect(rows).toEqual([{ relname: 'migrations' }]);
    expect(await partitions()).toHaveLength(12);
  });

  it('gives nothing to own and nothing to everybody', async () => {
    const { rows } = await clients.superuser.query(
      `select relname, relowner::regrole::text as owner from pg_class join pg_namespace n on n.oid = relnamespace
       where nspname = 'public' and (relowner <> 'reprise_owner'::regrole
          or exists (select from aclexplode(relacl) where grantee = 0))`,
    );
    expect(rows).toEqual([]);
  });

  it('grants each role what its work needs, and no more', async () => {
    const { rows } = await clients.superuser.query(
      `select grantee || ' on ' || regexp_replace(table_name, '_g\\d+$', '_g*') || ': '
           || string_agg(distinct privilege_type, ' ' order by privilege_type) as may
       from information_schema.role_table_grants
       where grantee like 'reprise\\_%' and grantee <> 'reprise_owner'
       group by grantee, regexp_replace(table_name, '_g\\d+$', '_g*') order by 1`,
    );
    expect(rows.map((row: { may: string }) => row.may)).toMatchSnapshot();
  });

  it('lets the writer of history change what a version is found by, and no other column', async () => {
    const { rows } = await clients.superuser.query(
      `select distinct grantee || ' may change ' || regexp_replace(table_name, '_g\\d+$', '_g*') || '.' || column_name as may
       from information_schema.column_privileges
       where grantee like 'reprise\\_%' and grantee <> 'reprise_owner' and privilege_type = 'UPDATE' and table_name like 'versions%'`,
    );
    expect(rows).toEqual([{ may: 'reprise_replicator may change versions_g*.tokens' }]);
  });

  it.each(parents)('a reader without a scope is refused: %s', async (table) => {
    const read = clients.reader.query(`select ${table in columnsOf ? 'establishment' : '*'} from ${table}`);
    if (table === 'subjects') await expect(read).rejects.toMatchObject(denied);
    else await expect(read).rejects.toThrow('session_list');
  });

  it('a reader sees the establishments of its scope and no others', async () => {
    const { reader, open } = await signing();
    const establishmentsIn = async (table: string): Promise<string[]> =>
      (await reader.query(`select distinct establishment from ${table} order by 1`)).rows.map(
        (row: { establishment: string }) => row.establishment,
      );
    for (const table of readable) {
      await open(mine);
      expect([table, await establishmentsIn(table)]).toEqual([table, [mine]]);
      await open(`${mine},${others}`);
      expect([table, await establishmentsIn(table)]).toEqual([table, [mine, others]]);
      for (const nobody of ['', '%', `${mine}%`, `{${mine}}`, ` ${mine}`]) {
        await open(nobody);
        expect([table, nobody, await establishmentsIn(table)]).toEqual([table, nobody, []]);
      }
    }
    await reader.end();
  });

  it('a condition of the reader cannot look at rows before the policy does', async () => {
    const { reader, open } = await signing();
    await open(mine);
    // Would divide by zero on a row of another establishment, if it were asked about one.
    const { rows } = await reader.query(
      `select id from heads where 1 / (case when establishment = $1 then 0 else 1 end) = 1`,
      [others],
    );
    expect(rows).toHaveLength(1);
    await reader.end();
  });

  it('a reader writes nothing', async () => {
    for (const table of parents) {
      await expect(clients.reader.query(`delete from ${table}`)).rejects.toMatchObject(denied);
      await expect(clients.reader.query(`update ${table} set establishment = ''`)).rejects.toMatchObject(denied);
      await expect(clients.reader.query(`insert into ${table} default values`)).rejects.toMatchObject(denied);
      await expect(clients.reader.query(`truncate ${table}`)).rejects.toMatchObject(denied);
    }
    await expect(clients.reader.query('create table mine (a int)')).rejects.toMatchObject(denied);
    await expect(clients.reader.query('set role reprise_replicator')).rejects.toMatchObject(denied);
    await expect(clients.reader.query('set row_security = off; select * from heads')).rejects.toMatchObject(denied);
  });

  it('readers and operators reach no partition directly', async () => {
    for (const partition of await partitions()) {
      await expect(clients.reader.query(`select from ${partition}`)).rejects.toMatchObject(denied);
      await expect(clients.control.query(`select from ${partition}`)).rejects.toMatchObject(denied);
    }
  });

  it('a reader learns of a generation where it stands, of parked events and messages who waits, since when, and what was touched, not what they say', async () => {
    for (const [table, columns] of Object.entries(columnsOf))
      for (const column of columns)
        await expect(clients.reader.query(`select ${column} from ${table}`)).rejects.toMatchObject(denied);
  });

  it('operators see all and change nothing', async () => {
    for (const table of parents) {
      const { rows } = await clients.control.query(`select distinct establishment from ${table}`);
      if (table !== 'subjects') expect([table, rows.length]).toEqual([table, 2]);
      await expect(clients.control.query(`delete from ${table}`)).rejects.toMatchObject(denied);
    }
  });

  it('the owner sees no row of what is attached', async () => {
    for (const table of await partitions())
      expect((await clients.owner.query(`select from ${table}`)).rowCount).toBe(0);
  });

  it('is migrated again without effect, by several at once', async () => {
    const { owner } = replica.database.urls;
    await Promise.all([migrate(owner), migrate(owner)]);
    const { rows } = await clients.superuser.query<{ name: string }>('select name from migrations order by id');
    const names = rows.map(({ name }) => name);
    expect(names[0]).toBe('Schema1790000000001');
    expect(names).toEqual([...new Set(names)].toSorted((a, b) => (a.slice(-13) < b.slice(-13) ? -1 : 1)));
  });

  it('is what it was when it was released', async () => {
    const { rows } = await clients.superuser.query(
      `select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
          || case when a.attnotnull then ' not null' else '' end as column
       from pg_attribute a join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace
       where nspname = 'public' and relkind in ('r', 'p') and not relispartition and relname <> 'migrations' and attnum > 0
       order by c.relname, attnum`,
    );
    expect(rows.map((row: { column: string }) => row.column)).toMatchSnapshot();
    const indexes = await clients.superuser.query(
      `select indexdef from pg_indexes where schemaname = 'public' and tablename = any ($1) order by 1`,
      [parents],
    );
    expect(indexes.rows.map((row: { indexdef: string }) => row.indexdef)).toMatchSnapshot();
  });
});
