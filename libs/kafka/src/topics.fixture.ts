import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { Finess } from '#domain';
import type { KafkaClient } from './kafka-client.js';
import type { LogTopics } from './log-topics.js';
import { logTopic } from './topics.js';

/** What an administrator does to a topic behind our back; for specs. */
export const asAdministrator = async <T>(client: KafkaClient, work: (admin: Admin) => Promise<T>): Promise<T> => {
  const admin = client.open().kafka.admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
};

export const deleteTopic = (client: KafkaClient, topic: string): Promise<void> =>
  asAdministrator(client, async (admin) => {
    await admin.deleteTopics({ topics: [topic] });
    while ((await admin.listTopics()).includes(topic)) await sleep(20);
  });

export const remakeTopic = async (client: KafkaClient, topics: LogTopics, establishment: Finess): Promise<void> => {
  await deleteTopic(client, logTopic(establishment));
  await topics.ensure([establishment]);
};

export const trimTopic = (client: KafkaClient, topic: string, before: number): Promise<void> =>
  asAdministrator(client, async (admin) => {
    // The library deletes only in topics whose metadata it has.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(before) }] });
  });
