import { createHash } from 'node:crypto';
import { Position } from '#domain';
import type { LogEntry, LogRange } from '#usecases';
import { gap, isOutOfRange, type LogFetch } from './log-fetch.js';

/** Stamp and bytes of the first entry: the broker tells kafkajs no topic id, and a topic made anew cannot repeat both. */
const identityOf = ({ appendedAt, value }: LogEntry): string =>
  `${appendedAt}-${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;

/** One request. `logId` is empty while the log is. */
export const logRange = async (fetch: LogFetch, topic: string): Promise<LogRange> => {
  const { entries, first, end } = await fetch
    .fetch(topic, 0, { bytesMax: 1, waitMs: 0, to: 0 })
    .catch((error: unknown) => {
      throw isOutOfRange(error) ? gap(topic, 'its first entry is gone, by which it is known') : error;
    });
  const [entry] = entries;
  return { logId: entry ? identityOf(entry) : '', first: Position.of(first), last: Position.of(end - 1) };
};
