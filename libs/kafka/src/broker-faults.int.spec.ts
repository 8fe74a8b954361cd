import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { of } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure, Finess, Position } from '#domain';
import { entriesOf } from '../../testing/src/contracts/establishment-log.contract.js';
import { type RunningKafka, startKafka } from '../../testing/src/embedded-kafka.js';
import { freePorts } from '../../testing/src/ports.js';
import { KafkaClient } from './kafka-client.js';
import { KafkaEstablishmentLog } from './kafka-establishment-log.js';
import { type LogBatchEvent, LogBatchStrategy } from './log-batch.strategy.js';
import { LogTopics } from './log-topics.js';

const folder = mkdtempSync(join(tmpdir(), 'reprise-kafka-faults-'));
const ours: {
  start(settings?: Readonly<Record<string, string>>): Promise<RunningKafka>;
  broker: RunningKafka;
  finess: number;
} = {
  start: () => Promise.reject(new Error('not yet')),
  broker: undefined as never,
  finess: 990_000_100,
};

beforeAll(async () => {
  const [port = 0, controllerPort = 0] = await freePorts(2);
  ours.start = (settings = {}) => startKafka({ port, controllerPort, dataDir: folder, settings });
  ours.broker = await ours.start();
});
afterAll(async () => {
  await ours.broker.stop();
  rmSync(folder, { recursive: true, force: true });
});

const newLog = async (timeoutMs: number): Promise<{ log: KafkaEstablishmentLog; establishment: Finess }> => {
  const establishment = Finess.parse(String(ours.finess++));
  await new LogTopics(new KafkaClient({ brokers: [ours.broker.brokers] }), 1).ensure([establishment]);
  return {
    log: new KafkaEstablishmentLog(new KafkaClient({ brokers: [ours.broker.brokers], timeoutMs })),
    establishment,
  };
};

const written = async (log: KafkaEstablishmentLog, establishment: Finess): Promise<string[]> => {
  const { last } = await log.range(establishment);
  const entries = await entriesOf(log.read(establishment, Position.of(0), last));
  return entries.map(({ value }) => String(value));
};

describe('a broker that is killed', () => {
  it('loses no acknowledged append and doubles none', async () => {
    const { log, establishment } = await newLog(20_000);
    const acknowledged = new Map<Position, string>();
    const refused: string[] = [];
    let next = 0;
    let stop = false;
    const caller = async (): Promise<void> => {
      while (!stop) {
        const value = `event ${next++}`;
        await log.append(establishment, Buffer.from(value), {}).then(
          (position) => acknowledged.set(position, value),
          () => refused.push(value),
        );
      }
    };
    const callers = Array.from({ length: 16 }, caller);
    for (let kills = 0; kills < 2; kills += 1) {
      await sleep(400);
      const before = acknowledged.size;
      await ours.broker.kill();
      ours.broker = await ours.start();
      await expect.poll(() => acknowledged.size, { timeout: 30_000 }).toBeGreaterThan(before + 100);
    }
    stop = true;
    await Promise.all(callers);
    const found = await written(log, establishment);
    for (const [position, value] of acknowledged) expect(found[position]).toBe(value);
    expect(new Set(found).size).toBe(found.length);
    expect(found.length).toBeGreaterThanOrEqual(acknowledged.size);
    expect(found.length).toBeLessThanOrEqual(acknowledged.size + refused.length);
    await log.close();
  });

  it('is unreachable within the time-out, and what was given up never comes late', async () => {
    const { log, establishment } = await newLog(700);
    await log.append(establishment, Buffer.from('before'), {});
    await ours.broker.kill();
    const startedAtMs = Date.now();
    const given = await Promise.allSettled([
      ...['lost 1', 'lost 2', 'lost 3'].map(async (value, n) => {
        await sleep(n * 100);
        return log.append(establishment, Buffer.from(value), {});
      }),
      log.range(establishment),
    ]);
    expect(Date.now() - startedAtMs).toBeLessThan(1700);
    for (const outcome of given)
      expect(outcome.status === 'rejected' && Failure.is(outcome.reason, 'log.unreachable')).toBe(true);
    // The client library is still at it when the broker is back: only cutting its sockets keeps it from appending then.
    ours.broker = await ours.start();
    await sleep(2000);
    await expect
      .poll(() => log.append(establishment, Buffer.from('after'), {}).catch(() => -1), { timeout: 20_000 })
      .toBeGreaterThan(0);
    expect(new Set(await written(log, establishment))).toEqual(new Set(['before', 'after']));
    await log.close();
  });
});

/** Follows one log; the positions that it was brought, and why it halted. */
const followed = (establishment: Finess, replica: string) => {
  const seen: number[] = [];
  const halts: unknown[] = [];
  const strategy = new LogBatchStrategy({
    client: new KafkaClient({ brokers: [ours.broker.brokers] }),
    replica,
    establishments: [establishment],
    startAt: async () => Position.of(seen.at(-1) ?? -1),
    onHalt: (_finess, _stream, cause) => halts.push(cause),
  });
  strategy.addHandler(
    'establishment.log',
    async ({ entries }: LogBatchEvent) => {
      seen.push(...entries.map(({ position }) => position));
      return of(undefined);
    },
    true,
  );
  strategy.listen(() => {});
  return { strategy, seen, halts };
};

describe('a follower', () => {
  it('follows brokers that take no sessions as short as it asks for', async () => {
    await ours.broker.stop();
    ours.broker = await ours.start({ 'group.min.session.timeout.ms': '6000' });
    const { log, establishment } = await newLog(20_000);
    const { strategy, seen } = followed(establishment, 'long-sessions');
    await log.append(establishment, Buffer.from('one'), {});
    await expect.poll(() => seen, { timeout: 20_000 }).toEqual([0]);
    await strategy.close();
    await log.close();
  });

  it('goes on by itself when the broker was killed, without a hole or a repetition', async () => {
    const { log, establishment } = await newLog(20_000);
    const { strategy, seen, halts } = followed(establishment, 'faults');
    const append = (): Promise<Position> => log.append(establishment, Buffer.alloc(500), {});
    for (let n = 0; n < 200; n += 1) await append();
    await ours.broker.kill();
    ours.broker = await ours.start();
    for (let n = 0; n < 200; n += 1) await append();
    await expect.poll(() => seen.length, { timeout: 30_000 }).toBe(400);
    expect(seen).toEqual(Array.from({ length: 400 }, (_, n) => n));
    expect(halts).toEqual([]);
    await strategy.close();
    await log.close();
  });
});

describe('a broker that hangs', () => {
  it('is unreachable within the time-out; what it had got already stands before what comes after, once', async () => {
    const { log, establishment } = await newLog(1500);
    await log.append(establishment, Buffer.from('before'), {});
    process.kill(ours.broker.pid, 'SIGSTOP');
    try {
      await expect(log.append(establishment, Buffer.from('in doubt'), {})).rejects.toMatchObject({
        code: 'log.unreachable',
      });
    } finally {
      process.kill(ours.broker.pid, 'SIGCONT');
    }
    const after = await log.append(establishment, Buffer.from('after'), {});
    await sleep(2000);
    const found = await written(log, establishment);
    expect(found[after]).toBe('after');
    expect([
      ['before', 'after'],
      ['before', 'in doubt', 'after'],
    ]).toContainEqual(found);
    await log.close();
  });
});
