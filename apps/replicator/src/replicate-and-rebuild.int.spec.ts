import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEvent, Finess, type LogEvent, originalTimeline, Position, RecordKey, type Timeline } from '#domain';
import { searchTokens } from '#fhir';
import { KafkaClient, KafkaEstablishmentLog, LogTopics } from '#kafka';
import { migrate, openOwner, openReplica, PostgresGenerationBuilder, PostgresReplicaStore } from '#postgres';
import { type FreshDatabase, freshDatabase, freshFiness, testKafka } from '#testing';
import { BuildGeneration, type Generation, ReplicateLog, type RestoreTarget } from '#usecases';
import { anyFeed } from '../../../libs/testing/src/builders/feed.js';

const tokensOf = (key: RecordKey, content: Uint8Array): readonly string[] => searchTokens(RecordKey.type(key), content);

const replica = async (database: FreshDatabase) => {
  await migrate(database.urls.owner);
  const [rows, owner] = await Promise.all([openReplica(database.urls.replicator), openOwner(database.urls.owner)]);
  return {
    store: new PostgresReplicaStore(rows, owner, tokensOf),
    builder: new PostgresGenerationBuilder(rows, owner, tokensOf),
    close: async () => {
      await Promise.all([rows.destroy(), owner.destroy()]);
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
});
