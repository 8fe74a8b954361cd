import { Kafka, logLevel, type Message } from 'kafkajs';
import { Position } from '#domain';
import { KafkaClient, KafkaEstablishmentLog } from '#kafka';
import { establishment } from '../observations.js';
import { percentile } from '../report.js';
import type { Loaded } from './mllp-load.js';
import { runPart } from './run-part.js';

export interface ProducerFloor {
  readonly brokers: string;
  readonly connections: number;
  readonly messages: number;
}

const topic = 'bench.floor';

/**
 * The bare client library: idempotent, acks=all, one request in flight; what gathers meanwhile goes with the next. As many
 * callers as connections, each waits for its own entry. The values are those that the gateway has just appended.
 */
await runPart(async ({ brokers, connections, messages }: ProducerFloor, mark): Promise<Loaded> => {
  const log = new KafkaEstablishmentLog(new KafkaClient({ brokers: [brokers] }));
  const { last } = await log.range(establishment);
  const values: Buffer[] = [];
  const from = Position.of(Math.max(0, last - 20_000));
  for await (const entries of log.read(establishment, from, last)) for (const { value } of entries) values.push(value);
  await log.close();

  const kafka = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: false });
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, createPartitioner: () => () => 0 });
  await producer.connect();

  let waiting: { readonly message: Message; readonly resolve: () => void }[] = [];
  let sending = false;
  const drain = async (): Promise<void> => {
    sending = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      await producer.send({ topic, acks: -1, messages: batch.map(({ message }) => message) });
      for (const { resolve } of batch) resolve();
    }
    sending = false;
  };
  const append = (value: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ message: { value }, resolve });
      if (!sending) drain().catch(reject);
    });
  const run = async (count: number) => {
    const times: number[] = [];
    let sent = 0;
    const startedAt = performance.now();
    const caller = async (): Promise<void> => {
      while (sent < count) {
        const value = values[sent++ % values.length] ?? Buffer.alloc(0);
        const sentAt = performance.now();
        await append(value);
        times.push(performance.now() - sentAt);
      }
    };
    await Promise.all(Array.from({ length: connections }, caller));
    return { times: times.sort((a, b) => a - b), seconds: (performance.now() - startedAt) / 1000 };
  };
  await run(Math.ceil(messages / 10));
  await mark('begin');
  const { times, seconds } = await run(messages);
  await mark('end');
  await Promise.all([producer.disconnect(), admin.disconnect()]);
  return { done: times.length, refused: 0, seconds, p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
});
