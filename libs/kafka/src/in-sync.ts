import type { Admin } from 'kafkajs';
import type { Finess } from '#domain';
import { logTopic } from './topics.js';

/** Of the log of one establishment: brokers that hold it, and those of them that hold all of it now. */
export interface InSync {
  readonly establishment: Finess;
  readonly assigned: number;
  readonly inSync: number;
}

export const readInSync = async (admin: Admin, establishments: readonly Finess[]): Promise<readonly InSync[]> => {
  const { topics } = await admin.fetchTopicMetadata({ topics: establishments.map(logTopic) });
  return establishments.flatMap((establishment) => {
    const [partition] = topics.find(({ name }) => name === logTopic(establishment))?.partitions ?? [];
    return partition ? [{ establishment, assigned: partition.replicas.length, inSync: partition.isr.length }] : [];
  });
};
