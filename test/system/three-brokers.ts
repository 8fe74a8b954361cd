import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { Kafka, logLevel } from 'kafkajs';
import { migrate } from '#postgres';
import {
  freePorts,
  ownersMark,
  removePostgres,
  type RunningKafkaCluster,
  type RunningPostgres,
  startKafkaCluster,
  startPostgres,
} from '#testing';
import { demoTerritory } from '../../apps/local/src/demo-territory.js';
import type { Running } from '../../apps/local/src/launch-app.js';
import { localFiles, writeLocalFiles } from '../../apps/local/src/local-files.js';
import { portUses, type PortPlan } from '../../apps/local/src/port-plan.js';
import { appProcesses, postgresUrl } from '../../apps/local/src/processes.js';
import { writePasswords } from '../../apps/local/src/write-passwords.js';
import { startApp } from './start-app.js';

const brokersOfATerritory = 3;

const freePlan = async (): Promise<PortPlan> => {
  const names = Object.keys(portUses);
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, at) => [name, ports[at]])) as unknown as PortPlan;
};

/** Control, a gateway and one replica, on three brokers that each log must be on: replication 3, min in-sync 2. */
export class ThreeBrokers {
  private constructor(
    private readonly folder: string,
    readonly cluster: RunningKafkaCluster,
    readonly postgres: RunningPostgres,
    readonly ports: PortPlan,
    private readonly apps: readonly Running[],
    private readonly admin: Admin,
  ) {}

  static async start(): Promise<ThreeBrokers> {
    // Under this prefix, what a killed run left behind is found and stopped by the next run of the tests.
    const folder = mkdtempSync(join(tmpdir(), `reprise-test-${ownersMark()}-`));
    const ports = await freePlan();
    const controllers = await freePorts(brokersOfATerritory);
    const nodes = (await freePorts(brokersOfATerritory)).map((port, at) => ({
      port,
      controllerPort: controllers[at] ?? 0,
    }));
    const cluster = await startKafkaCluster({ nodes, dataDir: folder });
    const postgres = await startPostgres({ port: ports.postgresA, dataDir: join(folder, 'postgres') });
    await migrate(postgres.urls.owner);
    await writeLocalFiles(folder, demoTerritory, ports);
    const files = localFiles(folder);
    const { scopeKeyFile, passwords } = postgres;
    const login = { passwordsDir: writePasswords(files.passwords, 'a', passwords), scopeKeyFile };
    const all = appProcesses(
      {
        ports,
        files,
        closed: false,
        territory: demoTerritory.territory.code,
        brokers: cluster.brokers,
        postgres: { a: login, b: login },
        rate: 0,
      },
      false,
    );
    const settings = { LOG_REPLICATION: brokersOfATerritory, REPLICAS: `a=${postgresUrl(ports, 'a', 'control')}` };
    const apps: Running[] = [];
    for (const name of ['control', 'replicator-a', 'gateway']) {
      const app = all.find((one) => one.name === name);
      if (!app) throw new Error(`no app ${name}`);
      const own = Object.entries(settings).filter(([key]) => key in app.settings);
      apps.push(await startApp(folder, { ...app, settings: { ...app.settings, ...Object.fromEntries(own) } }));
    }
    const admin = new Kafka({ brokers: cluster.brokers.split(','), logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    return new ThreeBrokers(folder, cluster, postgres, ports, apps, admin);
  }

  /** Id of the broker that leads a topic, and how many of its copies are level with it. */
  async leader(topic: string): Promise<{ readonly id: number; readonly inSync: number }> {
    for (;;) {
      const metadata = await this.admin.fetchTopicMetadata({ topics: [topic] }).catch(() => undefined);
      const partition = metadata?.topics[0]?.partitions[0];
      if (partition && partition.leader > 0) return { id: partition.leader, inSync: partition.isr.length };
      await pause(100);
    }
  }

  /** Until all brokers are level with the one that leads. */
  async allInSync(topic: string): Promise<void> {
    while ((await this.leader(topic)).inSync < brokersOfATerritory) await pause(200);
  }

  async stop(): Promise<void> {
    await this.admin.disconnect().catch(() => undefined);
    await Promise.all(this.apps.map((app) => app.stop()));
    await Promise.all([this.cluster.stop(), this.postgres.stop()]);
    removePostgres(join(this.folder, 'postgres'));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
