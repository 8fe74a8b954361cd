import { createHash } from 'node:crypto';
import { type Finess, Instant, Position } from '#domain';
import { EstablishmentLog, type EventAttributes, type LogEntry, type LogRange } from '#usecases';
import { Appenders } from './appenders.js';
import type { KafkaClient } from './kafka-client.js';
import { gap, isOutOfRange, LogFetch } from './log-fetch.js';
import { readLog } from './read-log.js';
import { logTopic } from './topics.js';

/** Stamp and bytes of the first entry: the broker tells kafkajs no topic id, and a topic made anew cannot repeat both. */
const identityOf = ({ appendedAt, value }: LogEntry): string =>
  `${appendedAt}-${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;

export class KafkaEstablishmentLog extends EstablishmentLog {
  private readonly appenders: Appenders;
  private readonly fetch: LogFetch;

  constructor(client: KafkaClient) {
    super();
    this.appenders = new Appenders(client);
    this.fetch = new LogFetch(client);
  }

  append(establishment: Finess, value: Buffer, attributes: EventAttributes): Promise<Position> {
    return this.appenders.append(logTopic(establishment), { value, attributes });
  }

  /** One request. `logId` is empty while the log is. */
  async range(establishment: Finess): Promise<LogRange> {
    const topic = logTopic(establishment);
    const { entries, first, end } = await this.fetch
      .fetch(topic, 0, { bytesMax: 1, waitMs: 0 })
      .catch((error: unknown) => {
        throw isOutOfRange(error) ? gap(topic, 'its first entry is gone, by which it is known') : error;
      });
    const [entry] = entries;
    return { logId: entry ? identityOf(entry) : '', first: Position.of(first), last: Position.of(end - 1) };
  }

  read(establishment: Finess, from: Position, to: Position): AsyncIterable<readonly LogEntry[]> {
    return readLog(this.fetch, logTopic(establishment), from, to);
  }

  /** Before the first later stamp everything was recorded at or before the instant: the running maximum passes it there. */
  async cutAt(establishment: Finess, instant: Instant): Promise<Position> {
    if (instant < 0) return Position.none;
    const topic = logTopic(establishment);
    // The end is asked for first: what comes between the two questions may be later than the instant.
    const { end } = await this.fetch.bounds(topic);
    const later = await this.fetch.firstSince(topic, Instant.of(instant + 1));
    return Position.of((later === -1 ? end : Math.min(later, end)) - 1);
  }

  async close(): Promise<void> {
    this.fetch.close();
    await this.appenders.close();
  }
}
