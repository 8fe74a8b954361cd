import { type Finess, Position } from '#domain';
import { type JournalEntry, type LogEntry, type Refusal, RefusalJournal } from '#usecases';
import { Appenders } from './appenders.js';
import type { KafkaClient } from './kafka-client.js';
import { LogFetch } from './log-fetch.js';
import { readLog } from './read-log.js';
import { parseRefusalValue, refusalValue } from './refusal-value.js';
import { journalTopic } from './topics.js';

const entryOf = ({ position, appendedAt, value }: LogEntry): JournalEntry => ({
  position,
  appendedAt,
  refusal: parseRefusalValue(value),
});

export class KafkaRefusalJournal extends RefusalJournal {
  private readonly appenders: Appenders;
  private readonly fetch: LogFetch;

  constructor(client: KafkaClient) {
    super();
    this.appenders = new Appenders(client);
    this.fetch = new LogFetch(client);
  }

  async append(establishment: Finess, refusal: Refusal): Promise<void> {
    await this.appenders.append(journalTopic(establishment), { value: refusalValue(refusal), attributes: {} });
  }

  async newest(establishment: Finess, limit: number, before?: Position): Promise<readonly JournalEntry[]> {
    const { first, end } = await this.fetch.bounds(journalTopic(establishment));
    const behind = Math.min(before ?? end, end);
    return (await this.entries(establishment, Math.max(first, behind - limit), behind - 1)).reverse();
  }

  async at(establishment: Finess, position: Position): Promise<JournalEntry | undefined> {
    const { first, end } = await this.fetch.bounds(journalTopic(establishment));
    if (position < first || position >= end) return undefined;
    return (await this.entries(establishment, position, position))[0];
  }

  private async entries(establishment: Finess, from: number, to: number): Promise<JournalEntry[]> {
    const found: JournalEntry[] = [];
    if (from > to) return found;
    for await (const entries of readLog(this.fetch, journalTopic(establishment), Position.of(from), Position.of(to)))
      found.push(...entries.map(entryOf));
    return found;
  }

  async close(): Promise<void> {
    this.fetch.close();
    await this.appenders.close();
  }
}
