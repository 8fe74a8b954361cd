import { type Finess, Position } from '#domain';
import { type JournalEntry, type ListedEntry, type LogEntry, type Refusal, RefusalJournal } from '#usecases';
import { Appenders } from './appenders.js';
import type { KafkaClient } from './kafka-client.js';
import { LogFetch } from './log-fetch.js';
import { readLog } from './read-log.js';
import { listedRefusal, parseRefusalValue, refusalValue } from './refusal-value.js';
import { journalTopic } from './topics.js';

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

  /** The values are read one after the other, however large they are together. */
  async newest(
    establishment: Finess,
    limit: number,
    { before, after }: { readonly before?: Position; readonly after?: Position } = {},
  ): Promise<readonly ListedEntry[]> {
    const { first, end } = await this.fetch.bounds(journalTopic(establishment));
    const behind = Math.min(before ?? end, end);
    const from = Math.max(first, behind - limit, (after ?? Position.none) + 1);
    const found: ListedEntry[] = [];
    for await (const { position, value } of this.entries(establishment, from, behind - 1))
      found.push({ position, refusal: listedRefusal(value) });
    return found.reverse();
  }

  async at(establishment: Finess, position: Position): Promise<JournalEntry | undefined> {
    const { first, end } = await this.fetch.bounds(journalTopic(establishment));
    if (position < first || position >= end) return undefined;
    for await (const { appendedAt, value } of this.entries(establishment, position, position))
      return { position, appendedAt, refusal: parseRefusalValue(value) };
    return undefined;
  }

  private async *entries(establishment: Finess, from: number, to: number): AsyncGenerator<LogEntry> {
    if (from > to) return;
    const topic = journalTopic(establishment);
    for await (const entries of readLog(this.fetch, topic, Position.of(from), Position.of(to))) yield* entries;
  }

  async close(): Promise<void> {
    this.fetch.close();
    await this.appenders.close();
  }
}
