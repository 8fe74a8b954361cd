import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { Failure, type Finess } from '#domain';
import { asAdmin } from './as-admin.js';
import { type InSync, readInSync } from './in-sync.js';
import type { KafkaClient } from './kafka-client.js';
import { ConfigResourceTypes } from './library.js';
import { directoryTopic, journalTopic, logTopic, messageBytesMax } from './topics.js';

interface Setting {
  readonly name: string;
  /** What a topic is made with. */
  readonly value: string;
  /** What counts as right; equality unless said. */
  readonly holds?: (value: string) => boolean;
}

const atLeast = (least: number) => (value: string) => Number(value) >= least;

const settingsFor = (replication: number): readonly Setting[] => {
  const inSync = Math.max(1, replication - 1);
  return [
    { name: 'cleanup.policy', value: 'delete' },
    { name: 'retention.ms', value: '-1' },
    { name: 'retention.bytes', value: '-1' },
    { name: 'message.timestamp.type', value: 'LogAppendTime' },
    { name: 'min.insync.replicas', value: String(inSync), holds: atLeast(inSync) },
    { name: 'unclean.leader.election.enable', value: 'false' },
    { name: 'max.message.bytes', value: String(messageBytesMax), holds: atLeast(messageBytesMax) },
  ];
};

const topicsOf = (establishments: readonly Finess[]): readonly string[] => [
  directoryTopic,
  ...establishments.flatMap((establishment) => [logTopic(establishment), journalTopic(establishment)]),
];

/** The topics of the logs, journals and the directory: how they are made, and what must hold of them (design, section 5). */
export class LogTopics {
  private readonly settings: readonly Setting[];

  /** `replication`: 3, or 1 on one machine; min in-sync is one less, at least 1. */
  constructor(
    private readonly client: KafkaClient,
    private readonly replication: number,
  ) {
    this.settings = settingsFor(replication);
  }

  /** Makes what is missing and leaves what is there as it is. */
  async ensure(establishments: readonly Finess[]): Promise<void> {
    const topics = topicsOf(establishments);
    await this.asAdmin(async (admin) => {
      const there = new Set(await admin.listTopics());
      const missing = topics.filter((topic) => !there.has(topic));
      if (missing.length === 0) return;
      const configEntries = this.settings.map(({ name, value }) => ({ name, value }));
      const made = missing.map((topic) => ({
        topic,
        numPartitions: 1,
        replicationFactor: this.replication,
        configEntries,
      }));
      // Waiting for leaders in the library fails while the news spreads through a cluster.
      await admin.createTopics({ topics: made, waitForLeaders: false });
      await this.awaitLeaders(admin, missing);
    });
  }

  /** Throws `log.settings`, naming every topic and setting that is wrong. To be called at start and every few seconds. */
  async assertSettings(establishments: readonly Finess[]): Promise<void> {
    const topics = topicsOf(establishments);
    const wrong = await this.asAdmin(async (admin) => [
      ...(await this.wrongShapes(admin, topics)),
      ...(await this.wrongSettings(admin, topics)),
    ]);
    if (wrong.length > 0)
      throw new Failure(
        'log.settings',
        wrong.join('; '),
        'set them as said; nothing is captured meanwhile, because acknowledged events could be lost',
      );
  }

  /** How many brokers hold each log, and how many of them are level. Throws `log.unreachable`, `log.settings`. */
  async inSync(establishments: readonly Finess[]): Promise<readonly InSync[]> {
    return this.asAdmin((admin) => readInSync(admin, establishments));
  }

  private async wrongShapes(admin: Admin, names: readonly string[]): Promise<readonly string[]> {
    const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
    return topics.flatMap(({ name, partitions }) => {
      const replicas = partitions[0]?.replicas.length ?? 0;
      return [
        ...(partitions.length === 1 ? [] : [`${name}: partitions is ${partitions.length}, must be 1`]),
        ...(replicas >= this.replication ? [] : [`${name}: replicas is ${replicas}, must be ${this.replication}`]),
      ];
    });
  }

  private async wrongSettings(admin: Admin, names: readonly string[]): Promise<readonly string[]> {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
    });
    return resources.flatMap(({ resourceName, configEntries }) =>
      this.settings.flatMap(({ name, value, holds = (found: string) => found === value }) => {
        const found = configEntries.find(({ configName }) => configName === name)?.configValue ?? 'unknown';
        return holds(found) ? [] : [`${resourceName}: ${name} is ${found}, must be ${value}`];
      }),
    );
  }

  private async awaitLeaders(admin: Admin, topics: readonly string[]): Promise<void> {
    for (const startedAtMs = Date.now(); ; await sleep(50)) {
      try {
        const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
        if (metadata.topics.every(({ partitions }) => partitions.length > 0 && partitions.every((p) => p.leader >= 0)))
          return;
      } catch (error) {
        if (Date.now() - startedAtMs > this.client.timeoutMs) throw error;
      }
    }
  }

  private asAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    return asAdmin(this.client, 'topics', toldBy, work);
  }
}

const toldBy = (answer: string): Failure | undefined =>
  answer === 'UNKNOWN_TOPIC_OR_PARTITION'
    ? new Failure('log.settings', 'a topic of the logs does not exist', 'make it with the next start of control')
    : undefined;
