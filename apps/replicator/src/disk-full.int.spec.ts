import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEvent, Failure, Finess, originalTimeline, Position, RecordKey } from '#domain';
import { searchRule } from '#fhir';
import { KafkaClient, KafkaEstablishmentLog, LogTopics } from '#kafka';
import { migrate, openForCopy, openReplica, PostgresGenerationBuilder, PostgresReplicaStore } from '#postgres';
import { type FreshDatabase, freshDatabase, freshFiness, testKafka } from '#testing';
import { BuildGeneration, type RestoreTarget } from '#usecases';
import { anEvent, put } from '../../../libs/testing/src/builders/feed.js';

const isRoot = process.getuid?.() === 0;

/** A disk of its own that fills up; only root can mount one. */
describe.skipIf(!isRoot)('a restore that fills the disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-small-disk-'));
  const log = new KafkaEstablishmentLog(new KafkaClient({ brokers: [testKafka().brokers] }));
  let database: FreshDatabase;

  const tablespace = `small_${process.pid}`;

  const asSuperuser = async (sql: string, url = database.superuserUrl): Promise<void> => {
    const client = new pg.Client(url);
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };

  beforeAll(async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder]);
    // Postgres does not run as root: its own user is the one that owns its processes.
    execFileSync('chown', ['postgres', folder]);
    execFileSync('chmod', ['700', folder]);
    database = await freshDatabase();
    await migrate(database.urls.owner);
  });
  afterAll(async () => {
    await log.close();
    await database?.drop();
    await asSuperuser(
      `drop tablespace if exists ${tablespace}`,
      database.superuserUrl.replace(/\/[^/]+$/, '/postgres'),
    );
    execFileSync('umount', [folder]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('stops with a sentence, changes nothing that is live, and goes on when there is room', async () => {
    const establishment = Finess.parse(freshFiness());
    await new LogTopics(new KafkaClient({ brokers: [testKafka().brokers] }), 1).ensure([establishment]);
    const text = 'x'.repeat(1500);
    const events = Array.from({ length: 9000 }, (_, n) => anEvent([put(RecordKey.of('Basic', `b${n}`), { n, text })]));
    await Promise.all(events.map((event) => log.append(establishment, encodeEvent(event), {})));

    const [rows, copies] = await Promise.all([
      openReplica(database.urls.replicator),
      openForCopy(database.urls.replicator),
    ]);
    const store = new PostgresReplicaStore(rows, copies, searchRule);
    const builder = new PostgresGenerationBuilder(rows, copies, searchRule);
    await store.ensureEstablishment(establishment);
    const live = (await store.generations(establishment)).find((generation) => generation.live);
    await asSuperuser(`create tablespace ${tablespace} owner reprise_owner location '${folder}'`);
    await asSuperuser(`alter database ${database.name} set default_tablespace = ${tablespace}`);
    await copies.destroy();
    const smallCopies = await openForCopy(database.urls.replicator);
    const small = new PostgresGenerationBuilder(rows, smallCopies, searchRule);

    const end = Position.of(events.length - 1);
    const target: RestoreTarget = {
      establishment,
      timeline: {
        number: 2,
        parent: originalTimeline,
        branch: end,
        cut: end,
        exclusions: { senders: [], types: [], between: [], clock: 'recorded' },
        plannedAt: end,
        afterCut: 'omit',
        resumeAt: 'not-promoted',
      },
      buildTo: end,
      events: events.length,
    };
    const run = (): Promise<void> => new BuildGeneration(log, small).run('r', target, new AbortController().signal);
    const failure = await run().then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(Failure.is(failure, 'disk.full'), String(failure)).toBe(true);
    const failed = (await store.generations(establishment)).find(({ timeline }) => timeline.number === 2);
    expect(failed?.state).toBe('failed');
    const { rows: told } = await rows
      .query('select failure from generations where generation = $1', [failed?.generation])
      .then((found: { failure: string }[]) => ({ rows: found }));
    expect(told[0]?.failure).toMatch(/disk/i);
    expect((await store.generations(establishment)).find((generation) => generation.live)?.generation).toBe(
      live?.generation,
    );

    execFileSync('mount', ['-o', 'remount,size=400m', folder]);
    await builder.retry(failed?.generation ?? 0);
    await run();
    const built = (await store.generations(establishment)).find(({ timeline }) => timeline.number === 2);
    expect(built?.state).toBe('built');
    expect((await builder.digest(built?.generation ?? 0)).records).toBe(events.length);
    await Promise.all([rows.destroy(), smallCopies.destroy()]);
  });
});
