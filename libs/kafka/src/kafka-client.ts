import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Cluster, Kafka as KafkaType, KafkaConfig, logCreator, SASLOptions } from 'kafkajs';
import { Kafka, logLevel, PartitionAssigners } from './library.js';
import { quietRequestQueue } from './quiet-request-queue.js';
import { registerZstd } from './register-zstd.js';

/** A line of the client library, for the app's own logger. Never a payload. */
export type KafkaSays = (level: 'warn' | 'debug', fields: Readonly<Record<string, unknown>>, message: string) => void;

export interface KafkaOptions {
  /** `host:port` */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  /** Asked for with each connection: what has changed counts from then on. */
  readonly ssl?: () => ConnectionOptions;
  /** SCRAM-SHA-512, over TLS. */
  readonly sasl?: { readonly username: string; readonly password: () => string };
  /** How long an answer of the log is waited for; 10 s unless said. */
  readonly timeoutMs?: number;
  readonly says?: KafkaSays;
}

/** The first requests after a broker's start are answered so and repeated by the library itself; our retries end by time instead. */
const isNoise = (message: string): boolean =>
  /coordinator is loading|group initialization|Limiting retries for the idempotent/i.test(message);

const shownFields = ['broker', 'groupId', 'topic', 'retryCount', 'error'];

const logTo =
  (says: KafkaSays): logCreator =>
  () =>
  ({ level, log: { message, ...fields } }) => {
    if (isNoise(`${message} ${fields['error']}`)) return;
    const shown = Object.entries(fields).filter(
      ([name, value]) => shownFields.includes(name) && (typeof value === 'string' || typeof value === 'number'),
    );
    says(level <= logLevel.WARN ? 'warn' : 'debug', Object.fromEntries(shown), message);
  };

/** Sockets of one client library instance, which can be cut off for good. */
class Sockets {
  private readonly open = new Set<Socket>();
  cut = false;

  constructor(private readonly ssl: KafkaOptions['ssl']) {}

  readonly connect: NonNullable<KafkaConfig['socketFactory']> = ({ host, port, onConnect }) => {
    if (this.cut) throw new Error('this connection was given up');
    const servername = isIP(host) ? {} : { servername: host };
    const socket = this.ssl
      ? connectTls({ ...this.ssl(), host, port, ...servername }, onConnect)
      : connectTcp({ host, port }, onConnect);
    socket.setKeepAlive(true, 60_000).setNoDelay(true);
    this.open.add(socket);
    socket.once('close', () => this.open.delete(socket));
    return socket;
  };

  cutOff(): void {
    this.cut = true;
    for (const socket of this.open) socket.destroy(new Error('this connection was given up'));
  }
}

/** The library reads the password anew with each connection. */
const scram = ({ username, password }: NonNullable<KafkaOptions['sasl']>): SASLOptions => ({
  mechanism: 'scram-sha-512',
  username,
  get password() {
    return password();
  },
});

/** An instance of the client library; after `cut` nothing more reaches a broker through it. */
export interface CuttableKafka {
  readonly kafka: KafkaType;
  readonly cut: () => void;
}

/** Where the logs are and how they are talked to; shared by all adapters of a process. Holds no connection itself. */
export class KafkaClient {
  readonly timeoutMs: number;

  constructor(private readonly options: KafkaOptions) {
    registerZstd();
    quietRequestQueue();
    this.timeoutMs = options.timeoutMs ?? 10_000;
  }

  /** `retries`: how often the library itself tries to connect again before it says that it cannot. */
  open(retries = 1): CuttableKafka {
    const { brokers, clientId = 'reprise', ssl, sasl, says = () => {} } = this.options;
    const sockets = new Sockets(ssl);
    const kafka = new Kafka({
      clientId,
      ssl: ssl !== undefined,
      ...(sasl && { sasl: scram(sasl) }),
      // An empty list is what ends the library's own attempts to connect again.
      brokers: () => (sockets.cut ? [] : [...brokers]),
      socketFactory: sockets.connect,
      connectionTimeout: Math.min(3000, this.timeoutMs),
      requestTimeout: this.timeoutMs,
      retry: { retries, initialRetryTime: 100, maxRetryTime: 1000 },
      logLevel: logLevel.INFO,
      logCreator: logTo((...line) => {
        if (!sockets.cut) says(...line);
      }),
    });
    return { kafka, cut: () => sockets.cutOff() };
  }
}

/** The library's cluster, which it hands to assigners of partitions: metadata, offsets and fetches without a consumer group. */
export const clusterOf = (kafka: KafkaType): Cluster => {
  let cluster: Cluster | undefined;
  kafka.consumer({
    groupId: 'reprise.none',
    allowAutoTopicCreation: false,
    partitionAssigners: [
      (given) => {
        cluster = given.cluster;
        return PartitionAssigners.roundRobin(given);
      },
    ],
  });
  if (!cluster) throw new Error('kafkajs no longer hands its cluster to partition assigners');
  return cluster;
};
