import { setTimeout as sleep } from 'node:timers/promises';
import { BaseRpcContext, type CustomTransportStrategy, Server } from '@nestjs/microservices';
import type { Consumer, EachBatchPayload } from 'kafkajs';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Failure, Finess, Instant, Position } from '#domain';
import type { LogEntry } from '#usecases';
import { groupOf } from './access/access-table.js';
import type { CuttableKafka, KafkaClient } from './kafka-client.js';
import { LogFeed } from './log-feed.js';
import { followerMessages, inMessages } from './follower-messages.js';
import { LogFetch } from './log-fetch.js';
import { KafkaJSProtocolError } from './library.js';
import { LogRanges } from './log-range.js';
import { pause } from './pause.js';
import { journalTopic, logTopic } from './topics.js';

/** What `@EventPattern` names. */
export const streams = ['establishment.log', 'establishment.journal'] as const;
export type Stream = (typeof streams)[number];

const topicOf = { 'establishment.log': logTopic, 'establishment.journal': journalTopic } as const;

/** What a handler gets: raw entries in order, without a hole. */
export interface LogBatchEvent {
  readonly establishment: Finess;
  readonly logId: string;
  readonly entries: readonly LogEntry[];
  /** Newest entry of the log when these were read. */
  readonly logEnd: Position;
}

export interface LogBatchOptions {
  readonly client: KafkaClient;
  /** Of the consumer group `reprise.replica.<replica>`. */
  readonly replica: string;
  readonly establishments: readonly Finess[];
  /** The last position that the store has; Kafka's committed offsets are only a hint for people. */
  startAt(establishment: Finess, stream: Stream): Promise<Position>;
  /** This establishment is no longer followed; the others are. A `Failure`, or a bug's Error. */
  onHalt(establishment: Finess, stream: Stream, cause: unknown): void;
  /** The group has given this one to another process, or the store says that another one writes. */
  onLost?(establishment: Finess, stream: Stream): void;
  /** Another process wrote where this one did; it is followed again as soon as the group says that it is ours. */
  onTakenOver?(establishment: Finess, stream: Stream, cause: Failure): void;
  /** All that the log held at this moment is handled; at most once a second. */
  onLevel?(establishment: Finess, at: Instant): void;
}

interface Followed {
  readonly establishment: Finess;
  readonly stream: Stream;
  readonly topic: string;
  readonly feed: LogFeed;
}

/** A consumer lives until the set of topics changes or it crashes. */
interface Running {
  readonly client: CuttableKafka;
  readonly consumer: Consumer;
  joined: boolean;
}

const lookForTopicsEveryMs = 5000;

/**
 * After such a silence the group gives what a process followed to another one; with a heartbeat and the group's own round, logs are taken
 * over in less than six seconds. Nothing here keeps a member from its heartbeat.
 */
export const sessionMs = 4000;
/** The shortest that brokers take unless their `group.min.session.timeout.ms` says otherwise: logs are then taken over in less than eight seconds. */
const usualSessionMs = 6000;
const heartbeatMs = 1000;

const isTooShort = (error: Error): boolean =>
  (error instanceof KafkaJSProtocolError && error.type === 'INVALID_SESSION_TIMEOUT') ||
  (error.cause instanceof Error && isTooShort(error.cause));

/**
 * Nest transport for followers of logs: whole batches as raw buffers, at the position that the store says. Handlers are registered
 * with `@EventPattern('establishment.log')` and `@UseFilters(PassFailures)`; one that takes a batch before the one before it is done
 * says so: `@EventPattern('establishment.log', { ahead: true })`.
 */
export class LogBatchStrategy extends Server implements CustomTransportStrategy {
  override readonly propagatesEventHandlerErrors = true;
  private readonly followed = new Map<string, Followed>();
  private readonly fetch: LogFetch;
  private readonly ranges: LogRanges;
  private running: Running | undefined;
  /** Restarts run one after the other. */
  private restarting: Promise<void> = Promise.resolve();
  private ticking: NodeJS.Timeout | undefined;
  private readonly closing = new AbortController();
  private readonly hinted = new Map<string, Position>();
  private missing: ReadonlySet<string> = new Set();
  private lookedForTopicsAtMs = 0;
  private sessionMs = sessionMs;

  constructor(private readonly options: LogBatchOptions) {
    super();
    this.fetch = new LogFetch(options.client);
    this.ranges = new LogRanges(this.fetch);
  }

  /** Calls back at once: while Kafka is away it is tried again and again. */
  listen(callback: () => void): void {
    this.add(this.options.establishments);
    this.restart();
    this.ticking = setInterval(() => this.tick(), 1000);
    callback();
  }

  /** Follows these establishments too. */
  follow(establishments: readonly Finess[]): void {
    if (this.add(establishments)) this.restart();
  }

  async close(): Promise<void> {
    this.closing.abort();
    clearInterval(this.ticking);
    await Promise.all([...this.followed.values()].map(({ feed }) => feed.close()));
    await this.restarting;
    await this.stop();
    this.fetch.close();
  }

  on(): never {
    throw new Error('halts and levels are told through the options');
  }

  unwrap<T>(): T {
    throw new Error('the consumer is made anew whenever establishments are added');
  }

  private add(establishments: readonly Finess[]): boolean {
    const before = this.followed.size;
    for (const stream of streams)
      for (const establishment of this.messageHandlers.has(stream) ? establishments : []) {
        const topic = topicOf[stream](establishment);
        if (this.followed.has(topic)) continue;
        const feed = this.feedOf(establishment, stream, topic);
        this.followed.set(topic, { establishment, stream, topic, feed });
      }
    return this.followed.size > before;
  }

  private feedOf(establishment: Finess, stream: Stream, topic: string): LogFeed {
    const { options } = this;
    const consumer = (act: (running: Consumer) => void): void => {
      if (this.running?.joined) act(this.running.consumer);
    };
    return new LogFeed(topic, {
      startAt: () => options.startAt(establishment, stream),
      range: () => this.ranges.range(topic),
      ahead: this.getHandlerByPattern(stream)?.extras?.['ahead'] === true ? 1 : 0,
      deliver: (batch) => this.deliver(stream, { establishment, ...batch }),
      seek: (position) => consumer((running) => running.seek({ topic, partition: 0, offset: String(position) })),
      pause: () => consumer((running) => running.pause([{ topic }])),
      resume: () => consumer((running) => running.resume([{ topic }])),
      onHalt: (cause) => options.onHalt(establishment, stream, cause),
      onLost: () => options.onLost?.(establishment, stream),
      onTakenOver: (cause) => options.onTakenOver?.(establishment, stream, cause),
      onLevel: (at) => {
        if (stream === 'establishment.log') options.onLevel?.(establishment, at);
      },
    });
  }

  private async deliver(stream: Stream, event: LogBatchEvent): Promise<void> {
    const handler = this.getHandlerByPattern(stream);
    if (!handler) throw new Error(`no handler for ${stream}`);
    const outcome: unknown = await handler(event, new BaseRpcContext([]));
    if (isObservable(outcome)) await lastValueFrom(outcome, { defaultValue: undefined });
  }

  private restart(): void {
    this.restarting = this.restarting.then(async () => {
      await this.stop();
      for (let pauseMs = 100; !this.closing.signal.aborted; pauseMs = Math.min(2 * pauseMs, 5000)) {
        try {
          return await this.run();
        } catch {
          // The library has said why through the client's logger.
          await this.stop();
          await pause(pauseMs, this.closing.signal);
        }
      }
    });
  }

  private async run(): Promise<void> {
    const { there, missing } = await this.topics();
    this.missing = new Set(missing.map(({ topic }) => topic));
    for (const { feed } of missing) void feed.missing();
    if (there.length === 0) return;
    const client = this.options.client.open();
    const consumer = client.kafka.consumer({
      groupId: groupOf(this.options.replica),
      allowAutoTopicCreation: false,
      sessionTimeout: this.sessionMs,
      rebalanceTimeout: this.sessionMs,
      heartbeatInterval: heartbeatMs,
      minBytes: 1,
      maxWaitTimeInMs: 100,
      maxBytesPerPartition: 1024 * 1024,
      partitionAssigners: [followerMessages],
      retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1000, restartOnFailure: async () => false },
    });
    const running: Running = { client, consumer, joined: false };
    this.running = running;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      if (this.running === running) this.assigned(running, new Set(Object.keys(payload.memberAssignment)));
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (isTooShort(payload.error)) this.sessionMs = usualSessionMs;
      if (this.running === running) this.restart();
    });
    await consumer.connect();
    await consumer.subscribe({ topics: there.map(({ topic }) => topic), fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 2,
      eachBatch: (payload) => this.take(payload),
    });
  }

  private async topics(): Promise<{ readonly there: readonly Followed[]; readonly missing: readonly Followed[] }> {
    this.lookedForTopicsAtMs = Date.now();
    const client = this.options.client.open();
    const admin = client.kafka.admin();
    try {
      await admin.connect();
      const names = new Set(await admin.listTopics());
      // Those that halted too: whose they are decides who builds their restores, and another process may be able to follow them.
      const wanted = [...this.followed.values()];
      return {
        there: wanted.filter(({ topic }) => names.has(topic)),
        missing: wanted.filter(({ topic }) => !names.has(topic)),
      };
    } finally {
      await admin.disconnect().catch(() => {});
      client.cut();
    }
  }

  private assigned(running: Running, topics: ReadonlySet<string>): void {
    running.joined = true;
    for (const { topic, feed } of this.followed.values())
      if (topics.has(topic)) void feed.start();
      // What is not there is nobody's: whoever misses it says so.
      else if (!this.missing.has(topic)) feed.lose();
  }

  /** Only puts the entries in the feed's hands, so that a slow handler holds up neither heartbeats nor other establishments. */
  private async take({ batch }: EachBatchPayload): Promise<void> {
    const feed = this.followed.get(batch.topic)?.feed;
    const { entries, unreadable } = inMessages(batch.messages);
    if (entries.length > 0) feed?.take(entries, Number(batch.highWatermark));
    // What comes before it may take long: the consumer is not kept from its heartbeats.
    if (unreadable) void feed?.unreadable(unreadable);
  }

  private tick(): void {
    for (const { feed } of this.followed.values()) void feed.tick();
    void this.hint();
    void this.lookForTopics();
  }

  /** Committed offsets, for people's tools; nothing here reads them. */
  private async hint(): Promise<void> {
    const moved = [...this.followed.values()].flatMap(({ topic, feed: { position } }) =>
      position === undefined || position < 0 || this.hinted.get(topic) === position ? [] : [{ topic, position }],
    );
    if (moved.length === 0 || !this.running?.joined) return;
    const offsets = moved.map(({ topic, position }) => ({ topic, partition: 0, offset: String(position + 1) }));
    await this.running.consumer.commitOffsets(offsets).catch(() => {});
    for (const { topic, position } of moved) this.hinted.set(topic, position);
  }

  /** A log may be made after its establishment is declared. */
  private async lookForTopics(): Promise<void> {
    if (this.missing.size === 0 || Date.now() - this.lookedForTopicsAtMs < lookForTopicsEveryMs) return;
    const { there } = await this.topics().catch(() => ({ there: [] }));
    if (there.some(({ topic }) => this.missing.has(topic))) this.restart();
  }

  private async stop(): Promise<void> {
    const { running } = this;
    this.running = undefined;
    if (!running) return;
    await Promise.race([running.consumer.disconnect().catch(() => {}), sleep(3000, undefined, { ref: false })]);
    running.client.cut();
  }
}
