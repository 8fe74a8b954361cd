import 'reflect-metadata';
import { Controller, type INestMicroservice, Module, UseFilters } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, Payload } from '@nestjs/microservices';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { Failure, Finess, type Instant, Position } from '#domain';
import { freshFiness, testKafka } from '../../testing/src/servers.js';
import { KafkaClient } from './kafka-client.js';
import { KafkaEstablishmentLog } from './kafka-establishment-log.js';
import { type LogBatchEvent, LogBatchStrategy } from './log-batch.strategy.js';
import { LogTopics } from './log-topics.js';
import { PassFailures } from './pass-failures.filter.js';
import { logTopic } from './topics.js';
import { deleteTopic, remakeTopic } from './topics.fixture.js';

const client = new KafkaClient({ brokers: [testKafka().brokers] });
const topics = new LogTopics(client, 1);
const log = new KafkaEstablishmentLog(client);

const newEstablishment = async (events: number): Promise<Finess> => {
  const establishment = Finess.parse(freshFiness());
  await topics.ensure([establishment]);
  await append(establishment, events);
  return establishment;
};
const append = (establishment: Finess, events: number): Promise<unknown> =>
  Promise.all(Array.from({ length: events }, () => log.append(establishment, Buffer.alloc(200), {})));

/** A replica in memory: what a handler stored survives the process that follows. */
class Store {
  readonly positions = new Map<Finess, number[]>();
  readonly halts = new Map<Finess, unknown>();
  readonly levels = new Map<Finess, Instant[]>();
  fail: (event: LogBatchEvent) => unknown = () => undefined;

  startAt(establishment: Finess): Position {
    return Position.of(this.positions.get(establishment)?.at(-1) ?? -1);
  }
  store({ establishment, entries }: LogBatchEvent): void {
    const known = this.positions.get(establishment) ?? [];
    this.positions.set(establishment, [...known, ...entries.map(({ position }) => position)]);
  }
  count(establishment: Finess): number {
    return this.positions.get(establishment)?.length ?? 0;
  }
}

const running: INestMicroservice[] = [];

const follow = async (store: Store, establishments: readonly Finess[], replica: string): Promise<LogBatchStrategy> => {
  @Controller()
  @UseFilters(new PassFailures())
  class Follower {
    @EventPattern('establishment.log')
    async apply(@Payload() event: LogBatchEvent): Promise<void> {
      const failure = store.fail(event);
      if (failure !== undefined) throw failure;
      store.store(event);
    }
  }
  @Module({ controllers: [Follower] })
  class FollowerModule {}
  const strategy = new LogBatchStrategy({
    client,
    replica,
    establishments,
    startAt: async (establishment) => store.startAt(establishment),
    onHalt: (establishment, _, cause) => store.halts.set(establishment, cause),
    onLevel: (establishment, at) => store.levels.set(establishment, [...(store.levels.get(establishment) ?? []), at]),
  });
  const app = await NestFactory.createMicroservice(FollowerModule, { strategy, logger: false });
  await app.listen();
  running.push(app);
  return strategy;
};

const stopAll = async (): Promise<void> => {
  for (const app of running.splice(0)) await app.close();
};
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const patience = { timeout: 15_000, interval: 20 };

afterEach(stopAll);
afterAll(() => log.close());

describe('LogBatchStrategy', () => {
  it('brings every entry to the handler once, live within milliseconds, and says when it is level', async () => {
    const [one, two] = [await newEstablishment(2500), await newEstablishment(3)];
    const store = new Store();
    await follow(store, [one, two], one);
    await expect.poll(() => [store.count(one), store.count(two)], patience).toEqual([2500, 3]);
    const lags: number[] = [];
    for (let n = 0; n < 50; n += 1) {
      const startedAt = performance.now();
      await append(one, 1);
      while (store.count(one) < 2501 + n) await new Promise((resolve) => setImmediate(resolve));
      lags.push(performance.now() - startedAt);
    }
    expect(lags.toSorted((a, b) => a - b)[25]).toBeLessThan(50);
    expect(store.positions.get(one)).toEqual(upTo(2550));
    await expect.poll(() => store.levels.get(two)?.length ?? 0, patience).toBeGreaterThan(2);
    expect(store.halts.size).toBe(0);
  });

  it('goes on where the store stands, whatever Kafka has committed', async () => {
    const establishment = await newEstablishment(20);
    const store = new Store();
    await follow(store, [establishment], establishment);
    await expect.poll(() => store.count(establishment), patience).toBe(20);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await stopAll();
    store.positions.set(establishment, upTo(7));
    await append(establishment, 5);
    await follow(store, [establishment], establishment);
    await expect.poll(() => store.count(establishment), patience).toBe(25);
    expect(store.positions.get(establishment)).toEqual(upTo(25));
  });

  it('retries while the replica is away, and others go on', async () => {
    const [away, well] = [await newEstablishment(5), await newEstablishment(5)];
    const store = new Store();
    store.fail = ({ establishment }) =>
      establishment === away ? new Failure('replica.unreachable', 'no connection') : undefined;
    await follow(store, [away, well], away);
    await expect.poll(() => store.count(well), patience).toBe(5);
    await append(well, 5);
    await expect.poll(() => store.count(well), patience).toBe(10);
    expect(store.count(away)).toBe(0);
    store.fail = () => undefined;
    await expect.poll(() => store.positions.get(away), patience).toEqual(upTo(5));
    expect(store.halts.size).toBe(0);
  });

  it('halts the establishment that cannot be followed, with the cause, and no other', async () => {
    const [halted, well] = [await newEstablishment(5), await newEstablishment(5)];
    const store = new Store();
    store.fail = ({ establishment }) =>
      establishment === halted ? new Failure('log.too-new', 'an unknown kind of change') : undefined;
    await follow(store, [halted, well], halted);
    await expect.poll(() => store.halts.get(halted), patience).toMatchObject({ code: 'log.too-new' });
    store.fail = () => undefined;
    await append(halted, 1);
    await append(well, 5);
    await expect.poll(() => store.count(well), patience).toBe(10);
    expect(store.count(halted)).toBe(0);
    expect(store.halts.size).toBe(1);
  });

  it('halts when the store is beyond the end of the log', async () => {
    const establishment = await newEstablishment(5);
    const store = new Store();
    store.positions.set(establishment, upTo(9));
    await follow(store, [establishment], establishment);
    await expect.poll(() => store.halts.get(establishment), patience).toMatchObject({ code: 'log.truncated' });
    await append(establishment, 20);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(store.count(establishment)).toBe(9);
  });

  it('halts when the topic is made anew while it is followed, and others go on', async () => {
    const [remade, well] = [await newEstablishment(5), await newEstablishment(5)];
    const store = new Store();
    await follow(store, [remade, well], remade);
    await expect.poll(() => [store.count(remade), store.count(well)], patience).toEqual([5, 5]);
    await remakeTopic(client, topics, remade);
    await append(remade, 20);
    await expect
      .poll(() => store.halts.get(remade), patience)
      .toMatchObject({ code: expect.stringMatching(/^log\.(replaced|truncated)$/) });
    expect(store.positions.get(remade)).toEqual(upTo(5));
    await append(well, 5);
    await expect.poll(() => store.positions.get(well), patience).toEqual(upTo(10));
  });

  it('halts when the topic is deleted while it is followed, and others go on', async () => {
    const [gone, well] = [await newEstablishment(5), await newEstablishment(5)];
    const store = new Store();
    await follow(store, [gone, well], gone);
    await expect.poll(() => [store.count(gone), store.count(well)], patience).toEqual([5, 5]);
    await deleteTopic(client, logTopic(gone));
    await append(well, 5);
    await expect.poll(() => store.positions.get(well), patience).toEqual(upTo(10));
    await expect.poll(() => store.halts.get(gone), patience).toMatchObject({ code: 'log.truncated' });
  });

  it('follows establishments that are added later, and waits for a log that is not made yet', async () => {
    const first = await newEstablishment(3);
    const store = new Store();
    const strategy = await follow(store, [first], first);
    await expect.poll(() => store.count(first), patience).toBe(3);
    const second = await newEstablishment(4);
    const unmade = Finess.parse(freshFiness());
    strategy.follow([second, unmade]);
    await expect.poll(() => store.count(second), patience).toBe(4);
    await topics.ensure([unmade]);
    await append(unmade, 2);
    await expect.poll(() => store.count(unmade), patience).toBe(2);
    await append(first, 2);
    await expect.poll(() => store.positions.get(first), patience).toEqual(upTo(5));
    expect(store.halts.size).toBe(0);
  });

  it('hands over to a second process of the same replica without a hole', async () => {
    const establishments = [await newEstablishment(30), await newEstablishment(30)];
    const store = new Store();
    const [one = Finess.parse('990000001')] = establishments;
    await follow(store, establishments, one);
    await expect.poll(() => establishments.map((e) => store.count(e)), patience).toEqual([30, 30]);
    await follow(store, establishments, one);
    for (const establishment of establishments) await append(establishment, 10);
    await expect.poll(() => establishments.map((e) => store.count(e)), patience).toEqual([40, 40]);
    await running.shift()?.close();
    for (const establishment of establishments) await append(establishment, 10);
    for (const establishment of establishments)
      await expect.poll(() => store.positions.get(establishment), patience).toEqual(upTo(50));
  });
});
