import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from './embedded-kafka.js';
import { startPostgres } from './embedded-postgres.js';
import { freePorts } from './ports.js';
import { clusterOf, removePostgres } from './postgres-place.js';
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.js';
import { scopeKeyIn } from './scope-key-file.js';
import { stopOrphan } from './server-process.js';
import type { StartedServers } from './servers-variable.js';

const folderPrefix = 'reprise-test-';

/** A killed run cannot tidy up: the next one does it, and leaves runs that are alive alone. */
const sweep = async (): Promise<void> => {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(folderPrefix))) {
    const folder = join(tmpdir(), name);
    try {
      const owner = JSON.parse(readFileSync(join(folder, 'owner.json'), 'utf8')) as ProcessIdentity;
      if (isRunning(owner)) continue;
      await stopOrphan(join(folder, 'kafka', 'server.pid'), folder, 'SIGKILL');
      const postgres = join(folder, 'postgres');
      await stopOrphan(join(postgres, 'server.pid'), clusterOf(postgres), 'SIGINT');
      removePostgres(postgres);
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // Without an owner it is being made at this moment, or not ours.
    }
  }
};

/** Durability is what a test kills processes for, not the machine: without fsync a run takes half the time. */
export const startTestServers = async (): Promise<StartedServers> => {
  await sweep();
  const folder = mkdtempSync(join(tmpdir(), folderPrefix));
  // Root's Postgres has to pass.
  chmodSync(folder, 0o711);
  writeFileSync(join(folder, 'owner.json'), JSON.stringify(identityOf(process.pid)));
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
