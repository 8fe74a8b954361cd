import { afterAll, describe, expect, it } from 'vitest';
import { Failure, Finess, Position } from '#domain';
import type { LogRange } from '#usecases';
import { freshFiness, testKafka } from '../../testing/src/servers.js';
import { KafkaClient } from './kafka-client.js';
import { KafkaEstablishmentLog } from './kafka-establishment-log.js';
import { CompressionTypes } from './library.js';
import { LogBatchStrategy } from './log-batch.strategy.js';
import { LogFetch } from './log-fetch.js';
import { LogRanges } from './log-range.js';
import { LogTopics } from './log-topics.js';
import { logTopic } from './topics.js';
import { remakeTopic } from './topics.fixture.js';
import { batchUnpackedBytesMax } from './unpack-records.js';

const client = new KafkaClient({ brokers: [testKafka().brokers] });
const topics = new LogTopics(client, 1);
const log = new KafkaEstablishmentLog(client);
afterAll(() => log.close());

const newLog = async (): Promise<Finess> => {
  const establishment = Finess.parse(freshFiness());
  await topics.ensure([establishment]);
  return establishment;
};

const mebibyte = 1024 * 1024;
const large = Buffer.alloc(20 * mebibyte, 'a');

/** Kilobytes in the log, and this many times 20 MB when they are read. */
const repetitiveLog = async (events: number): Promise<Finess> => {
  const establishment = await newLog();
  for (let n = 0; n < events; n += 1) await log.append(establishment, large, {});
  return establishment;
};

/** Straight into Kafka, past every gateway. */
const appendBomb = async (establishment: Finess): Promise<void> => {
  const { kafka, cut } = client.open();
  const producer = kafka.producer();
  await producer.connect();
  const messages = [{ value: Buffer.alloc(batchUnpackedBytesMax + 1) }];
  await producer.send({ topic: logTopic(establishment), messages, compression: CompressionTypes.ZSTD });
  await producer.disconnect();
  cut();
};

/** The most that buffers took while this was done, beyond what they took before. */
const mostBytes = async (work: () => Promise<unknown>): Promise<number> => {
  const bytes = (): number => process.memoryUsage().arrayBuffers;
  const before = bytes();
  let most = 0;
  const look = setInterval(() => (most = Math.max(most, bytes() - before)), 2);
  await work().finally(() => clearInterval(look));
  return most;
};

interface Seen {
  readonly positions: number[];
  readonly halts: unknown[];
  bytesAtOnce: number;
}

const follow = async (establishment: Finess, until: (seen: Seen) => boolean): Promise<Seen> => {
  const seen: Seen = { positions: [], halts: [], bytesAtOnce: 0 };
  const strategy = new LogBatchStrategy({
    client,
    replica: establishment,
    establishments: [establishment],
    startAt: async () => Position.none,
    onHalt: (_, __, cause) => seen.halts.push(cause),
  });
  strategy.addHandler(
    'establishment.log',
    async ({ entries }: { entries: readonly { position: number; value: Buffer }[] }) => {
      seen.positions.push(...entries.map(({ position }) => position));
      seen.bytesAtOnce = Math.max(
        seen.bytesAtOnce,
        entries.reduce((sum, { value }) => sum + value.byteLength, 0),
      );
    },
    true,
  );
  strategy.listen(() => {});
  await expect.poll(() => until(seen), { timeout: 110_000, interval: 20 }).toBe(true);
  await strategy.close();
  return seen;
};

const positionsOf = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
/** Two answers of 24 MB with a batch each, and what the collector has not seen yet; the log comes to 600 MB. */
const bytesMax = 400 * mebibyte;

describe('a log of which little becomes much', () => {
  it('is read with a few batches in memory, however much it holds', async () => {
    const establishment = await repetitiveLog(30);
    const read: number[] = [];
    const most = await mostBytes(async () => {
      for await (const entries of log.read(establishment, Position.of(0), Position.of(29))) {
        expect(entries.length).toBe(1);
        read.push(...entries.map(({ position }) => position));
      }
    });
    expect(read).toEqual(positionsOf(30));
    expect(most).toBeLessThan(bytesMax);
  });

  it('is known by its first entry, which is unpacked once and again when it is another', async () => {
    class CountingFetch extends LogFetch {
      unpacked = 0;
      override unpack(...args: Parameters<LogFetch['unpack']>): ReturnType<LogFetch['unpack']> {
        this.unpacked += 1;
        return super.unpack(...args);
      }
    }
    const [fetch, establishment] = [new CountingFetch(client), await repetitiveLog(2)];
    const ranges = new LogRanges(fetch);
    const known = (): Promise<LogRange> => ranges.range(logTopic(establishment));
    const { logId, ...bounds } = await known();
    expect([logId, bounds]).toEqual([expect.stringMatching(/^\d+-[0-9a-f]{16}$/), { first: 0, last: 1 }]);
    await log.append(establishment, Buffer.from('x'), {});
    for (let n = 0; n < 5; n += 1) expect(await known()).toEqual({ logId, first: 0, last: 2 });
    expect(fetch.unpacked).toBe(1);
    await remakeTopic(client, topics, establishment);
    expect(await known()).toMatchObject({ logId: '', last: -1 });
    for (let n = 0; n < 3; n += 1) await log.append(establishment, large, {});
    const other = await known();
    expect([other.logId === logId, other.logId === '', other.last]).toEqual([false, false, 2]);
    fetch.close();
  });

  it('is read and followed up to a batch that no gateway can have written, and that is told by its position', async () => {
    const establishment = await newLog();
    for (let n = 0; n < 3; n += 1) await log.append(establishment, Buffer.from('x'), {});
    await appendBomb(establishment);
    await log.append(establishment, Buffer.from('x'), {});
    const told = { code: 'log.gap', message: expect.stringContaining('the batch at 3 would unpack to more than') };
    const readAll = async (): Promise<number> => {
      let count = 0;
      for await (const entries of log.read(establishment, Position.of(0), Position.of(4))) count += entries.length;
      return count;
    };
    await expect(readAll()).rejects.toMatchObject(told);
    const seen = await follow(establishment, ({ halts }) => halts.length > 0);
    expect(seen.positions).toEqual([0, 1, 2]);
    expect(seen.halts).toEqual([expect.objectContaining(told)]);
    expect(Failure.is(seen.halts[0], 'log.gap')).toBe(true);
  });
});
