import { type Finess, Instant, Position } from '#domain';
import { EstablishmentLog, type EventAttributes, type LogEntry, type LogRange } from '#usecases';
import { Appenders } from './appenders.js';
import type { KafkaClient } from './kafka-client.js';
import { LogFetch } from './log-fetch.js';
import { LogRanges } from './log-range.js';
import { readLog } from './read-log.js';
import { logTopic } from './topics.js';

export class KafkaEstablishmentLog extends EstablishmentLog {
  private readonly appenders: Appenders;
  private readonly fetch: LogFetch;
  private readonly ranges: LogRanges;

  constructor(client: KafkaClient) {
    super();
    this.appenders = new Appenders(client);
    this.fetch = new LogFetch(client);
    this.ranges = new LogRanges(this.fetch);
  }

  append(establishment: Finess, value: Buffer, attributes: EventAttributes): Promise<Position> {
    return this.appenders.append(logTopic(establishment), { value, attributes });
  }

  range(establishment: Finess): Promise<LogRange> {
    return this.ranges.range(logTopic(establishment));
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
