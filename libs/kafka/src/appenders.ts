import type { Position } from '#domain';
import { GroupCommit, type NewEntry, WaitingBytes } from './group-commit.js';
import type { KafkaClient } from './kafka-client.js';
import { LogProducer } from './log-producer.js';

/** @limit Log | bytes that wait to be written, by all senders | AR, 503 */
const waitingBytesMax = 192 * 1024 * 1024;

/** One producer a topic, made when it is first needed: a log that is away holds up no other. */
export class Appenders {
  private readonly waitingBytes = new WaitingBytes(waitingBytesMax);
  private readonly appenders = new Map<string, { readonly producer: LogProducer; readonly commits: GroupCommit }>();

  constructor(private readonly client: KafkaClient) {}

  append(topic: string, entry: NewEntry): Promise<Position> {
    let appender = this.appenders.get(topic);
    if (!appender) {
      const producer = new LogProducer(this.client, topic);
      const commits = new GroupCommit((entries) => producer.send(entries), this.waitingBytes);
      appender = { producer, commits };
      this.appenders.set(topic, appender);
    }
    return appender.commits.append(entry);
  }

  /** Waits for what is in flight. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.appenders.values()].map(async ({ producer, commits }) => {
        await commits.idle();
        await producer.close();
      }),
    );
    this.appenders.clear();
  }
}
