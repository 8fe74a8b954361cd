import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEvent, Finess, Instant, type LogEvent, Position, RecordKey } from '#domain';
import { searchRule } from '#fhir';
import { KafkaClient, KafkaDirectoryLog, KafkaEstablishmentLog, LogTopics } from '#kafka';
import { ProcessLog, type RunningApp } from '#platform';
import { migrate, openForCopy, openReplica, PostgresReplicaStore, PostgresSearchIndex } from '#postgres';
import { type FreshDatabase, freshDatabase, freshFiness, testKafka } from '#testing';
import { type DirectoryEvent, ReindexOlder, ReplicateLog } from '#usecases';
import { anEvent, patientKey, put } from '../../../libs/testing/src/builders/feed.js';
import { newTestKeys } from '../../../libs/keys/test/new-test-keys.js';
import { bootReplicator } from './boot-replicator.js';

/** A replicator of the version before: rule 1, of which the families with their blanks are enough here. */
const former = {
  version: 1,
  changedSince: () => [],
  tokensOf: (_key: RecordKey, content: Uint8Array): readonly string[] => {
    const [family] = /le goff \d+/.exec(Buffer.from(content).toString('utf8').toLowerCase()) ?? [];
    return family === undefined ? [] : [`family|${family}`];
  },
};

const named = (n: number, family = `Le Goff ${n}`): LogEvent => anEvent([put(patientKey(n), { name: [{ family }] })]);
const older = 900;

describe('a replicator whose search rule is newer than its rows', () => {
  const finess = Finess.parse(freshFiness());
  const territory = `ght-${finess}`;
  const client = new KafkaClient({ brokers: [testKafka().brokers] });
  const log = new KafkaEstablishmentLog(client);
  const directory = new KafkaDirectoryLog(client);
  const folder = mkdtempSync(join(tmpdir(), 'reprise-reindex-'));
  const { trustedKeysDir } = newTestKeys(folder);
  const lines: Record<string, unknown>[] = [];
  let database: FreshDatabase;
  let superuser: pg.Client;
  let running: RunningApp | undefined;

  const declared = [
    { kind: 'territory-declared', code: territory, name: 'GHT (démo)' },
    {
      kind: 'establishment-declared',
      establishment: { finess, name: 'CH (démo)', sites: [], timeZone: 'Europe/Paris' },
    },
    {
      kind: 'membership-declared',
      membership: { territory, establishment: finess, role: 'support', from: '2016-07-01T00:00:00Z' },
    },
  ] as const;

  const boot = async (): Promise<void> => {
    running = await bootReplicator(
      {
        kafkaBrokers: [testKafka().brokers],
        trustedKeysDir,
        replica: 'a',
        territory,
        postgresUrl: database.urls.replicator,
      },
      new ProcessLog('replicator', {
        write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>),
      }),
    );
  };
  const standing = async (): Promise<{ version: number; versions: number; position: number }> =>
    (
      await superuser.query(
        `select search_version as version, coalesce((search_progress ->> 'versions')::int, 0) as versions, position::int
         from generations where establishment = $1`,
        [finess],
      )
    ).rows[0];

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls.owner);
    superuser = new pg.Client({ connectionString: database.superuserUrl });
    await superuser.connect();
    await new LogTopics(client, 1).ensure([finess]);
    for (const event of declared)
      await directory.append({ v: 1, at: Instant.of(0), by: 'test', ...event } as unknown as DirectoryEvent);
    await Promise.all(Array.from({ length: older }, (_, n) => log.append(finess, encodeEvent(named(n)), {})));
    const [rows, copies] = await Promise.all([
      openReplica(database.urls.replicator),
      openForCopy(database.urls.replicator),
    ]);
    const replicate = new ReplicateLog(new PostgresReplicaStore(rows, copies, former), log);
    await replicate.start(finess);
    const { logId, last } = await log.range(finess);
    for await (const entries of log.read(finess, Position.of(0), last))
      await replicate.apply({ establishment: finess, logId, entries });
    // The version after it was killed when it had begun: its process does two pieces.
    const begun = new ReplicateLog(new PostgresReplicaStore(rows, copies, searchRule), log);
    await begun.start(finess);
    const reindex = new ReindexOlder(new PostgresSearchIndex(rows, searchRule), begun);
    for (let pieces = 0; pieces < 2; pieces++) await reindex.some();
    await Promise.all([rows.destroy(), copies.destroy()]);
  });
  afterAll(async () => {
    await running?.close();
    await Promise.all([log.close(), directory.close(), superuser?.end()]);
    rmSync(folder, { recursive: true });
    await database?.drop();
  });

  it('goes on where another was killed, beside its work, and says so', async () => {
    expect(await standing()).toEqual({ version: 1, versions: 400, position: older - 1 });
    await boot();
    const news = Array.from({ length: 60 }, (_, n) => named(n * 15, `L'Hôpital ${n}`));
    const written = Promise.all(news.map((event) => log.append(finess, encodeEvent(event), {})));
    await written;
    await expect
      .poll(standing, { timeout: 30_000, interval: 100 })
      .toEqual({ version: searchRule.version, versions: 0, position: older + news.length - 1 });

    const told = lines.filter(({ name }) => name === 'search.reindexed');
    expect(told).toMatchObject([{ establishment: finess, from: 1, to: searchRule.version }]);
    expect(Number(told[0]?.['count'])).toBeGreaterThanOrEqual(older);
    // The directory is one for all specs: approvals that were signed by other installations are refused here.
    const faults = lines.filter(({ level, name }) => level === 'error' && name !== 'directory.refused');
    expect(faults).toEqual([]);

    const { rows } = await superuser.query<{
      type: string;
      id: string;
      tokens: string[];
      head: string[];
      content: Buffer;
    }>(
      `select v.type, v.id, v.tokens, h.tokens as head, v.content
       from versions v join heads h using (generation, type, id) where h.position = v.position`,
    );
    expect(rows).toHaveLength(older);
    for (const { type, id, tokens, head, content } of rows) {
      const all = searchRule.tokensOf(RecordKey.of(type, id), content);
      expect([id, tokens, head]).toEqual([id, all, all]);
    }
    const found = await superuser.query(
      `select (count(*) filter (where token like 'family|legoff%'))::int as "leGoff",
              (count(*) filter (where token like 'family|lhopital%'))::int as "lHopital",
              (count(*) filter (where token like 'family|% %'))::int as former from tokens`,
    );
    const renamed = news.length;
    expect(found.rows).toEqual([{ leGoff: older - renamed, lHopital: renamed, former: 0 }]);
  });
});
