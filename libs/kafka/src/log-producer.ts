import { setTimeout as sleep } from 'node:timers/promises';
import type { CompressionTypes as Compression, Message, Producer } from 'kafkajs';
import { Failure, Position } from '#domain';
import type { CuttableKafka, KafkaClient } from './kafka-client.js';
import type { NewEntry } from './group-commit.js';
import { CompressionTypes, KafkaJSProtocolError } from './library.js';
import { quickProduce } from './quick-produce.js';
import { unreachable } from './unreachable.js';

/** Below this zstd costs more than the checksum over fewer bytes saves. */
const compressFromBytes = 8 * 1024;

/** The client library's idempotent producer on connections of its own. */
class Link {
  private readonly client: CuttableKafka;
  private readonly producer: Producer;
  private readonly connected: Promise<void>;
  private cutOff = false;

  constructor(client: KafkaClient) {
    quickProduce();
    // They must not end before the time-out, at which they are cut off: a broker's restart is waited out.
    const retries = 10 + Math.ceil(client.timeoutMs / 500);
    this.client = client.open(retries);
    this.producer = this.client.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: () => () => 0,
      retry: { initialRetryTime: 50, maxRetryTime: 1000, retries },
    });
    this.connected = this.connect();
    this.connected.catch(() => {});
  }

  private async connect(): Promise<void> {
    for (;;) {
      try {
        return await this.producer.connect();
      } catch (error) {
        if (this.cutOff) throw error;
        await sleep(100);
      }
    }
  }

  async send(topic: string, messages: Message[], compression: Compression): Promise<Position> {
    await this.connected;
    const [answer] = await this.producer.send({ topic, acks: -1, messages, compression });
    if (answer?.baseOffset === undefined) throw new Error('the broker gave no position');
    return Position.of(Number(answer.baseOffset));
  }

  /** Ends it at once: an attempt that is repeated later would land behind what was appended meanwhile. */
  cut(): void {
    this.cutOff = true;
    this.client.cut();
  }

  async close(): Promise<void> {
    this.cutOff = true;
    await this.producer.disconnect();
    this.client.cut();
  }
}

const refusedAsTooLarge = (topic: string, error: unknown): Failure | undefined => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof KafkaJSProtocolError && cause.type === 'MESSAGE_TOO_LARGE'
    ? new Failure('log.settings', `${topic}: max.message.bytes is too small for this event`, 'raise max.message.bytes')
    : undefined;
};

/** Appends to one topic of one partition. One call at a time. */
export class LogProducer {
  private link: Link | undefined;

  constructor(
    private readonly client: KafkaClient,
    private readonly topic: string,
  ) {}

  /**
   * Position of the first entry; durable on all in-sync replicas. Repeats by the library are told apart by their sequence and
   * never doubled. After any other failure than `input.too-large` the producer is made anew, since its sequence is then in doubt.
   */
  async send(entries: readonly NewEntry[]): Promise<Position> {
    const bytes = entries.reduce((sum, { value }) => sum + value.byteLength, 0);
    const compression = bytes < compressFromBytes ? CompressionTypes.None : CompressionTypes.ZSTD;
    const messages = entries.map(({ value, attributes }) => ({ value, headers: attributes }));
    const link = (this.link ??= new Link(this.client));
    const { timeoutMs } = this.client;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no acknowledgement within ${timeoutMs} ms`)), timeoutMs);
    });
    try {
      return await Promise.race([link.send(this.topic, messages, compression), timeout]);
    } catch (error) {
      // Nothing of it was sent.
      if (Failure.is(error, 'input.too-large')) throw error;
      this.link = undefined;
      link.cut();
      throw refusedAsTooLarge(this.topic, error) ?? unreachable(this.topic, error);
    } finally {
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    const { link } = this;
    this.link = undefined;
    await link?.close();
  }
}
