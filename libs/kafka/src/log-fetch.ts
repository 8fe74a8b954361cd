import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from 'kafkajs';
import { Failure, type Instant } from '#domain';
import type { LogEntry } from '#usecases';
import { type FetchedPartition, quickFetch } from './quick-fetch.js';
import { answerUnpackedBytesMax, readRecordBatches } from './read-record-batches.js';
import { type CuttableKafka, clusterOf, type KafkaClient } from './kafka-client.js';
import { KafkaJSOffsetOutOfRange, KafkaJSProtocolError } from './library.js';
import { unreachable } from './unreachable.js';

/** One answer of a broker. */
export interface Fetched extends Bounds {
  readonly entries: readonly LogEntry[];
}

interface Packed extends Bounds {
  readonly records: Buffer;
}

interface Bounds {
  /** Oldest position that is still there. */
  readonly first: number;
  /** Position behind the newest acknowledged entry. */
  readonly end: number;
}

export interface FetchLimits {
  /** As they are in the log; at least one entry comes, however large it is. */
  readonly bytesMax: number;
  /** How long the broker waits for something to come. */
  readonly waitMs: number;
}

/** The library types the answer of `fetch` as `any`. */
const partitionOf = (answer: unknown): FetchedPartition => {
  const { responses } = answer as { responses: readonly { partitions: readonly FetchedPartition[] }[] };
  const partition = responses[0]?.partitions[0];
  if (!partition) throw new Error('the broker answered without the partition that was asked for');
  return partition;
};

const unknownTopicPatienceMs = 1000;

const isUnknownTopic = (error: unknown): boolean =>
  error instanceof KafkaJSProtocolError && error.type === 'UNKNOWN_TOPIC_OR_PARTITION';

/** Thrown when the position asked for is before the first entry or behind the newest. */
export const isOutOfRange = (error: unknown): boolean => error instanceof KafkaJSOffsetOutOfRange;

/**
 * Reads one-partition topics by position, without a consumer group: no join, no heartbeats, no reset behind our back.
 * A connection that failed is dropped and made anew until the time-out.
 */
export class LogFetch {
  private current: { readonly client: CuttableKafka; readonly ready: Promise<Cluster> } | undefined;
  private closed = false;

  constructor(private readonly client: KafkaClient) {}

  /**
   * Throws the library's out-of-range error (`isOutOfRange`), `log.gap` where what stands at `from` cannot be unpacked, otherwise
   * `log.unreachable`. Of what comes, 24 MB are unpacked, and the batch that passes them.
   */
  async fetch(
    topic: string,
    from: number,
    { to = Number.POSITIVE_INFINITY, ...limits }: FetchLimits & { readonly to?: number },
  ): Promise<Fetched> {
    const { records, first, end } = await this.packed(topic, from, limits);
    return { entries: await this.unpack(topic, records, { from, to }), first, end };
  }

  /** Whole batches, as they are in the log. Throws as `fetch`, but for `log.gap`. */
  async packed(topic: string, from: number, { bytesMax, waitMs }: FetchLimits): Promise<Packed> {
    const answer = await this.ask(topic, async (cluster) => {
      const broker = await this.leader(cluster, topic);
      quickFetch(broker, async (partitions) => partitions);
      return broker.fetch({
        maxWaitTime: waitMs,
        minBytes: 1,
        maxBytes: bytesMax,
        topics: [{ topic, partitions: [{ partition: 0, fetchOffset: String(from), maxBytes: bytesMax }] }],
      });
    });
    const { highWatermark, logStart, records } = partitionOf(answer);
    return { records, first: logStart, end: highWatermark };
  }

  /** Entries from `from` on; batches that begin behind `to` are not unpacked. Throws `log.gap`. */
  async unpack(
    topic: string,
    records: Buffer,
    { from, to }: { readonly from: number; readonly to: number },
  ): Promise<readonly LogEntry[]> {
    const { entries } = await readRecordBatches(records, { topic, from, to, bytesMax: answerUnpackedBytesMax });
    // A batch is sent whole: it may begin before the position that was asked for.
    const before = entries.findIndex(({ position }) => position >= from);
    return before === 0 ? entries : before < 0 ? [] : entries.slice(before);
  }

  /** Oldest position, and the one behind the newest. */
  async bounds(topic: string): Promise<{ readonly first: number; readonly end: number }> {
    const first = await this.offset(topic, { fromBeginning: true });
    return { first, end: await this.offset(topic, { fromBeginning: false }) };
  }

  /** The first position stamped at this instant or later; -1 where there is none. */
  firstSince(topic: string, instant: Instant): Promise<number> {
    return this.offset(topic, { fromTimestamp: instant });
  }

  close(): void {
    this.closed = true;
    this.drop(this.current);
  }

  private async offset(topic: string, at: { fromBeginning: boolean } | { fromTimestamp: number }): Promise<number> {
    const answer = await this.ask(topic, (cluster) =>
      cluster.fetchTopicsOffset([{ topic, partitions: [{ partition: 0 }], ...at }]),
    );
    const offset = answer[0]?.partitions[0]?.offset;
    if (offset === undefined) throw unreachable(topic, new Error('the broker told no position'));
    return Number(offset);
  }

  private async leader(cluster: Cluster, topic: string): ReturnType<Cluster['findBroker']> {
    const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [0]));
    if (nodeId === undefined) throw new Error('the topic has no leader');
    return cluster.findBroker({ nodeId });
  }

  /** Asks again on a new connection whatever the fault, until the time-out. */
  private async ask<T>(topic: string, question: (cluster: Cluster) => Promise<T>): Promise<T> {
    const startedAtMs = Date.now();
    for (;;) {
      const connection = (this.current ??= this.connect());
      try {
        const cluster = await connection.ready;
        await cluster.addTargetTopic(topic);
        await cluster.refreshMetadataIfNecessary();
        return await question(cluster);
      } catch (error) {
        if (isOutOfRange(error)) throw error;
        this.drop(connection);
        const patienceMs = isUnknownTopic(error) ? unknownTopicPatienceMs : this.client.timeoutMs;
        if (this.closed || Date.now() - startedAtMs > patienceMs) throw unreachable(topic, error);
        await sleep(100);
      }
    }
  }

  private connect(): NonNullable<typeof this.current> {
    const client = this.client.open();
    const cluster = clusterOf(client.kafka);
    const ready = cluster.connect().then(() => cluster);
    ready.catch(() => {});
    return { client, ready };
  }

  private drop(connection: typeof this.current): void {
    connection?.client.cut();
    if (this.current === connection) this.current = undefined;
  }
}

export const gap = (topic: string, message: string): Failure =>
  new Failure('log.gap', `${topic}: ${message}`, 'restore the missing range of the log from the archive');

export const truncated = (topic: string, message: string): Failure =>
  new Failure(
    'log.truncated',
    `${topic}: ${message}`,
    'acknowledged entries are gone: stop, and restore the log from the archive before anything follows it again',
  );
