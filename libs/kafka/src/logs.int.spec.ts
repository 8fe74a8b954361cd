import { randomBytes } from 'node:crypto';
import type { EachBatchPayload } from 'kafkajs';
import { afterAll, describe, expect, it } from 'vitest';
import { Finess, Position } from '#domain';
import { directoryLogContract } from '../../testing/src/contracts/directory-log.contract.js';
import { entriesOf, establishmentLogContract } from '../../testing/src/contracts/establishment-log.contract.js';
import { refusalJournalContract } from '../../testing/src/contracts/refusal-journal.contract.js';
import { freshFiness, testKafka } from '../../testing/src/servers.js';
import { KafkaClient } from './kafka-client.js';
import { KafkaDirectoryLog } from './kafka-directory-log.js';
import { KafkaEstablishmentLog } from './kafka-establishment-log.js';
import { KafkaRefusalJournal } from './kafka-refusal-journal.js';
import { LogTopics } from './log-topics.js';
import { logTopic, messageBytesMax } from './topics.js';
import { remakeTopic, trimTopic } from './topics.fixture.js';

const warnings: string[] = [];
process.on('warning', ({ name }) => warnings.push(name));

const client = new KafkaClient({ brokers: [testKafka().brokers] });
const topics = new LogTopics(client, 1);
const log = new KafkaEstablishmentLog(client);
const journal = new KafkaRefusalJournal(client);
const directory = new KafkaDirectoryLog(client);

const newEstablishment = async (): Promise<Finess> => {
  const establishment = Finess.parse(freshFiness());
  await topics.ensure([establishment]);
  return establishment;
};

/** Record batches of a topic, of which each produce request makes one. */
const requestsIn = async (topic: string): Promise<number> => {
  const { kafka, cut } = client.open();
  const consumer = kafka.consumer({ groupId: topic });
  const firsts = new Set<unknown>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachBatch = async ({ batch }: EachBatchPayload): Promise<void> => {
      for (const message of batch.messages)
        firsts.add((message as { batchContext?: { firstOffset: unknown } }).batchContext?.firstOffset);
      if (batch.offsetLag() === '0') resolve();
    };
    consumer.run({ eachBatch }).catch(reject);
  });
  await consumer.disconnect();
  cut();
  return firsts.size;
};

afterAll(async () => {
  await Promise.all([log.close(), journal.close(), directory.close()]);
  expect(warnings.filter((name) => name === 'TimeoutNegativeWarning')).toEqual([]);
});

establishmentLogContract('KafkaEstablishmentLog', async () => {
  const establishment = await newEstablishment();
  return {
    log,
    establishment,
    replace: () => remakeTopic(client, topics, establishment),
    trim: (before) => trimTopic(client, logTopic(establishment), before),
  };
});
refusalJournalContract('KafkaRefusalJournal', async () => ({ journal, establishment: await newEstablishment() }));
directoryLogContract('KafkaDirectoryLog', async () => {
  await topics.ensure([]);
  return directory;
});

describe('KafkaEstablishmentLog', () => {
  it('carries frames of 20 MB among small events, whatever request they share', async () => {
    const establishment = await newEstablishment();
    const sizes = [100, 20_000_000, 5000, 3_000_000, 3_000_000, 10];
    const values = sizes.map((size, n) => Buffer.alloc(size, n + 65));
    const positions = await Promise.all(values.map((value) => log.append(establishment, value, {})));
    expect(positions).toEqual([0, 1, 2, 3, 4, 5]);
    const entries = await entriesOf(log.read(establishment, Position.of(0), Position.of(5)));
    for (const [n, entry] of entries.entries()) expect(entry.value.equals(values[n] ?? Buffer.of())).toBe(true);
  });

  it('carries a document of 19 MB that stands twice in its event', async () => {
    const establishment = await newEstablishment();
    const document = Buffer.from(randomBytes(14_250_000).toString('base64'));
    const value = Buffer.concat([Buffer.from('MSH|^~\\&|'), document, Buffer.from('{"data":"'), document]);
    expect(await log.append(establishment, value, {})).toBe(0);
    const [entry] = await entriesOf(log.read(establishment, Position.of(0), Position.of(0)));
    expect(entry?.value.equals(value)).toBe(true);
  });

  it('refuses before it is sent what no broker would take, and goes on with what comes beside it', async () => {
    const establishment = await newEstablishment();
    const append = (value: Buffer) => log.append(establishment, value, {});
    expect(await append(Buffer.from('first'))).toBe(0);
    // Not to be compressed: a batch is a little longer than this.
    const noise = randomBytes(messageBytesMax);
    const [large, beside] = await Promise.allSettled([append(noise), append(Buffer.from('beside'))]);
    expect(large).toMatchObject({ reason: { code: 'input.too-large' } });
    expect(beside).toMatchObject({ value: 1 });
    expect(await append(noise.subarray(0, messageBytesMax - 4096))).toBe(2);
  });

  it('takes 64 appends at once in few requests', async () => {
    const establishment = await newEstablishment();
    const positions = await Promise.all(
      Array.from({ length: 64 }, (_, n) => log.append(establishment, Buffer.from(String(n)), {})),
    );
    expect(positions).toEqual(Array.from({ length: 64 }, (_, n) => n));
    expect(await requestsIn(logTopic(establishment))).toBeLessThanOrEqual(3);
  });

  it('says which log is not there', async () => {
    const establishment = Finess.parse(freshFiness());
    await expect(log.range(establishment)).rejects.toMatchObject({
      code: 'log.unreachable',
      message: expect.stringContaining(logTopic(establishment)),
    });
  });
});
