import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from './embedded-kafka.js';
import { startPostgres } from './embedded-postgres.js';
import { freePorts } from './ports.js';
import { removePostgres } from './postgres-place.js';
import { scopeKeyIn } from './scope-key-file.js';
import type { StartedServers } from './servers-variable.js';

/** Durability is what a test kills processes for, not the machine: without fsync a run takes half the time. */
export const startTestServers = async (): Promise<StartedServers> => {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-servers-'));
  // Root's Postgres has to pass.
  chmodSync(folder, 0o711);
  const [kafkaPort = 0, controllerPort = 0, postgresPort = 0] = await freePorts(3);
  const say = (line: string): void => console.error(line);
  const started = await Promise.allSettled([
    startKafka({ port: kafkaPort, controllerPort, dataDir: join(folder, 'kafka'), say }),
    startPostgres({ port: postgresPort, dataDir: join(folder, 'postgres'), settings: { fsync: 'off' }, say }),
  ]);
  const stop = async (): Promise<void> => {
    const running = started.filter((server) => server.status === 'fulfilled');
    await Promise.all(running.map((server) => server.value.stop()));
    removePostgres(join(folder, 'postgres'));
    rmSync(folder, { recursive: true, force: true });
  };
  const [kafka, postgres] = started;
  if (kafka.status === 'fulfilled' && postgres.status === 'fulfilled') {
    const { passwords, scopeKeyFile } = postgres.value;
    const scopeKey = scopeKeyIn(scopeKeyFile);
    return { kafka: { brokers: kafka.value.brokers }, postgres: { port: postgresPort, passwords, scopeKey }, stop };
  }
  await stop();
  throw kafka.status === 'rejected' ? kafka.reason : (postgres as PromiseRejectedResult).reason;
};
