import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Effects, type Finess, type LogEvent, Position, type Timeline } from '#domain';
import {
  BuildGeneration,
  type EstablishmentLog,
  type Generation,
  type GenerationTables,
  type LogEntry,
  type Progress,
  type RestoreTarget,
} from '#usecases';
import { anEvent, anyFeed, patientKey, put } from '../../../testing/src/builders/feed.js';
import { aLog, anEstablishment, AReplica, byWords, follow } from '../../test/a-replica.js';
import { prepareHistory } from './make-tables.js';
import { PostgresGenerationBuilder } from './postgres-generation-builder.js';

let replica: AReplica;
let builder: PostgresGenerationBuilder;
let superuser: pg.Client;
beforeAll(async () => {
  replica = await AReplica.open();
  builder = aBuilder();
  superuser = new pg.Client({ connectionString: replica.database.superuserUrl });
  await superuser.connect();
});
afterAll(async () => {
  await superuser.end();
  await replica.close();
});

/** Chunks of a few events, so that small feeds make many. */
const chunkBytes = 2000;
const aBuilder = (): PostgresGenerationBuilder =>
  new PostgresGenerationBuilder(replica.replica, replica.copies, byWords, chunkBytes);

const never = new AbortController().signal;
let restores = 0;
const aRestore = (): string => `restore-${restores++}`;

const timeline = (cut: Position, over: Partial<Extract<Timeline, { parent: Timeline }>> = {}): Timeline => ({
  number: 2,
  parent: { number: 1 },
  branch: cut,
  cut,
  exclusions: { senders: [], types: [], between: [], clock: 'recorded' },
  plannedAt: cut,
  afterCut: 'omit',
  resumeAt: 'not-promoted',
  ...over,
});

const target = (establishment: Finess, buildTo: Position, of = timeline(buildTo)): RestoreTarget => ({
  establishment,
  timeline: of,
  buildTo,
  events: buildTo + 1,
});

const generationOn = async (establishment: Finess, number: number): Promise<Generation> => {
  const found = (await replica.store.generations(establishment)).find((one) => one.timeline.number === number);
  if (!found) throw new Error(`no generation on timeline ${number}`);
  return found;
};

/** Rows of a partitioned table of one generation, without what tells the generations apart. */
const rowsOf = async (table: string, generation: number): Promise<unknown> => {
  const text = `select to_jsonb(t) - 'generation' as row from ${table} as t where generation = $1 order by 1`;
  return (await superuser.query(text, [generation])).rows;
};

const relations = async (generation: number): Promise<string[]> => {
  const text = `select relname from pg_class where relname ~ $1 order by 1`;
  return (await superuser.query<{ relname: string }>(text, [`_g${generation}(_|$)`])).rows.map(
    ({ relname }) => relname,
  );
};

/** The same log, read a few entries at a time: many chunks of a small feed. */
const inSmallBatches = (log: EstablishmentLog): EstablishmentLog =>
  Object.assign(Object.create(log) as EstablishmentLog, {
    async *read(establishment: Finess, from: Position, to: Position): AsyncGenerator<readonly LogEntry[]> {
      for await (const entries of log.read(establishment, from, to))
        for (let at = 0; at < entries.length; at += 4) yield entries.slice(at, at + 4);
    },
  });

/** Dies at the nth write, before it or behind it. */
class Dying extends PostgresGenerationBuilder {
  constructor(
    private readonly lives: { writes: number; finishes: number },
    private readonly when: 'before' | 'behind',
  ) {
    super(replica.replica, replica.copies, byWords, chunkBytes);
  }
  override async open(establishment: Finess, of: Timeline, restoreId: string): Promise<GenerationTables> {
    const tables = await super.open(establishment, of, restoreId);
    const die = async (work: () => Promise<void>, kind: 'writes' | 'finishes'): Promise<void> => {
      const dies = this.lives[kind]-- === 0;
      // The history may have been indexed by then: it is made beside the rest.
      if (dies && this.when === 'before' && kind === 'finishes')
        await prepareHistory(replica.copies, tables.generation.generation);
      if (dies && this.when === 'before') throw new Error('killed');
      await work();
      if (dies) throw new Error('killed');
    };
    return {
      generation: tables.generation,
      finished: tables.finished,
      write: (effects: readonly Effects[], progress: Progress) => die(() => tables.write(effects, progress), 'writes'),
      contents: (heads) => tables.contents(heads),
      finish: (subjects, parked) => die(() => tables.finish(subjects, parked), 'finishes'),
    };
  }
  /** What is killed does not say so. */
  override async failed(): Promise<void> {}
}

describe('a generation that is built', () => {
  it('is, row for row, what following the log makes, wherever the build is killed', async () => {
    const kills = fc.record({
      writes: fc.integer({ min: 0, max: 12 }),
      finishes: fc.integer({ min: -1, max: 0 }),
      when: fc.constantFrom('before' as const, 'behind' as const),
    });
    const law = fc.asyncProperty(anyFeed(60), fc.array(kills, { maxLength: 2 }), async (feed, deaths) => {
      const establishment = anEstablishment();
      const log = aLog();
      await follow(replica.store, log, establishment, feed);
      const { last } = await log.range(establishment);
      const slowly = inSmallBatches(log);
      const restoreId = aRestore();
      for (const { writes, finishes, when } of deaths)
        await new BuildGeneration(slowly, new Dying({ writes, finishes }, when))
          .run(restoreId, target(establishment, last), never)
          .catch((error: Error) => {
            if (error.message !== 'killed') throw error;
          });
      await new BuildGeneration(slowly, builder).run(restoreId, target(establishment, last), never);

      const [live, made] = [await generationOn(establishment, 1), await generationOn(establishment, 2)];
      expect(made).toMatchObject({ state: 'built', live: false, progress: feed.length > 0 ? live.progress : {} });
      expect(await builder.digest(made.generation)).toEqual(await builder.digest(live.generation));
      for (const table of ['versions', 'heads', 'tokens', 'subjects', 'messages', 'parked'])
        expect([table, await rowsOf(table, made.generation)]).toEqual([table, await rowsOf(table, live.generation)]);
    });
    await fc.assert(law, { numRuns: 30, endOnFailure: true });
  }, 240_000);

  const built = async (events: readonly LogEvent[]) => {
    const establishment = anEstablishment();
    const log = aLog();
    await follow(replica.store, log, establishment, events);
    const restoreId = aRestore();
    const { last } = await log.range(establishment);
    await new BuildGeneration(log, builder).run(restoreId, target(establishment, last), never);
    return { establishment, log, restoreId, last, generation: await generationOn(establishment, 2) };
  };
  const twoPuts = [
    anEvent([put(patientKey(1), { n: 1 })]),
    anEvent([put(patientKey(2), { n: 1 }), put(patientKey(1), { n: 2 })]),
  ];

  it('stands beside the live one with the same keys, indexes and policies, and nothing of the building left', async () => {
    const { establishment, generation } = await built([
      ...twoPuts,
      anEvent([{ kind: 'merge-patch', record: patientKey(1), content: Buffer.from('{"active":true}') }]),
    ]);
    const live = await generationOn(establishment, 1);
    const described = async (of: number): Promise<unknown> => {
      const text = `select replace(pg_get_indexdef(indexrelid), '_g' || $1, '_g') as definition, indisunique from pg_index
                    where indrelid::regclass::text like '%\\_g' || $1 order by 1`;
      const policies = `select replace(tablename, '_g' || $1, '_g') as on, policyname, roles::text, qual, with_check from pg_policies
                        where tablename like '%\\_g' || $1 order by 1`;
      const constraints = `select replace(conrelid::regclass::text, '_g' || $1, '_g') as on, contype, pg_get_constraintdef(oid)
                           from pg_constraint where conrelid::regclass::text like '%\\_g' || $1 order by 1, 2, 3`;
      const found: unknown[] = [];
      for (const sql of [text, policies, constraints]) found.push((await superuser.query(sql, [String(of)])).rows);
      return found;
    };
    expect(await described(generation.generation)).toEqual(await described(live.generation));
    expect(await relations(generation.generation)).toHaveLength((await relations(live.generation)).length);
  });

  it('follows the log, goes live, and the former one can go live again', async () => {
    const { establishment, log, generation, last } = await built(twoPuts);
    const epoch = await replica.store.takeOver(establishment);
    await replica.store.resume(generation.generation, epoch, timeline(last, { resumeAt: last }));
    await replica.store.makeLive(establishment, generation.generation, epoch);
    await follow(replica.store, log, establishment, [anEvent([put(patientKey(3), { n: 3 })])]);
    const both = await replica.store.generations(establishment);
    expect(both).toMatchObject([
      { live: false, state: 'following', progress: { position: last + 1 } },
      { live: true, state: 'following', progress: { position: last + 1 }, timeline: { resumeAt: last } },
    ]);
    await replica.store.makeLive(establishment, both[0]?.generation ?? 0, await replica.store.takeOver(establishment));
    expect((await generationOn(establishment, 1)).live).toBe(true);
  });

  it('is one, however often the restore asks', async () => {
    const { establishment, log, restoreId, last, generation } = await built(twoPuts);
    await new BuildGeneration(log, builder).run(restoreId, target(establishment, last), never);
    expect((await replica.store.generations(establishment)).map((one) => one.generation)).toEqual([
      (await generationOn(establishment, 1)).generation,
      generation.generation,
    ]);
  });

  it('of an empty log is empty, and says so', async () => {
    const establishment = anEstablishment();
    const tables = await builder.open(establishment, timeline(Position.none), aRestore());
    await tables.finish(new Map(), []);
    expect(await builder.digest(tables.generation.generation)).toMatchObject({ records: 0, parked: [] });
  });
});

describe('a generation that is being built', () => {
  const chunk = async (): Promise<{
    establishment: Finess;
    effects: Effects[];
    progress: Progress;
    restoreId: string;
  }> => {
    const { evolve, FoldMemory, Instant, originalTimeline } = await import('#domain');
    const { asRecorded } = await import('../../../testing/src/builders/feed.js');
    const memory = new FoldMemory(Instant.of(0));
    const effects = asRecorded([anEvent([put(patientKey(1))]), anEvent([put(patientKey(2))])]).map((event) => {
      const done = evolve(memory, event, originalTimeline);
      memory.absorb(done);
      return done;
    });
    const progress = { logId: 'l', position: Position.of(1), chainHash: Buffer.alloc(32), clock: memory.clock };
    return { establishment: anEstablishment(), effects, progress, restoreId: aRestore() };
  };

  it('is written by one builder: one that lags behind is refused, and leaves nothing', async () => {
    const { establishment, effects, progress, restoreId } = await chunk();
    const [first, second] = [
      await builder.open(establishment, timeline(progress.position), restoreId),
      await builder.open(establishment, timeline(progress.position), restoreId),
    ];
    await first.write(effects, progress);
    await first.contents(new Map());
    await second.write(effects, progress);
    await expect(second.contents(new Map())).rejects.toMatchObject({ code: 'replica.taken-over' });
    const { generation } = first.generation;
    expect((await superuser.query(`select position from versions_g${generation}`)).rows).toEqual([
      { position: '0' },
      { position: '1' },
    ]);
  });

  it('is seen by no reader and no operator, and changed by nobody', async () => {
    const { establishment, effects, progress, restoreId } = await chunk();
    const tables = await builder.open(establishment, timeline(progress.position), restoreId);
    await tables.write(effects, progress);
    await tables.contents(new Map());
    const { generation } = tables.generation;
    const { reader, control, replicator } = replica.database.urls;
    for (const [url, sql] of [
      [reader, `select from versions_g${generation}`],
      [control, `select from versions_g${generation}`],
      [replicator, `update versions_g${generation} set content = ''`],
      [replicator, `delete from versions_g${generation}`],
    ] as const) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
      await client.end();
    }
    expect(await rowsOf('versions', generation)).toEqual([]);
  });

  it('tells how far it is, why it failed, and goes on when an operator asks', async () => {
    const { establishment, progress, restoreId } = await chunk();
    const { generation } = (await builder.open(establishment, timeline(progress.position), restoreId)).generation;
    await builder.report(generation, {
      phase: 'replaying',
      eventsDone: 1,
      eventsTotal: 2,
      eventTimeReached: '2026-11-24T00:00:00Z',
    });
    await builder.failed(generation, 'the disk is full; free some space');
    const again = await builder.open(establishment, timeline(progress.position), restoreId);
    expect(again.generation).toMatchObject({ generation, state: 'failed' });
    await builder.retry(generation);
    const text = `select state, phase, events_done, events_total, event_time_reached, failure from generations where generation = $1`;
    expect((await superuser.query(text, [generation])).rows).toEqual([
      {
        state: 'building',
        phase: 'replaying',
        events_done: '1',
        events_total: '2',
        event_time_reached: '2026-11-24T00:00:00Z',
        failure: null,
      },
    ]);
  });

  it('is discarded without a trace but its row, and so is one that is built; again without effect', async () => {
    const { establishment, effects, progress, restoreId } = await chunk();
    const tables = await builder.open(establishment, timeline(progress.position), restoreId);
    const { generation } = tables.generation;
    await tables.write(effects, progress);
    await tables.contents(new Map());
    await builder.discard(generation);
    expect(await relations(generation)).toEqual([]);
    await builder.discard(generation);
    await tables.write(effects, progress);
    await expect(tables.contents(new Map())).rejects.toThrow();

    const other = await builder.open(establishment, timeline(Position.none, { number: 3 }), aRestore());
    await other.finish(new Map(), []);
    await builder.built(other.generation.generation, await builder.digest(other.generation.generation));
    await builder.discard(other.generation.generation);
    expect(await relations(other.generation.generation)).toEqual([]);
    expect(await replica.store.generations(establishment)).toMatchObject([
      { state: 'cancelled' },
      { state: 'cancelled' },
    ]);
  });

  it('is discarded while a reader of another generation is in the middle of a read', async () => {
    const { establishment, restoreId } = await chunk();
    const tables = await builder.open(establishment, timeline(Position.none), restoreId);
    await tables.finish(new Map(), []);
    const reader = new pg.Client({ connectionString: replica.database.urls.control });
    await reader.connect();
    await reader.query('begin; select from heads limit 1');
    const discarded = builder.discard(tables.generation.generation);
    // It waits for this transaction; who comes meanwhile does not wait for it.
    const { rowCount } = await superuser.query('select from heads limit 1');
    expect(rowCount).toBeDefined();
    await reader.query('commit');
    await discarded;
    await reader.end();
  });

  it('that is live, or follows the log, is not discarded', async () => {
    const establishment = anEstablishment();
    await replica.store.ensureEstablishment(establishment);
    const [live] = await replica.store.generations(establishment);
    await expect(builder.discard(live?.generation ?? 0)).rejects.toMatchObject({ code: 'refused-by-policy' });
    expect((await relations(live?.generation ?? 0)).length).toBeGreaterThan(6);
  });

  it('of another fold version is not gone on with', async () => {
    const { establishment, progress, restoreId } = await chunk();
    const { generation } = (await builder.open(establishment, timeline(progress.position), restoreId)).generation;
    await superuser.query('update generations set fold_version = 0 where generation = $1', [generation]);
    await expect(builder.open(establishment, timeline(progress.position), restoreId)).rejects.toMatchObject({
      code: 'replica.other-fold',
    });
  });
});
