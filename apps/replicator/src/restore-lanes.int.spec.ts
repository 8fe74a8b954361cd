import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeEvent, Finess } from '#domain';
import { KafkaClient, KafkaDirectoryLog, KafkaEstablishmentLog, LogTopics } from '#kafka';
import { ProcessLog, type RunningApp } from '#platform';
import { migrate } from '#postgres';
import { freePorts, freshFiness, removePostgres, type RunningPostgres, startPostgres, testKafka } from '#testing';
import type { DirectoryEvent } from '#usecases';
import { newTestKeys } from '../../../libs/keys/test/new-test-keys.js';
import { anEvent, patientKey, put } from '../../../libs/testing/src/builders/feed.js';
import {
  aRequest,
  asked,
  declaredEstablishment,
  moved,
  targetTo,
} from '../../../libs/testing/src/builders/restores.js';
import { bootReplicator } from './boot-replicator.js';

const events = 6;

/** A Postgres of its own, because it is stopped here. */
describe('what was decided of a restore', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-lanes-'));
  const { trustedKeysDir } = newTestKeys(join(folder, 'keys'));
  const client = new KafkaClient({ brokers: [testKafka().brokers] });
  const log = new KafkaEstablishmentLog(client);
  const directory = new KafkaDirectoryLog(client);
  let [port, postgres]: [number, RunningPostgres | undefined] = [0, undefined];
  let replicator: RunningApp | undefined;
  let lines: string[] = [];
  let finess: Finess;

  const startDatabase = async (): Promise<void> => {
    postgres = await startPostgres({ port, dataDir: join(folder, 'postgres') });
    await migrate(postgres.urls.owner);
  };
  const boot = async (): Promise<void> => {
    if (!postgres) throw new Error('no database');
    lines = [];
    replicator = await bootReplicator(
      {
        kafkaBrokers: [testKafka().brokers],
        trustedKeysDir,
        replica: 'a',
        territory: `ght-${finess}`,
        postgresUrl: postgres.urls.replicator,
      },
      new ProcessLog('replicator', { write: (line: string) => lines.push(line) }),
    );
  };
  const goDown = async (): Promise<void> => {
    await replicator?.close();
    replicator = undefined;
  };
  let appended = 0;
  /** Each of a patient of its own: the same again would be a duplicate. */
  const append = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1)
      await log.append(finess, encodeEvent(anEvent([put(patientKey((appended += 1)))])), {});
  };
  /** State of the generation, and how many rows its tables hold; none where they are gone. */
  const generationOf = async (restoreId: string): Promise<{ state?: string; rows?: number }> => {
    const database = new pg.Client({ connectionString: postgres?.urls.replicator });
    await database.connect();
    try {
      const { rows } = await database.query<{ state: string; generation: number }>(
        'select state, generation from generations where restore_id = $1',
        [restoreId],
      );
      const [row] = rows;
      if (!row) return {};
      const counted = await database.query<{ n: number }>(
        'select count(*)::int as n from versions where generation = $1',
        [row.generation],
      );
      return { state: row.state, rows: counted.rows[0]?.n ?? 0 };
    } finally {
      await database.end();
    }
  };
  const comesTo = (restoreId: string, found: { state: string; rows: number }): Promise<void> =>
    vi.waitFor(async () => expect(await generationOf(restoreId)).toEqual(found), { timeout: 30_000, interval: 200 });
  const tells = (name: string): Promise<void> =>
    vi.waitFor(() => expect(lines.some((line) => line.includes(`"${name}"`))).toBe(true), { timeout: 30_000 });

  beforeAll(async () => {
    [port = 0] = await freePorts(1);
    await startDatabase();
  });
  beforeEach(async () => {
    finess = Finess.parse(freshFiness());
    await new LogTopics(client, 1).ensure([finess]);
    const said = { v: 1, at: declaredEstablishment(finess).at, by: 'test' } as const;
    const territory = `ght-${finess}`;
    await directory.append({ ...said, kind: 'territory-declared', code: territory, name: 'GHT (démo)' });
    await directory.append(declaredEstablishment(finess));
    const membership = { territory, establishment: finess, role: 'support', from: '2016-07-01T00:00:00Z' } as const;
    await directory.append({ ...said, kind: 'membership-declared', membership });
    await append(events);
    await boot();
  });
  afterEach(goDown);
  afterAll(async () => {
    await Promise.all([log.close(), directory.close()]);
    await postgres?.stop();
    removePostgres(join(folder, 'postgres'));
    rmSync(folder, { recursive: true });
  });

  it('is done as well behind entries that are not whole', async () => {
    await goDown();
    const id = `restore-${finess}`;
    const request = aRequest(id, [targetTo(finess, events - 1)]);
    const { targets: _, ...less } = request;
    await directory.append({ ...less, restoreId: `${id}-less` } as DirectoryEvent);
    await directory.append(moved('restore-promoted', request, events - 1, 'mallory'));
    await boot();
    const refused = lines.filter((line) => line.includes('"directory.refused"')).join();
    expect(refused).toContain('restore-requested: targets: it is missing');
    expect(refused).toContain('restore-promoted: no such restore was requested');
    expect(refused).not.toContain(finess);
    await directory.append(request);
    await comesTo(id, { state: 'built', rows: events });
  });

  it('is done as well where it was cancelled while the replicator was down', async () => {
    const id = `restore-${finess}`;
    await directory.append(aRequest(id, [targetTo(finess, events - 1)]));
    await comesTo(id, { state: 'built', rows: events });
    await goDown();
    await directory.append(asked('restore-cancelled', id));
    await boot();
    await comesTo(id, { state: 'cancelled', rows: 0 });
  });

  it('is done as well where it was resumed while the replicator was down', async () => {
    const id = `restore-${finess}`;
    // The log is shorter than what was asked for: the build fails, until it is not.
    await directory.append(aRequest(id, [targetTo(finess, 2 * events - 1)]));
    await vi.waitFor(async () => expect(await generationOf(id)).toMatchObject({ state: 'failed' }), {
      timeout: 30_000,
    });
    await goDown();
    await append(events);
    await directory.append(asked('restore-resumed', id));
    await boot();
    await comesTo(id, { state: 'built', rows: 2 * events });
  });

  it('is done as well where Postgres was away at that moment', async () => {
    const id = `restore-${finess}`;
    await directory.append(aRequest(id, [targetTo(finess, events - 1)]));
    await comesTo(id, { state: 'built', rows: events });
    await postgres?.stop();
    await directory.append(asked('restore-cancelled', id));
    await tells('settle.interrupted');
    expect(lines.join()).not.toContain('directory.stopped');
    await startDatabase();
    await comesTo(id, { state: 'cancelled', rows: 0 });
    // Its directory is still followed.
    const next = aRequest(`${id}-2`, [targetTo(finess, events - 1, { number: 3 })]);
    await directory.append(next);
    await comesTo(next.restoreId, { state: 'built', rows: events });
  });
});
