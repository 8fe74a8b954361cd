import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, Position } from '#domain';
import { type DirectoryEntry, type DirectoryEvent, DirectoryLog, type LogEntry } from '#usecases';
import { Appenders } from './appenders.js';
import { directoryEntry, directoryValue } from './directory-value.js';
import type { KafkaClient } from './kafka-client.js';
import { gap, isOutOfRange, LogFetch, truncated } from './log-fetch.js';
import { readLog } from './read-log.js';
import { directoryTopic } from './topics.js';

const followLimits = { bytesMax: 1024 * 1024, waitMs: 500 };

export class KafkaDirectoryLog extends DirectoryLog {
  private readonly appenders: Appenders;
  private readonly fetch: LogFetch;

  constructor(private readonly client: KafkaClient) {
    super();
    this.appenders = new Appenders(client);
    this.fetch = new LogFetch(client);
  }

  append(event: DirectoryEvent): Promise<Position> {
    return this.appenders.append(directoryTopic, { value: directoryValue(event), attributes: {} });
  }

  async *read(): AsyncGenerator<readonly DirectoryEntry[]> {
    const { end } = await this.fetch.bounds(directoryTopic);
    for await (const entries of readLog(this.fetch, directoryTopic, Position.of(0), Position.of(end - 1)))
      yield entries.map(directoryEntry);
  }

  /**
   * Waits out a log that is unreachable. What cannot be waited out (a gap, an entry that is too new, `onEntry` that fails)
   * ends the following: `close` and `stopped` reject with it.
   */
  async follow(
    onEntry: (entry: DirectoryEntry) => Promise<void>,
  ): Promise<{ readonly stopped: Promise<void>; close(): Promise<void> }> {
    // A connection of its own: a broker answers one connection's questions in turn, and this one waits.
    const fetch = new LogFetch(this.client);
    let closing = false;
    const run = async (): Promise<void> => {
      for (let next = 0; !closing; ) {
        const entries = await this.news(fetch, next).catch(async (error: unknown) => {
          if (!Failure.is(error, 'log.unreachable')) throw error;
          if (!closing) await sleep(200);
          return [];
        });
        for (const entry of entries) {
          if (closing) return;
          await onEntry(directoryEntry(entry));
          next = entry.position + 1;
        }
      }
    };
    const stopped = run().finally(() => fetch.close());
    stopped.catch(() => {});
    return {
      stopped,
      close: () => {
        closing = true;
        fetch.close();
        return stopped;
      },
    };
  }

  private async news(fetch: LogFetch, from: number): Promise<readonly LogEntry[]> {
    const { entries } = await fetch.fetch(directoryTopic, from, followLimits).catch((error: unknown) => {
      throw isOutOfRange(error) ? truncated(directoryTopic, `${from} is neither in it nor its end`) : error;
    });
    const [first] = entries;
    if (first && first.position !== from)
      throw gap(directoryTopic, `it goes on at ${first.position} instead of ${from}`);
    return entries;
  }

  async close(): Promise<void> {
    this.fetch.close();
    await this.appenders.close();
  }
}
