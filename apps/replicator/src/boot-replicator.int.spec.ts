import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Finess } from '#domain';
import { KafkaClient, KafkaDirectoryLog, LogTopics } from '#kafka';
import { ProcessLog, type RunningApp } from '#platform';
import { migrate } from '#postgres';
import { type FreshDatabase, freshDatabase, freshFiness, testKafka } from '#testing';
import { newTestKeys } from '../../../libs/keys/test/new-test-keys.js';
import { declaredEstablishment } from '../../../libs/testing/src/builders/restores.js';
import { bootReplicator } from './boot-replicator.js';

describe('a replicator that starts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-boot-'));
  const { trustedKeysDir } = newTestKeys(join(folder, 'keys'));
  const client = new KafkaClient({ brokers: [testKafka().brokers] });
  const directory = new KafkaDirectoryLog(client);
  const finess = Finess.parse(freshFiness());
  const territory = `ght-${finess}`;
  let database: FreshDatabase;
  let lines: string[] = [];

  const boot = (): Promise<RunningApp> => {
    const settings = { kafkaBrokers: [testKafka().brokers], trustedKeysDir, replica: 'a', territory, metricsPort: 0 };
    lines = [];
    const log = new ProcessLog('replicator', { write: (line: string) => lines.push(line) });
    return bootReplicator({ ...settings, postgresUrl: database.urls.replicator }, log);
  };

  beforeAll(async () => {
    await new LogTopics(client, 1).ensure([finess]);
    const said = { v: 1, at: declaredEstablishment(finess).at, by: 'test' } as const;
    await directory.append({ ...said, kind: 'territory-declared', code: territory, name: 'GHT (démo)' });
    await directory.append(declaredEstablishment(finess));
    const membership = { territory, establishment: finess, role: 'support', from: '2016-07-01T00:00:00Z' } as const;
    await directory.append({ ...said, kind: 'membership-declared', membership });
  });
  beforeEach(async () => {
    database = await freshDatabase();
  });
  afterEach(() => database.drop());
  afterAll(async () => {
    await directory.close();
    rmSync(folder, { recursive: true });
  });

  it("waits for the migrations, says what runs them, and goes on without the owner's password", async () => {
    const booting = boot();
    await vi.waitFor(() => expect(lines.join()).toContain('apps/migrate'), { timeout: 20_000 });
    await migrate(database.urls.owner);
    const app = await booting;
    expect(app.ready).toMatchObject({ territory, count: 1 });
    const at = `http://127.0.0.1:${String(app.ready?.port)}`;
    const numbers = async (): Promise<string> => (await fetch(`${at}/metrics`)).text();
    const told = (name: string): string => `reprise_replicator_${name}{replica="a",establishment="${finess}"}`;
    await expect.poll(numbers, { timeout: 20_000 }).toContain(`${told('position')} -1`);
    expect(await numbers()).toContain(`${told('parked_events')} 0`);
    expect(await numbers()).toContain('reprise_postgres_connections{pool="rows",state="idle"}');
    await expect.poll(async () => (await fetch(`${at}/readyz`)).status, { timeout: 5_000 }).toBe(200);
    await app.close();
  });

  it('stops where the schema is newer than itself', async () => {
    await migrate(database.urls.owner);
    const owner = new pg.Client({ connectionString: database.urls.owner });
    await owner.connect();
    await owner.query(`insert into migrations (timestamp, name) values (1890000000001, 'Later1890000000001')`);
    await owner.end();
    await expect(boot()).rejects.toThrow('newer than this program: Later1890000000001');
  });
});
