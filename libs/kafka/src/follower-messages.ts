import type { Assigner, KafkaMessage, PartitionAssigner } from 'kafkajs';
import { Failure } from '#domain';
import type { LogEntry } from '#usecases';
import { PartitionAssigners } from './library.js';
import { type FetchedPartition, quickFetch, type ShapePartitions } from './quick-fetch.js';
import { answerUnpackedBytesMax, positionsOf, type RecordsRead, readRecordBatches } from './read-record-batches.js';

/** What stands in the place of a batch that cannot be read: its positions, and why. */
export interface Unreadable {
  readonly first: number;
  readonly last: number;
  readonly failure: Failure;
}

/** What the library hands on as a message: it reads no more of one than its offset. */
type FollowerMessage = { readonly offset: string } & (
  | { readonly entry: LogEntry }
  | { readonly unreadable: Unreadable }
);

const isOurs = (message: object): message is FollowerMessage => 'entry' in message || 'unreadable' in message;

export const inMessages = (
  messages: readonly KafkaMessage[],
): { readonly entries: readonly LogEntry[]; readonly unreadable?: Unreadable } => {
  const entries: LogEntry[] = [];
  for (const message of messages) {
    if (!isOurs(message)) throw new Error('not the kafkajs that this was written for (2.2.4)');
    if ('unreadable' in message) return { entries, unreadable: message.unreadable };
    entries.push(message.entry);
  }
  return { entries };
};

const messagesOf = ({ entries }: RecordsRead): readonly FollowerMessage[] =>
  entries.map((entry) => ({ offset: String(entry.position), entry }));

/** A failure that the library saw would begin the consumer anew, again and again: it goes to the feed of its log instead. */
const readOrTold = async (
  { topic, records }: FetchedPartition,
  bytesMax: number,
): Promise<{ readonly messages: readonly FollowerMessage[]; readonly unpackedBytes: number }> => {
  try {
    const read = await readRecordBatches(records, { topic, from: 0, to: Number.POSITIVE_INFINITY, bytesMax });
    return { messages: messagesOf(read), unpackedBytes: read.unpackedBytes };
  } catch (failure) {
    if (!Failure.is(failure)) throw failure;
    const { first, last } = positionsOf(records);
    // The library drops what comes before the offset that it asked for, which may lie within the batch.
    return { messages: [{ offset: String(last), unreadable: { first, last, failure } }], unpackedBytes: 0 };
  }
};

/**
 * All partitions of one answer share what is unpacked of it; a partition for which nothing is left comes with a later one. None is kept
 * waiting for long: one that has so much is paused by its feed.
 */
const shape: ShapePartitions = async (partitions) => {
  const shaped: unknown[] = [];
  let left = answerUnpackedBytesMax;
  for (const partition of partitions) {
    const { messages, unpackedBytes } = await readOrTold(partition, left);
    left = Math.max(0, left - unpackedBytes);
    const { partition: number, errorCode, highWatermark } = partition;
    const told = { partition: number, errorCode, highWatermark: String(highWatermark), abortedTransactions: [] };
    shaped.push({ ...told, preferredReadReplica: -1, messages });
  }
  return shaped;
};

/** The library's own assignment of partitions, through which its cluster is at hand: its brokers' answers are unpacked here. */
export const followerMessages: PartitionAssigner = (given): Assigner => {
  const { cluster } = given;
  const find = cluster.findBroker.bind(cluster);
  cluster.findBroker = async (asked) => {
    const broker = await find(asked);
    quickFetch(broker, shape);
    return broker;
  };
  return PartitionAssigners.roundRobin(given);
};
