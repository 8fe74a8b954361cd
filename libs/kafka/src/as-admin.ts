import type { Admin } from 'kafkajs';
import { Failure } from '#domain';
import type { KafkaClient } from './kafka-client.js';
import { KafkaJSProtocolError } from './library.js';
import { unreachable } from './unreachable.js';

/**
 * A connection of the library's administrator, for one piece of work. `toldBy` says what an answer of Kafka means here, by its own name
 * (`UNKNOWN_TOPIC_OR_PARTITION`); whatever else fails is `log.unreachable`.
 */
export const asAdmin = async <T>(
  client: KafkaClient,
  what: string,
  toldBy: (answer: string) => Failure | undefined,
  work: (admin: Admin) => Promise<T>,
): Promise<T> => {
  const opened = client.open();
  const admin = opened.kafka.admin();
  try {
    await admin.connect();
    return await work(admin);
  } catch (error) {
    throw (error instanceof KafkaJSProtocolError && toldBy(error.type)) || unreachable(what, error);
  } finally {
    await admin.disconnect().catch(() => {});
    opened.cut();
  }
};
