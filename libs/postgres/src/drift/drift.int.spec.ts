import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finess, Position, type Timeline } from '#domain';
import { BuildGeneration, ReindexOlder, ReplicateLog } from '#usecases';
import { anEvent, patientKey, put } from '../../../testing/src/builders/feed.js';
import { aLog, anEstablishment, AReplica, byWords, follow, wordsOf } from '../../test/a-replica.js';
import { attacks } from '../../test/attacks-on-a-schema.js';
import { PostgresGenerationBuilder } from '../build/postgres-generation-builder.js';
import type { SearchRule } from '../rows/search-rule.js';
import { PostgresSearchIndex } from '../search/postgres-search-index.js';
import { PostgresReplicaStatus } from '../status/postgres-replica-status.js';
import { PostgresReplicaStore } from '../write/postgres-replica-store.js';

let replica: AReplica;
let superuser: pg.Client;
let owner: pg.Client;
let status: PostgresReplicaStatus;
let builder: PostgresGenerationBuilder;
const log = aLog();
const establishment = anEstablishment();

const connect = async (connectionString: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
};

beforeAll(async () => {
  replica = await AReplica.open();
  superuser = await connect(replica.database.superuserUrl);
  owner = await connect(replica.database.urls.owner);
  status = new PostgresReplicaStatus('a', replica.database.urls.control, byWords);
  builder = new PostgresGenerationBuilder(replica.replica, replica.copies, byWords);
  const events = [1, 2, 3].map((n) => anEvent([put(patientKey(n), { n })]));
  await follow(replica.store, log, establishment, events);
});
afterAll(async () => {
  await status.close();
  await owner.end();
  await superuser.end();
  await replica.close();
});

const timeline: Timeline = {
  number: 2,
  parent: { number: 1 },
  branch: Position.of(2),
  cut: Position.of(2),
  exclusions: { senders: [], types: [], between: [], clock: 'recorded' },
  plannedAt: Position.of(2),
  afterCut: 'omit',
  resumeAt: 'not-promoted',
};

const build = async (restoreId: string): Promise<number> => {
  const target = { establishment, timeline, buildTo: Position.of(2), events: 3 };
  await new BuildGeneration(log, builder).run(restoreId, target, new AbortController().signal);
  return generationOf(restoreId);
};

const generationOf = async (restoreId: string): Promise<number> =>
  (await superuser.query('select generation from generations where restore_id = $1', [restoreId])).rows[0].generation;

const live = async (of: Finess): Promise<number> =>
  (await superuser.query('select live_generation as g from establishments where establishment = $1', [of])).rows[0].g;

describe('a replica that nobody has changed', () => {
  it('has no drift when it is new', async () => {
    expect(await status.drift()).toEqual([]);
  });

  it('has none with generations that are live, built, cancelled, being filled, or left half detached', async () => {
    await follow(replica.store, aLog(), anEstablishment(), [anEvent([put(patientKey(1), {})])]);
    await build('built');
    expect(await status.drift()).toEqual([]);
    await builder.discard(await build('cancelled'));
    expect(await status.drift()).toEqual([]);
    await builder.open(establishment, timeline, 'being-filled');
    expect(await status.drift()).toEqual([]);
    const detached = await build('detached');
    await owner.query(`alter table versions detach partition versions_g${detached} concurrently`);
    expect(await status.drift()).toEqual([]);
    await builder.discard(detached);
    expect(await status.drift()).toEqual([]);
  });

  it('waits for no table that somebody finishes', async () => {
    const { generation } = (await builder.open(establishment, timeline, 'being-filled')).generation;
    await owner.query('begin');
    await owner.query(`lock table messages_g${generation}, versions_g${generation} in access exclusive mode`);
    expect(await status.drift()).toEqual([]);
    await owner.query('rollback');
  });

  it('has none after its rows were computed anew', async () => {
    const newer: SearchRule = {
      version: 2,
      changedSince: () => ['Patient'],
      tokensOf: (key, content) => [...wordsOf(key, content), 'newer'],
    };
    const store = new PostgresReplicaStore(replica.replica, replica.copies, newer);
    const replicate = new ReplicateLog(store, log);
    await replicate.start(establishment);
    const reindex = new ReindexOlder(
      new PostgresSearchIndex(replica.replica, newer, { rows: 10, bytes: 1 << 20 }),
      replicate,
    );
    let pieces = 0;
    while (await reindex.some()) pieces += 1;
    expect(pieces).toBeGreaterThan(0);
    await superuser.query('reindex table heads');
    expect(await status.drift()).toEqual([]);
  });
});

describe('what somebody changes is named', () => {
  let fill: (sql: string) => string;
  beforeAll(async () => {
    const generation = await live(establishment);
    fill = (sql) => sql.replaceAll('$g', String(generation)).replaceAll('$d', replica.database.name);
  });

  it.each(attacks)('$do', async ({ do: attack, undo, told }) => {
    expect(await status.drift()).toEqual([]);
    await superuser.query(fill(attack));
    // A setting counts for connections that come after it.
    const fresh = new PostgresReplicaStatus('a', replica.database.urls.control, byWords);
    try {
      expect(await fresh.drift()).toContain(fill(told));
    } finally {
      await fresh.close();
      await superuser.query(fill(undo));
    }
    expect(await status.drift()).toEqual([]);
  });

  it('a policy of readers that lets everything through', async () => {
    const policy = async (): Promise<string> =>
      (await superuser.query(`select qual from pg_policies where tablename = 'versions' and policyname = 'reader'`))
        .rows[0].qual;
    const before = await policy();
    await owner.query('alter policy reader on versions using (true)');
    expect(await status.drift()).toEqual(['policy reader of versions is not what was made']);
    await owner.query(`alter policy reader on versions using (${before})`);
    expect(await status.drift()).toEqual([]);
  });

  it('a function that was replaced under its name', async () => {
    const source = async (): Promise<string> =>
      (await superuser.query(`select pg_get_functiondef('reprise_scope.open_list'::regproc) as source`)).rows[0].source;
    const before = await source();
    await owner.query(before.replace('is distinct from', 'is not distinct from'));
    expect(await status.drift()).toEqual([
      'source of function reprise_scope.open_list(list text, proof bytea) is not what was made',
    ]);
    await owner.query(before);
    expect(await status.drift()).toEqual([]);
  });

  it('is not taken for well where somebody keeps it from being read', async () => {
    await owner.query('begin; lock table heads in access exclusive mode');
    await expect(status.drift()).rejects.toMatchObject({ code: 'replica.unreachable' });
    await owner.query('rollback');
    expect(await status.drift()).toEqual([]);
  });

  it('all at once, the gravest first', async () => {
    await owner.query('begin; alter table heads disable row level security; create view more as select 1; commit');
    expect(await status.drift()).toEqual(['row-level security of heads is switched off', 'view more was added']);
    await owner.query('alter table heads enable row level security; drop view more');
  });
});
