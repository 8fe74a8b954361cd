import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { encodeEvent, Finess } from '#domain';
import { KafkaClient, KafkaDirectoryLog, KafkaEstablishmentLog, LogTopics } from '#kafka';
import { ProcessLog, type RunningApp } from '#platform';
import { migrate } from '#postgres';
import { type FreshDatabase, freshDatabase, freshFiness, testKafka } from '#testing';
import { newTestKeys } from '../../../libs/keys/test/new-test-keys.js';
import { anEvent, patientKey, put } from '../../../libs/testing/src/builders/feed.js';
import { aRequest, asked, declaredEstablishment, targetTo } from '../../../libs/testing/src/builders/restores.js';
import { bootReplicator } from './boot-replicator.js';

type Line = Readonly<Record<string, unknown>>;

describe('two replicators of one replica', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-two-'));
  const keys = newTestKeys(join(folder, 'keys'));
  const client = new KafkaClient({ brokers: [testKafka().brokers] });
  const log = new KafkaEstablishmentLog(client);
  const directory = new KafkaDirectoryLog(client);
  const establishments = Array.from({ length: 4 }, () => Finess.parse(freshFiness()));
  const territory = `ght-${establishments[0]}`;
  const running: { readonly app: RunningApp; readonly lines: Line[] }[] = [];
  let database: FreshDatabase;
  let replica: pg.Client;
  let appended = 0;

  const boot = async (): Promise<void> => {
    const lines: Line[] = [];
    const written = new ProcessLog('replicator', { write: (line: string) => lines.push(JSON.parse(line) as Line) });
    const settings = {
      kafkaBrokers: [testKafka().brokers],
      trustedKeysDir: keys.trustedKeysDir,
      replica: 'a',
      territory,
    };
    const app = await bootReplicator({ ...settings, postgresUrl: database.urls.replicator }, written);
    running.push({ app, lines });
  };
  /** Of each establishment as many events more; resolves when its live generation has them. */
  const append = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      appended += 1;
      for (const establishment of establishments)
        await log.append(establishment, encodeEvent(anEvent([put(patientKey(appended))])), {});
    }
    await vi.waitFor(
      async () => {
        const { rows } = await replica.query(
          `select g.position::float8 from establishments as e join generations as g on g.generation = e.live_generation`,
        );
        expect(rows).toEqual(establishments.map(() => ({ position: appended - 1 })));
      },
      { timeout: 20_000, interval: 50 },
    );
  };
  const told = (name: string): readonly (readonly unknown[])[] =>
    running.map(({ lines }) => lines.filter((line) => line['name'] === name).map((line) => line['establishment']));

  beforeAll(async () => {
    database = await freshDatabase();
    await migrate(database.urls.owner);
    replica = new pg.Client({ connectionString: database.urls.replicator });
    await replica.connect();
    await new LogTopics(client, 1).ensure(establishments);
    const at = declaredEstablishment(establishments[0] as Finess).at;
    const said = { v: 1, at, by: 'test' } as const;
    await directory.append({ ...said, kind: 'territory-declared', code: territory, name: 'GHT (démo)' });
    for (const establishment of establishments) {
      await directory.append(declaredEstablishment(establishment));
      const membership = { territory, establishment, role: 'support', from: '2016-07-01T00:00:00Z' } as const;
      await directory.append({ ...said, kind: 'membership-declared', membership });
    }
    // At one time, into an empty database.
    await Promise.all([boot(), boot()]);
  });
  afterAll(async () => {
    await Promise.all(running.map(({ app }) => app.close()));
    await Promise.all([log.close(), directory.close(), replica.end()]);
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  it('start at one time, and share the establishments without taking anything from each other', async () => {
    await append(5);
    const before = told('establishment.taken-over').flat().length;
    await append(5);
    expect(told('establishment.taken-over').flat()).toHaveLength(before);
    expect(told('establishment.halted').flat()).toEqual([]);
  });

  const states = async (restoreId: string): Promise<readonly string[]> =>
    (
      await replica.query<{ state: string }>('select state from generations where restore_id = $1', [restoreId])
    ).rows.map(({ state }) => state);
  const first = `restore-1-${territory}`;

  it('build a restore of all of them, each establishment once', async () => {
    await directory.append(
      aRequest(
        first,
        establishments.map((establishment) => targetTo(establishment, 4)),
      ),
    );
    await expect.poll(() => states(first)).toEqual(establishments.map(() => 'built'));
    const started = told('build.started');
    expect(new Set(started.flat())).toEqual(new Set(establishments));
    // Whose each is, the group says; where it deals anew meanwhile, a build is broken off and begun by its new owner.
    expect(started.flat()).toHaveLength(establishments.length + told('build.interrupted').flat().length);
  });

  it('one ends, and the other has all of them: it follows, drops what was cancelled, and builds', async () => {
    const [ended] = running.splice(0, 1);
    await ended?.app.close();
    await append(5);
    await directory.append(asked('restore-cancelled', first));
    await expect.poll(() => states(first)).toEqual(establishments.map(() => 'cancelled'));
    const second = `restore-2-${territory}`;
    const targets = establishments.map((establishment) => targetTo(establishment, 9, { number: 3 }));
    await directory.append(aRequest(second, targets));
    await expect.poll(() => states(second)).toEqual(establishments.map(() => 'built'));
    expect(told('establishment.halted').flat()).toEqual([]);
  });
});
