import { createHash } from 'node:crypto';
import { Position } from '#domain';
import type { LogEntry, LogRange } from '#usecases';
import { gap, isOutOfRange, type LogFetch } from './log-fetch.js';
import { batchHeadBytes } from './read-record-batches.js';

/** Stamp and bytes of the first entry: the broker tells kafkajs no topic id, and a topic made anew cannot repeat both. */
const identityOf = ({ appendedAt, value }: LogEntry): string =>
  `${appendedAt}-${createHash('sha256').update(value).digest('hex').slice(0, 16)}`;

interface Known {
  /** Of the batch of the first entry: the log's own stamp is in it, and a sum over all that follows it. */
  readonly head: Buffer;
  readonly logId: string;
}

/**
 * Identity and bounds of logs. A log is looked at ten times a second while it is followed, and its first entry may be 20 MB of
 * kilobytes: one that was unpacked and hashed once is told by the head of its batch.
 */
export class LogRanges {
  private readonly known = new Map<string, Known>();

  constructor(private readonly fetch: LogFetch) {}

  /** One request. `logId` is empty while the log is. */
  async range(topic: string): Promise<LogRange> {
    const { records, first, end } = await this.fetch
      .packed(topic, 0, { bytesMax: 1, waitMs: 0 })
      .catch((error: unknown) => {
        throw isOutOfRange(error) ? gap(topic, 'its first entry is gone, by which it is known') : error;
      });
    const logId = await this.identity(topic, records);
    return { logId, first: Position.of(first), last: Position.of(end - 1) };
  }

  private async identity(topic: string, records: Buffer): Promise<string> {
    const head = records.subarray(0, batchHeadBytes);
    const known = this.known.get(topic);
    if (known?.head.equals(head)) return known.logId;
    const [entry] = await this.fetch.unpack(topic, records, { from: 0, to: 0 });
    if (!entry) return '';
    const logId = identityOf(entry);
    this.known.set(topic, { head: Buffer.from(head), logId });
    return logId;
  }
}
