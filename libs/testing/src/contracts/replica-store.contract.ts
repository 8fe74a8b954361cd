import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeEvent,
  evolve,
  type Finess,
  FoldMemory,
  Instant,
  type LogEvent,
  originalTimeline,
  Position,
  SeenUnderId,
  touchedBy,
} from '#domain';
import { type LogBatch, readEntries, ReplicateLog, type ReplicaStore, type StoredState } from '#usecases';
import { anyFeed } from '../builders/feed.js';
import { MemoryEstablishmentLog } from '../memory-establishment-log.js';

/** A store, and what a test does to it behind its back. */
export interface StoreUnderTest {
  readonly store: ReplicaStore;
  /** One that nobody has used. */
  readonly establishment: () => Finess;
  /** A write that holds this position fails with `replica.unreachable`, until the returned function is called. */
  readonly breakAt: (generation: number, position: Position) => Promise<() => Promise<void>>;
}

/** A log whose stamps are one second apart, filled. */
const filled = async (establishment: Finess, feed: readonly LogEvent[]): Promise<MemoryEstablishmentLog> => {
  let ms = 1_790_000_000_000;
  const log = new MemoryEstablishmentLog(() => Instant.of((ms += 1000)));
  for (const event of feed) await log.append(establishment, encodeEvent(event), {});
  return log;
};

/** The log cut into batches of these sizes, over and over. */
const batchesOf = async (
  log: MemoryEstablishmentLog,
  establishment: Finess,
  sizes: readonly number[],
): Promise<readonly LogBatch[]> => {
  const { logId, last } = await log.range(establishment);
  const batches: LogBatch[] = [];
  for (let from = 0; from <= last; ) {
    const to = Math.min(last, from + (sizes[batches.length % sizes.length] ?? 1) - 1);
    for await (const entries of log.read(establishment, Position.of(from), Position.of(to)))
      batches.push({ establishment, logId, entries });
    from = to + 1;
  }
  return batches;
};

/** The fold over the whole log in memory: what the tables must hold. */
const foldedInMemory = async (log: MemoryEstablishmentLog, establishment: Finess): Promise<FoldMemory> => {
  const memory = new FoldMemory(Instant.of(0));
  const { last } = await log.range(establishment);
  for await (const entries of log.read(establishment, Position.of(0), last))
    for (const event of readEntries(entries)) memory.absorb(evolve(memory, event, originalTimeline));
  return memory;
};

const only = async (store: ReplicaStore, establishment: Finess) => {
  const [generation] = await store.generations(establishment);
  if (!generation) throw new Error('no generation');
  return generation;
};

const expectFolded = async (store: ReplicaStore, log: MemoryEstablishmentLog, establishment: Finess): Promise<void> => {
  const memory = await foldedInMemory(log, establishment);
  const { generation } = await only(store, establishment);
  const open = await store.open(generation, await store.takeOver(establishment));
  const { last } = await log.range(establishment);
  expect(open.generation.progress.position).toBe(last);
  const stored = await open.load(
    {
      heads: new Set(memory.heads.keys()),
      contents: new Set(memory.heads.keys()),
      subjects: new Set(memory.subjects.keys()),
      messageKeys: new Set(memory.messages.keys()),
    },
    memory.clock,
  );
  const heads = [...memory.heads].map(([key, { content: _content, ...head }]) => [key, head] as const);
  const contents = [...memory.heads].flatMap(([key, { content, deleted }]) =>
    content && !deleted ? [[key, content] as const] : [],
  );
  expect({ ...stored, messages: lastOf(stored.messages) }).toEqual({
    heads: new Map(heads),
    contents: new Map(contents),
    subjects: memory.subjects,
    messages: lastOf(new Map([...memory.messages].map(([key, under]) => [key, under.messages()]))),
  });
  expect(open.parked).toEqual(memory.parked);
};

/** What the fold asks of the messages, whatever else the tables say of them. */
const lastOf = (messages: StoredState['messages']): ReadonlyMap<string, readonly string[]> =>
  new Map(
    Array.from(messages, ([key, under]) => [
      key,
      new SeenUnderId(under)
        .messages()
        .map(({ receivedHash, recordedAt }) => `${Buffer.from(receivedHash).toString('hex')} ${recordedAt}`)
        .toSorted(),
    ]),
  );

const codeOf = (outcome: PromiseSettledResult<void>): unknown =>
  outcome.status === 'rejected' ? (outcome.reason as { code?: unknown }).code : outcome.status;

const codesOf = (outcomes: readonly PromiseSettledResult<void>[]): readonly unknown[] => [
  ...new Set(outcomes.map(codeOf)),
];

const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 });

/** What `ReplicateLog` makes of a store, batches under way together as the feed delivers them. */
export const replicaStoreContract = (name: string, make: () => Promise<StoreUnderTest>): void => {
  describe(`${name} as a replica`, () => {
    it('holds what the fold holds, however the log is cut into batches and however many are under way', async () => {
      const { store, establishment: fresh } = await make();
      const law = fc.asyncProperty(anyFeed(60, 1), sizes, fc.integer({ min: 1, max: 4 }), async (feed, cuts, most) => {
        const establishment = fresh();
        const log = await filled(establishment, feed);
        const replicate = new ReplicateLog(store, log);
        await replicate.start(establishment);
        const underWay: Promise<void>[] = [];
        for (const batch of await batchesOf(log, establishment, cuts)) {
          underWay.push(replicate.apply(batch));
          if (underWay.length === most) await underWay.shift();
        }
        await Promise.all(underWay);
        await expectFolded(store, log, establishment);
      });
      await fc.assert(law, { numRuns: 20 });
    });

    it('keeps nothing of a batch that fails, nor of those that were folded over it, and takes all of them again', async () => {
      const { store, establishment: fresh, breakAt } = await make();
      const size = fc.integer({ min: 1, max: 3 });
      const law = fc.asyncProperty(anyFeed(40, 12), fc.nat(9), size, async (feed, at, each) => {
        const establishment = fresh();
        const log = await filled(establishment, feed);
        const replicate = new ReplicateLog(store, log);
        await replicate.start(establishment);
        const { generation } = await only(store, establishment);
        const batches = await batchesOf(log, establishment, [each]);
        const failing = Math.floor(at / each);
        for (const batch of batches.slice(0, failing)) await replicate.apply(batch);
        const repair = await breakAt(generation, Position.of(failing * each));
        const underWay = batches.slice(failing, failing + 3).map((batch) => replicate.apply(batch));
        expect(codesOf(await Promise.allSettled(underWay))).toEqual(['replica.unreachable']);
        expect((await only(store, establishment)).progress.position).toBe(failing * each - 1);
        await repair();
        await Promise.all(batches.slice(failing).map((batch) => replicate.apply(batch)));
        await expectFolded(store, log, establishment);
      });
      await fc.assert(law, { numRuns: 15 });
    });

    it('is left alone by an owner that another one has followed, whatever it had under way', async () => {
      const { store, establishment: fresh } = await make();
      const law = fc.asyncProperty(anyFeed(40, 12), fc.nat(8), async (feed, at) => {
        const establishment = fresh();
        const log = await filled(establishment, feed);
        const [former, next] = [new ReplicateLog(store, log), new ReplicateLog(store, log)];
        await former.start(establishment);
        const batches = await batchesOf(log, establishment, [3]);
        const underWay = batches.slice(0, at).map((batch) => former.apply(batch));
        const [outcomes] = await Promise.all([Promise.allSettled(underWay), next.start(establishment)]);
        for (const outcome of outcomes) expect(['fulfilled', 'replica.taken-over']).toContain(codeOf(outcome));
        const late = Promise.allSettled(batches.slice(0, 2).map((batch) => former.apply(batch)));
        await Promise.all(batches.map((batch) => next.apply(batch)));
        // What the former owner has already is no work; anything else is refused.
        for (const outcome of await late) expect(['fulfilled', 'replica.taken-over']).toContain(codeOf(outcome));
        await log.append(establishment, encodeEvent(feed[0] as LogEvent), {});
        const { logId, last } = await log.range(establishment);
        for await (const entries of log.read(establishment, last, last)) {
          await expect(former.apply({ establishment, logId, entries })).rejects.toMatchObject({
            code: 'replica.taken-over',
          });
          await next.apply({ establishment, logId, entries });
        }
        await expectFolded(store, log, establishment);
      });
      await fc.assert(law, { numRuns: 15 });
    });

    it('reads of the log what a batch leaves out, and drops what it has', async () => {
      const { store, establishment: fresh } = await make();
      const establishment = fresh();
      const [feed = []] = fc.sample(anyFeed(40, 40), { numRuns: 1, seed: 5 });
      const log = await filled(establishment, feed);
      const replicate = new ReplicateLog(store, log);
      await replicate.start(establishment);
      const { generation } = await only(store, establishment);
      const batches = await batchesOf(log, establishment, [4]);
      const { logId } = await log.range(establishment);
      await Promise.all([
        replicate.apply(batches[7] as LogBatch),
        replicate.catchUp(establishment, generation, Position.none, Position.of(12), logId),
        replicate.apply(batches[2] as LogBatch),
        replicate.apply(batches[9] as LogBatch),
      ]);
      await expectFolded(store, log, establishment);
    });

    it('halts where the log is another one or has a hole', async () => {
      const { store, establishment: fresh } = await make();
      const establishment = fresh();
      const [feed = []] = fc.sample(anyFeed(12, 12), { numRuns: 1, seed: 6 });
      const log = await filled(establishment, feed);
      const replicate = new ReplicateLog(store, log);
      await replicate.start(establishment);
      const [first, second, third] = await batchesOf(log, establishment, [4]);
      if (!first || !second || !third) throw new Error('three batches');
      await replicate.apply(first);
      await expect(replicate.apply({ ...second, logId: 'another' })).rejects.toMatchObject({ code: 'log.replaced' });
      const holed = { ...second, entries: [...second.entries.slice(0, 1), ...third.entries] };
      await expect(replicate.apply(holed)).rejects.toMatchObject({ code: 'log.gap' });
      await Promise.all([replicate.apply(second), replicate.apply(third)]);
      await expectFolded(store, log, establishment);
    });

    it('has nothing of what nobody has said yet', async () => {
      const { store, establishment: fresh } = await make();
      const establishment = fresh();
      await store.ensureEstablishment(establishment);
      const { generation } = await only(store, establishment);
      const open = await store.open(generation, await store.takeOver(establishment));
      const touched = touchedBy(fc.sample(anyFeed(20, 20), { numRuns: 1, seed: 7 })[0] ?? []);
      const none = new Map();
      expect(await open.load(touched, Instant.of(0))).toEqual({
        heads: none,
        contents: none,
        subjects: none,
        messages: none,
      });
    });
  });
};
