import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEvent, Finess, type LogEvent, originalTimeline, Position, type Timeline } from '#domain';
import { searchRule } from '#fhir';
import { KafkaClient, KafkaEstablishmentLog, LogTopics } from '#kafka';
import { migrate, openForCopy, openReplica, PostgresGenerationBuilder, PostgresReplicaStore } from '#postgres';
import { type FreshDatabase, freshDatabase, freshFiness, testKafka } from '#testing';
import { BuildGeneration, type Generation, ReplicateLog, type RestoreTarget } from '#usecases';
import { anyFeed } from '../../../libs/testing/src/builders/feed.js';

const replica = async (database: FreshDatabase) => {
  await migrate(database.urls.owner);
  const [rows, copies] = await Promise.all([
    openReplica(database.urls.replicator),
    openForCopy(database.urls.replicator),
  ]);
  return {
    store: new PostgresReplicaStore(rows, copies, searchRule),
    builder: new PostgresGenerationBuilder(rows, copies, searchRule),
    close: async () => {
      await Promise.all([rows.destroy(), copies.destroy()]);
      await database.drop();
    },
  };
};

const restoredTo = (
  establishment: Finess,
  cut: Position,
  plannedAt: Position,
  over: Partial<Exclude<Timeline, { number: 1 }>> = {},
): RestoreTarget => ({
  establishment,
  timeline: {
    number: 2,
    parent: originalTimeline,
    branch: cut,
    cut,
    exclusions: { senders: [], types: [], between: [], clock: 'recorded' },
    plannedAt,
    afterCut: 'omit',
    resumeAt: 'not-promoted',
    ...over,
  },
  buildTo: cut,
  events: cut + 1,
});

describe('one log, two replicas, a rebuild', () => {
  const client = new KafkaClient({ brokers: [testKafka().brokers] });
  const log = new KafkaEstablishmentLog(client);
  let a: Awaited<ReturnType<typeof replica>>;
  let b: Awaited<ReturnType<typeof replica>>;

  beforeAll(async () => {
    [a, b] = await Promise.all([freshDatabase().then(replica), freshDatabase().then(replica)]);
  });
  afterAll(async () => {
    await log.close();
    await Promise.all([a?.close(), b?.close()]);
  });

  const written = async (feed: readonly LogEvent[]): Promise<Finess> => {
    const establishment = Finess.parse(freshFiness());
    await new LogTopics(client, 1).ensure([establishment]);
    await Promise.all(feed.map((event) => log.append(establishment, encodeEvent(event), {})));
    return establishment;
  };

  const feeds = (runs: number, seed: number): (readonly LogEvent[])[] =>
    fc.sample(anyFeed(120, 40), { numRuns: runs, seed });

  /** Applies the log in batches of these sizes, over and over. */
  const follow = async (
    store: PostgresReplicaStore,
    establishment: Finess,
    cuts: readonly number[],
  ): Promise<Generation> => {
    const replicate = new ReplicateLog(store, log);
    await replicate.start(establishment);
    const { logId, last } = await log.range(establishment);
    let from = 0;
    for (let i = 0; from <= last; i += 1) {
      const to = Math.min(last, from + (cuts[i % cuts.length] ?? 1) - 1);
      for await (const entries of log.read(establishment, Position.of(from), Position.of(to)))
        await replicate.apply({ establishment, logId, entries });
      from = to + 1;
    }
    const [live] = (await store.generations(establishment)).filter((generation) => generation.live);
    if (!live) throw new Error('nothing is live');
    return live;
  };

  it('any cut of batches gives one state, and applying again changes nothing', async () => {
    for (const feed of feeds(4, 11)) {
      const establishment = await written(feed);
      const one = await follow(a.store, establishment, [1, 7, 2, 40]);
      const two = await follow(b.store, establishment, [1000]);
      const digest = await a.builder.digest(one.generation);
      expect(digest.records).toBeGreaterThan(0);
      expect(await b.builder.digest(two.generation)).toEqual(digest);
      expect(Buffer.from(two.progress.chainHash).equals(Buffer.from(one.progress.chainHash))).toBe(true);
      await follow(a.store, establishment, [13]);
      expect(await a.builder.digest(one.generation)).toEqual(digest);
    }
  });

  it('a rebuild from the log is the live state, whatever the cut', async () => {
    for (const [index, feed] of feeds(4, 12).entries()) {
      const establishment = await written(feed);
      const cut = Position.of(index === 0 ? feed.length - 1 : Math.floor((feed.length * index) / 5));
      const shorter = await written(feed.slice(0, cut + 1));
      const live = await follow(a.store, shorter, [9]);
      await a.store.ensureEstablishment(establishment);
      const target = restoredTo(establishment, cut, Position.of(feed.length - 1));
      await new BuildGeneration(log, a.builder).run('restore-1', target, new AbortController().signal);
      const built = (await a.store.generations(establishment)).find(({ timeline }) => timeline.number === 2);
      expect(built?.state).toBe('built');
      expect(await a.builder.digest(built?.generation ?? 0)).toEqual(await a.builder.digest(live.generation));
    }
  });

  it('an interrupted rebuild goes on and ends the same', async () => {
    const [feed = []] = feeds(1, 13);
    const many = Array.from({ length: 100 }, (_, n) =>
      feed.map((event) => (event.messageId === '' ? event : { ...event, messageId: `${event.messageId}#${n}` })),
    ).flat();
    const establishment = await written(many);
    await Promise.all([a.store.ensureEstablishment(establishment), b.store.ensureEstablishment(establishment)]);
    const end = Position.of(many.length - 1);
    const target = restoredTo(establishment, end, end);
    await new BuildGeneration(log, a.builder).run('whole', target, new AbortController().signal);
    for (const after of [1, 2, 1]) {
      const abort = new AbortController();
      let batches = 0;
      const interrupting = Object.assign(Object.create(log) as typeof log, {
        async *read(...args: Parameters<typeof log.read>) {
          for await (const entries of log.read(...args)) {
            if ((batches += 1) > after * 4) abort.abort();
            yield entries;
          }
        },
      });
      await expect(new BuildGeneration(interrupting, b.builder).run('pieces', target, abort.signal)).rejects.toThrow();
    }
    await new BuildGeneration(log, b.builder).run('pieces', target, new AbortController().signal);
    const [whole, pieces] = await Promise.all(
      [a, b].map(async ({ store, builder }) => {
        const built = (await store.generations(establishment)).find(({ timeline }) => timeline.number === 2);
        return {
          digest: await builder.digest(built?.generation ?? 0),
          chain: Buffer.from(built?.progress.chainHash ?? '').toString('hex'),
        };
      }),
    );
    expect(pieces).toEqual(whole);
    expect(whole?.digest.records).toBeGreaterThan(0);
  });

  it('goes on with both generations while timelines are switched and switched back, batches under way', async () => {
    for (const [index, feed] of feeds(3, 14).entries()) {
      const establishment = await written(feed);
      const { logId, last } = await log.range(establishment);
      const replicate = new ReplicateLog(a.store, log);
      await replicate.start(establishment);
      let at = 0;
      const next = async (batches: number, size: number): Promise<void> => {
        const underWay: Promise<void>[] = [];
        for (let n = 0; n < batches && at <= last; n += 1, at += size)
          for await (const entries of log.read(
            establishment,
            Position.of(at),
            Position.of(Math.min(last, at + size - 1)),
          ))
            underWay.push(replicate.apply({ establishment, logId, entries }));
        await Promise.all(underWay);
      };
      await next(5, 3);
      const cut = Position.of(7 + index);
      const resumeAt = Position.of(20);
      const target = restoredTo(establishment, cut, Position.of(14));
      await new BuildGeneration(log, a.builder).run('restore-1', target, new AbortController().signal);
      const [one, two] = await a.store.generations(establishment);
      if (!one || !two) throw new Error('two generations');
      const timeline = { ...target.timeline, resumeAt } as Timeline;
      const epoch = replicate.epoch(establishment);
      const switched = async (): Promise<void> => {
        await a.store.resume(two.generation, epoch, timeline);
        for (const { generation, progress } of [one, two])
          await replicate.catchUp(establishment, generation, progress.position, resumeAt, logId);
        await a.store.makeLive(establishment, two.generation, epoch);
      };
      await Promise.all([switched(), next(8, 2)]);
      await Promise.all([a.store.makeLive(establishment, one.generation, epoch), next(1000, 5)]);
      const [former, restored] = await a.store.generations(establishment);
      expect([former, restored].map((generation) => [generation?.live, generation?.progress.position])).toEqual([
        [true, last],
        [false, last],
      ]);
      const straight = await follow(b.store, establishment, [1000]);
      expect(await a.builder.digest(one.generation)).toEqual(await b.builder.digest(straight.generation));
      const whole = { ...target, timeline, buildTo: last, events: last + 1 };
      await new BuildGeneration(log, b.builder).run('restore-1', whole, new AbortController().signal);
      const rebuilt = (await b.store.generations(establishment))[1];
      expect(await a.builder.digest(two.generation)).toEqual(await b.builder.digest(rebuilt?.generation ?? 0));
      expect(rebuilt?.progress.chainHash).toEqual(restored?.progress.chainHash);
    }
  });
});
