import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProcessLog, type RunningApp } from '#platform';
import { freePorts, freshFiness, type RunningKafka, startKafka } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newTestKeys } from '../../../libs/keys/test/new-test-keys.js';
import { bootControl } from './boot-control.js';

/** A Kafka of its own, because it is stopped here. */
describe('control whose log is away', () => {
  const folder = mkdtempSync(join(tmpdir(), 'control-log-away-'));
  const lines: string[] = [];
  let kafka: RunningKafka;
  let control: RunningApp;
  beforeAll(async () => {
    const [port = 0, controllerPort = 0] = await freePorts(2);
    kafka = await startKafka({ port, controllerPort, dataDir: join(folder, 'kafka') });
    mkdirSync(join(folder, 'senders'));
    writeFileSync(join(folder, 'callers.json'), '{}');
    const finess = freshFiness();
    const territory = {
      territory: { code: 'ght', name: 'GHT (démo)' },
      establishments: [{ finess, name: 'CH (démo)', sites: [], timeZone: 'Europe/Paris' }],
      memberships: [{ territory: 'ght', establishment: finess, role: 'support', from: '2016-07-01T00:00:00Z' }],
    };
    writeFileSync(join(folder, 'territory.json'), JSON.stringify(territory));
    const configuration = {
      kafkaBrokers: [kafka.brokers],
      logReplication: 1,
      callersFile: join(folder, 'callers.json'),
      territory: 'ght',
      territoryFile: join(folder, 'territory.json'),
      sendersDir: join(folder, 'senders'),
      replicas: {},
      ...newTestKeys(join(folder, 'keys')),
      host: '127.0.0.1',
      controlPort: 0,
    };
    control = await bootControl(configuration, new ProcessLog('control', { write: (line) => void lines.push(line) }));
  });
  afterAll(async () => {
    process.kill(kafka.pid, 'SIGCONT');
    await control.close();
    await kafka.stop();
    rmSync(folder, { recursive: true });
  });

  const readiness = async (): Promise<{ status: number; log?: { ok: boolean; reason?: string } }> => {
    const answer = await fetch(`http://127.0.0.1:${control.ready?.port}/readyz`);
    const { dependencies } = (await answer.json()) as { dependencies: { log?: { ok: boolean; reason?: string } } };
    return { status: answer.status, ...dependencies };
  };

  it('is not ready within 15 s, names the log, and is ready again soon after it', async () => {
    expect(await readiness()).toMatchObject({ status: 200, log: { ok: true } });
    process.kill(kafka.pid, 'SIGSTOP');
    await expect.poll(readiness, { timeout: 15_000, interval: 500 }).toMatchObject({
      status: 503,
      log: { ok: false, reason: expect.stringContaining('log.unreachable') as string },
    });
    process.kill(kafka.pid, 'SIGCONT');
    await expect.poll(readiness, { timeout: 15_000, interval: 500 }).toMatchObject({ status: 200, log: { ok: true } });
  }, 60_000);
});
