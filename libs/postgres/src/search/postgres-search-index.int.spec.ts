import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEvent, Failure, type Finess, type LogEvent, originalTimeline, Position, RecordKey } from '#domain';
import { BuildGeneration, ReindexOlder, type Reindexing, ReplicateLog } from '#usecases';
import { anEvent, anyFeed, patientKey, put } from '../../../testing/src/builders/feed.js';
import { aLog, anEstablishment, AReplica, wordsOf } from '../../test/a-replica.js';
import { PostgresGenerationBuilder } from '../build/postgres-generation-builder.js';
import { migrate } from '../migrate.js';
import type { SearchRule } from '../rows/search-rule.js';
import { PostgresReplicaStore } from '../write/postgres-replica-store.js';
import { PostgresSearchIndex } from './postgres-search-index.js';
import { reindexVersions, versionsToReindex } from './reindex.sql.js';

/** Words as they stand; then, of three types, words in lower case, each from its second letter on too. Others stay as they were. */
const former: SearchRule = { version: 1, changedSince: () => [], tokensOf: wordsOf };
const newer: SearchRule = {
  version: 2,
  changedSince: (version) => (version < 2 ? ['Encounter', 'Observation', 'Patient'] : []),
  tokensOf: (key, content) => {
    const words = wordsOf(key, content);
    if (!newer.changedSince(1).includes(RecordKey.type(key))) return words;
    return words.flatMap((word) => [word.toLowerCase(), word.toLowerCase().slice(1)]);
  },
};

let replica: AReplica;
let superuser: pg.Client;
beforeAll(async () => {
  replica = await AReplica.open();
  superuser = new pg.Client({ connectionString: replica.database.superuserUrl });
  await superuser.connect();
});
afterAll(async () => {
  await superuser.end();
  await replica.close();
});

/** A process that writes one establishment by a rule, and brings older rows level with it. */
const aProcess = (rule: SearchRule, log: ReturnType<typeof aLog>, establishment: Finess, rows = 3) => {
  const store = new PostgresReplicaStore(replica.replica, replica.copies, rule);
  const replicate = new ReplicateLog(store, log);
  const index = new PostgresSearchIndex(replica.replica, rule, { rows, bytes: 1 << 20 });
  const reindex = new ReindexOlder(index, replicate);
  return {
    store,
    replicate,
    index,
    reindex,
    start: () => replicate.start(establishment),
    /** Appends and applies, a few events at a time. */
    write: async (events: readonly LogEvent[], atOnce = 4): Promise<void> => {
      for (let from = 0; from < events.length; from += atOnce) {
        const positions: Position[] = [];
        for (const event of events.slice(from, from + atOnce)) {
          await log.append(establishment, encodeEvent(event), {});
          positions.push((await log.range(establishment)).last);
        }
        const { logId } = await log.range(establishment);
        for await (const entries of log.read(establishment, positions[0] as Position, positions.at(-1) as Position))
          await replicate.apply({ establishment, logId, entries });
      }
    },
    /** To its end, and what the last piece said. */
    all: async (): Promise<Reindexing | undefined> => {
      let last: Reindexing | undefined;
      for (let some = await reindex.some(); some; some = await reindex.some()) last = some;
      return last;
    },
  };
};

const live = async (establishment: Finess): Promise<number> =>
  (await superuser.query('select live_generation as g from establishments where establishment = $1', [establishment]))
    .rows[0].g;

/** Everything that tokens are of, and the tokens themselves. */
const rowsOf = async (generation: number): Promise<Record<'versions' | 'heads' | 'tokens', unknown[]>> => {
  const all = async (sql: string): Promise<unknown[]> => (await superuser.query({ text: sql, rowMode: 'array' })).rows;
  const held = 'type, id, position::int, timeline, deleted, patient, tokens, content_hash';
  return {
    versions: await all(`select ${held}, content from versions_g${generation} order by type, id, position`),
    heads: await all(`select ${held} from heads_g${generation} order by type, id`),
    tokens: await all(`select type, token, id from tokens_g${generation} order by 1, 2, 3`),
  };
};

const searchStateOf = async (generation: number): Promise<{ version: number; progress: unknown }> =>
  (
    await superuser.query(
      'select search_version as version, search_progress as progress from generations where generation = $1',
      [generation],
    )
  ).rows[0];

/** What the tables hold where one process wrote all of the log by this rule. */
const asIfAlways = async (rule: SearchRule, log: ReturnType<typeof aLog>, establishment: Finess) => {
  const other = anEstablishment();
  const from = aProcess(rule, log, other);
  await from.start();
  const events: LogEvent[] = [];
  const { last, logId } = await log.range(establishment);
  for await (const entries of log.read(establishment, Position.of(0), last))
    await from.replicate.apply({ establishment: other, logId, entries });
  return { events, rows: await rowsOf(await live(other)) };
};

const aFeed = (events: number, seed: number): readonly LogEvent[] =>
  fc.sample(anyFeed(events, events), { numRuns: 1, seed })[0] ?? [];

describe('rows of an older search rule', () => {
  it('are computed anew while writes go on, and end as if the newer rule had written all of them', async () => {
    let news = 0;
    for (const seed of [1, 2, 3, 4, 5, 6]) {
      const [log, establishment] = [aLog(), anEstablishment()];
      const older = aProcess(former, log, establishment);
      await older.start();
      await older.write(aFeed(40, seed));
      const generation = await live(establishment);
      const before = await rowsOf(generation);

      const now = aProcess(newer, log, establishment);
      await now.start();
      expect(await now.index.behind(establishment)).toEqual([generation]);
      const [last] = await Promise.all([now.all(), now.write(aFeed(40, seed + 10), 2)]);

      expect(last).toMatchObject({ establishment, generation, from: 1, to: 2, done: true });
      expect(await searchStateOf(generation)).toEqual({ version: 2, progress: null });
      expect(await now.index.behind(establishment)).toEqual([]);
      const after = await rowsOf(generation);
      expect(after).toEqual((await asIfAlways(newer, log, establishment)).rows);
      expect(after.tokens).not.toEqual(before.tokens);
      news += after.versions.length - before.versions.length;
    }
    expect(news).toBeGreaterThan(20);
  });

  it('change nothing but tokens: the state that certificates speak of is the same', async () => {
    const [log, establishment] = [aLog(), anEstablishment()];
    const older = aProcess(former, log, establishment);
    await older.start();
    await older.write(aFeed(80, 4));
    const generation = await live(establishment);
    const builder = new PostgresGenerationBuilder(replica.replica, replica.copies, newer);
    const before = { digest: await builder.digest(generation), rows: await rowsOf(generation) };
    const now = aProcess(newer, log, establishment);
    await now.start();
    const done = await now.all();
    expect(await builder.digest(generation)).toEqual(before.digest);
    const without = (rows: unknown[]): unknown[] => (rows as unknown[][]).map((row) => row.toSpliced(6, 1));
    const after = await rowsOf(generation);
    for (const table of ['versions', 'heads'] as const) {
      expect(without(after[table])).toEqual(without(before.rows[table]));
      expect(after[table]).not.toEqual(before.rows[table]);
    }
    const looked = (before.rows.versions as unknown[][]).filter(
      ([type, , , , deleted]) => newer.changedSince(1).includes(String(type)) && deleted === false,
    );
    expect(looked.length).toBeGreaterThan(10);
    expect(done).toMatchObject({ versions: looked.length, changed: looked.length });
  });

  it('are none for a generation that the rule itself made, and nothing is then written', async () => {
    const [log, establishment] = [aLog(), anEstablishment()];
    const now = aProcess(newer, log, establishment);
    await now.start();
    await now.write(aFeed(20, 5));
    expect(await searchStateOf(await live(establishment))).toEqual({ version: 2, progress: null });
    expect(await now.all()).toBeUndefined();
  });

  it('keep what a writer made of a record meanwhile, deleted or changed', async () => {
    const [log, establishment] = [aLog(), anEstablishment()];
    const older = aProcess(former, log, establishment);
    await older.start();
    await older.write([1, 2, 3, 4].map((n) => anEvent([put(patientKey(n), { name: `Before${n}` })])));
    const now = aProcess(newer, log, establishment, 2);
    await now.start();
    const news = [
      anEvent([put(patientKey(1), { name: 'After1' })]),
      anEvent([put(patientKey(4), { name: 'After4' })]),
      anEvent([{ kind: 'remove', record: patientKey(2) }]),
      anEvent([{ kind: 'remove', record: patientKey(3) }]),
    ];
    // Types come in their order: the patients are looked at last, two at a time.
    for (let some = await now.reindex.some(); some?.versions !== 2; some = await now.reindex.some())
      expect(some).toBeDefined();
    await now.write(news);
    expect((await now.all())?.done).toBe(true);
    const generation = await live(establishment);
    expect(await rowsOf(generation)).toEqual((await asIfAlways(newer, log, establishment)).rows);
    const { rows } = await superuser.query(
      `select distinct token from tokens_g${generation} where token ~ '^(before|after)' order by 1`,
    );
    expect(rows.map(({ token }: { token: string }) => token)).toEqual(['after1', 'after4']);
  });
});

describe('a process that is killed while it computes rows anew', () => {
  const begun = async () => {
    const [log, establishment] = [aLog(), anEstablishment()];
    const older = aProcess(former, log, establishment);
    await older.start();
    await older.write(Array.from({ length: 30 }, (_, n) => anEvent([put(patientKey(n), { name: `Name${n}` })])));
    const first = aProcess(newer, log, establishment, 4);
    await first.start();
    for (let pieces = 0; pieces < 4; pieces++) await first.reindex.some();
    const generation = await live(establishment);
    expect(await searchStateOf(generation)).toMatchObject({
      version: 1,
      progress: { to: 2, type: 'Patient', versions: 8 },
    });
    return { log, establishment, generation, first };
  };

  it('in the middle of writing a piece has done none of it, and the next process goes on from there', async () => {
    const { log, establishment, generation, first } = await begun();
    const before = { rows: await rowsOf(generation), state: await searchStateOf(generation) };
    // The last thing that a piece does fails, when all the rest is done.
    await superuser.query(`
      create function broken() returns trigger language plpgsql as $$ begin raise exception 'broken' using errcode = '57P01'; end $$;
      create trigger broken before insert on tokens_g${generation} for each row execute function broken()`);
    await expect(first.reindex.some()).rejects.toSatisfy((error) => Failure.is(error, 'replica.unreachable'));
    await superuser.query('drop function broken cascade');
    expect({ rows: await rowsOf(generation), state: await searchStateOf(generation) }).toEqual(before);

    const second = aProcess(newer, log, establishment, 4);
    await second.start();
    await second.write([anEvent([put(patientKey(1), { name: 'Later' })])]);
    // What the first one looked at, and what was written behind that, is not looked at again, nor is it counted twice.
    expect(await second.all()).toMatchObject({ done: true, versions: 30, changed: 30 });
    expect(await rowsOf(generation)).toEqual((await asIfAlways(newer, log, establishment)).rows);
  });

  it('with its connection, by the server, goes on as well', async () => {
    const { log, establishment, generation, first } = await begun();
    await superuser.query('begin');
    await superuser.query('select from generations where generation = $1 for update', [generation]);
    const cut = first.reindex.some();
    const waiting = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await superuser.query(waiting)).rowCount, { interval: 20 }).toBe(1);
    const refused = expect(cut).rejects.toSatisfy((error) => Failure.is(error, 'replica.unreachable'));
    await superuser.query(`select pg_terminate_backend(pid) from (${waiting}) as w`);
    await refused;
    await superuser.query('commit');
    expect(await searchStateOf(generation)).toMatchObject({ version: 1, progress: { versions: 8 } });
    expect(await first.all()).toMatchObject({ done: true, versions: 30 });
    expect(await rowsOf(generation)).toEqual((await asIfAlways(newer, log, establishment)).rows);
  });

  it('or that was taken over does nothing any more, while its successor does all', async () => {
    const { log, establishment, generation, first } = await begun();
    const second = aProcess(newer, log, establishment, 4);
    await second.start();
    expect(await first.reindex.some()).toBeUndefined();
    expect(await searchStateOf(generation)).toMatchObject({ progress: { versions: 8 } });
    expect(await second.all()).toMatchObject({ done: true, versions: 30 });
  });

  it('or two at one time, with one epoch, look at each version once', async () => {
    const { log, establishment, generation, first } = await begun();
    const twin = new ReindexOlder(
      new PostgresSearchIndex(replica.replica, newer, { rows: 4, bytes: 1 << 20 }),
      first.replicate,
    );
    // Undefined is also what the slower of the two is told: both go on until nothing is behind.
    const said: (Reindexing | undefined)[] = [];
    while ((await first.index.behind(establishment)).length > 0)
      said.push(...(await Promise.all([first.reindex.some(), twin.some()])));
    expect(said.filter((one) => one?.done)).toMatchObject([{ versions: 30, changed: 30 }]);
    expect(await searchStateOf(generation)).toEqual({ version: 2, progress: null });
    expect(await rowsOf(generation)).toEqual((await asIfAlways(newer, log, establishment)).rows);
  });

  it.each(['before it is through', 'after it is through'])(
    'and whose predecessor comes back %s: all is looked at again',
    async (when) => {
      const { log, establishment, generation, first } = await begun();
      if (when.startsWith('after')) await first.all();
      const older = aProcess(former, log, establishment);
      await older.start();
      await older.write([
        anEvent([put(patientKey(0), { name: 'Old rule' }), put(patientKey(29), { name: 'Old rule' })]),
      ]);
      expect(await searchStateOf(generation)).toEqual({ version: 1, progress: null });
      const again = aProcess(newer, log, establishment, 4);
      await again.start();
      expect(await again.all()).toMatchObject({ done: true, versions: 32 });
      expect(await rowsOf(generation)).toEqual((await asIfAlways(newer, log, establishment)).rows);
    },
  );
});

describe('which generations are behind the rule', () => {
  it('are the live one first, then those that wait or follow; none that is being built or was given up', async () => {
    const [log, establishment] = [aLog(), anEstablishment()];
    const older = aProcess(former, log, establishment);
    await older.start();
    await older.write(aFeed(20, 6));
    const end = (await log.range(establishment)).last;
    const target = (number: number) => ({
      establishment,
      timeline: {
        number,
        parent: originalTimeline,
        branch: end,
        cut: end,
        plannedAt: end,
        exclusions: { senders: [], types: [], between: [], clock: 'recorded' as const },
        afterCut: 'omit' as const,
        resumeAt: 'not-promoted' as const,
      },
      buildTo: end,
      events: end + 1,
    });
    const builder = new PostgresGenerationBuilder(replica.replica, replica.copies, former);
    const build = new BuildGeneration(log, builder);
    for (const number of [2, 3]) await build.run(`r${number}`, target(number), new AbortController().signal);
    await builder.open(establishment, target(4).timeline, 'r4');
    const [g1 = 0, g2 = 0, g3 = 0] = (await older.store.generations(establishment)).map(({ generation }) => generation);
    const now = aProcess(newer, log, establishment, 200);
    await now.start();
    await superuser.query('update establishments set live_generation = $2 where establishment = $1', [
      establishment,
      g2,
    ]);
    expect(await now.index.behind(establishment)).toEqual([g2, g1, g3]);
    await builder.discard(g3);
    expect(await now.index.behind(establishment)).toEqual([g2, g1]);
    expect(await now.index.reindexSome(g3, now.replicate.epoch(establishment))).toBeUndefined();
    await now.all();
    expect(await now.index.behind(establishment)).toEqual([]);
    const { rows } = await asIfAlways(newer, log, establishment);
    expect((await rowsOf(g2)).tokens).toEqual(rows.tokens);
    expect((await rowsOf(g1)).tokens).toEqual(rows.tokens);
  });
});

describe('a piece', () => {
  const begun = async () => {
    const [log, establishment] = [aLog(), anEstablishment()];
    const older = aProcess(former, log, establishment);
    await older.start();
    await older.write([anEvent([put(patientKey(1), { name: 'One' })])]);
    return { log, establishment, generation: await live(establishment) };
  };

  it('goes by keys in a large table, whatever the planner knows of its parameters', async () => {
    const { generation } = await begun();
    const many = 20_000;
    await superuser.query(`
      insert into versions_g${generation} select generation, establishment, type, md5(n::text), timeline, n, recorded_at, deleted, patient,
        tokens, content, content_hash from versions_g${generation}, generate_series(100, ${many}) as n where position = 0;
      insert into heads_g${generation} select generation, establishment, type, id, timeline, position, recorded_at, deleted, patient,
        tokens, content_hash from versions_g${generation} where position > 0;
      insert into tokens_g${generation} select generation, establishment, type, token, id from heads_g${generation}, unnest(tokens) as token
        where position > 0;
      analyze versions_g${generation}, heads_g${generation}, tokens_g${generation}`);
    for (const sql of [versionsToReindex(generation, { rows: 200, bytes: 4 << 20 }), reindexVersions(generation)]) {
      const { rows } = await superuser.query<{ 'QUERY PLAN': string }>(`explain (generic_plan) ${sql}`);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/Index Scan using versions_g\d+_pkey/);
      expect(plan).not.toMatch(/Seq Scan on (?:versions|heads|tokens)_g/);
    }
  });

  it('is bounded by the bytes of contents, and goes past one that is larger than that', async () => {
    const { log, establishment, generation } = await begun();
    const older = aProcess(former, log, establishment);
    await older.start();
    const large = 'x'.repeat(3000);
    await older.write([2, 3, 4, 5, 6].map((n) => anEvent([put(patientKey(n), n === 4 ? { large } : {})])));
    const now = aProcess(newer, log, establishment);
    await now.start();
    const index = new PostgresSearchIndex(replica.replica, newer, { rows: 100, bytes: 120 });
    const looked: number[] = [];
    const next = () => index.reindexSome(generation, now.replicate.epoch(establishment));
    for (let piece = await next(); piece && !piece.done; piece = await next()) looked.push(piece.versions);
    const patients = looked.filter((versions, at) => versions > (looked[at - 1] ?? 0));
    expect(patients.at(-1)).toBe(6);
    expect(patients.length).toBeGreaterThan(2);
    expect(await rowsOf(generation)).toEqual((await asIfAlways(newer, log, establishment)).rows);
  });
});

describe('a database of the schema before', () => {
  it('gets the columns, and the one right on the history that is needed', async () => {
    const [log, establishment] = [aLog(), anEstablishment()];
    const older = aProcess(former, log, establishment);
    await older.start();
    await older.write(aFeed(20, 7));
    const generation = await live(establishment);
    await superuser.query(`
      alter table generations drop column search_version, drop column search_progress;
      revoke update (tokens) on versions_g${generation} from reprise_replicator;
      delete from migrations where name = 'SearchRule1790000000002'`);
    await migrate(replica.database.urls.owner);
    expect(await searchStateOf(generation)).toEqual({ version: 1, progress: null });
    const now = aProcess(newer, log, establishment);
    await now.start();
    await now.all();
    expect(await rowsOf(generation)).toEqual((await asIfAlways(newer, log, establishment)).rows);
    const writer = new pg.Client({ connectionString: replica.database.urls.replicator });
    await writer.connect();
    for (const column of ['content', 'content_hash', 'position', 'deleted'])
      await expect(writer.query(`update versions_g${generation} set ${column} = ${column}`)).rejects.toMatchObject({
        code: '42501',
      });
    await expect(writer.query(`delete from versions_g${generation}`)).rejects.toMatchObject({ code: '42501' });
    await writer.end();
  });
});
