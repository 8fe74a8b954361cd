import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { evolve, type Finess, FoldMemory, Instant, originalTimeline, Position, RecordKey, touchedBy } from '#domain';
import { type BatchTransaction, readEntries } from '#usecases';
import { anEvent, anyFeed, asRecorded, patientKey, put } from '../../../testing/src/builders/feed.js';
import { aLog, anEstablishment, AReplica, follow, wordsOf } from '../../test/a-replica.js';

let replica: AReplica;
let superuser: pg.Client;
beforeAll(async () => {
  replica = await AReplica.open();
  superuser = new pg.Client({ connectionString: replica.database.superuserUrl });
  await superuser.connect();
});
afterAll(async () => {
  await superuser.end();
  await replica.close();
});

/** The fold over the whole log in memory: what the tables must hold. */
const foldedInMemory = async (log: ReturnType<typeof aLog>, establishment: Finess): Promise<FoldMemory> => {
  const memory = new FoldMemory(Instant.of(0));
  const { last } = await log.range(establishment);
  for await (const entries of log.read(establishment, Position.of(0), last))
    for (const event of readEntries(entries)) memory.absorb(evolve(memory, event, originalTimeline));
  return memory;
};

const newGeneration = async (): Promise<{ establishment: Finess; generation: number; epoch: number }> => {
  const establishment = anEstablishment();
  await replica.store.ensureEstablishment(establishment);
  const epoch = await replica.store.takeOver(establishment);
  const [only] = await replica.store.generations(establishment);
  if (!only) throw new Error('no generation');
  return { establishment, generation: only.generation, epoch };
};

/** Applies one event on the transaction. */
const applyOne = async (batch: BatchTransaction): Promise<void> => {
  const position = batch.generation.progress.position + 1;
  const [recorded] = asRecorded([anEvent([put(patientKey(1), { n: position })])], position);
  if (!recorded) throw new Error('no event');
  const memory = await batch.load(touchedBy([recorded.event]));
  const effects = evolve(memory, recorded, originalTimeline);
  await batch.commit([effects], {
    logId: 'log',
    position: recorded.position,
    chainHash: Buffer.alloc(32, 1),
    clock: effects.recordedAt,
  });
};

describe('a replica in Postgres', () => {
  it('holds what the fold holds, however the log is cut into batches', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 });
    const law = fc.asyncProperty(anyFeed(60), sizes, async (feed, batches) => {
      const establishment = anEstablishment();
      const log = aLog();
      await follow(replica.store, log, establishment, feed, batches);
      const memory = await foldedInMemory(log, establishment);
      const epoch = await replica.store.takeOver(establishment);
      const [generation] = await replica.store.generations(establishment);
      const batch = await replica.store.begin(generation?.generation ?? 0, epoch);
      const stored = await batch.load({
        heads: new Set(memory.heads.keys()),
        contents: new Set(memory.heads.keys()),
        subjects: new Set(memory.subjects.keys()),
        messageKeys: new Set(memory.messages.keys()),
      });
      await batch.rollback();
      expect(generation?.progress.position).toBe(feed.length - 1);
      const heads = [...memory.heads].map(([key, { content, ...head }]) => [
        key,
        head.deleted ? head : { ...head, content },
      ]);
      expect(stored.heads).toEqual(new Map(heads as never));
      expect(stored.subjects).toEqual(memory.subjects);
      expect(stored.messages).toEqual(memory.messages);
      expect(stored.parked).toEqual(memory.parked);
      expect(await tokensIn(generation?.generation ?? 0)).toEqual(expectedTokens(memory));
    });
    await fc.assert(law, { numRuns: 20 });
  });

  const tokensIn = async (generation: number): Promise<unknown[]> => {
    const text = `select type, token, id from tokens where generation = $1 order by type, id, token`;
    return (await superuser.query({ text, values: [generation], rowMode: 'array' })).rows;
  };
  const byCodePoint = (a: readonly string[], b: readonly string[]): number => {
    const [x = '', y = ''] = [a, b].map(([type, token, id]) => `${type}\u0000${id}\u0000${token}`);
    return Buffer.compare(Buffer.from(x), Buffer.from(y));
  };
  const expectedTokens = (memory: FoldMemory): unknown[] =>
    [...memory.heads]
      .filter(([, { deleted }]) => !deleted)
      .flatMap(([key, { content }]) =>
        [...new Set(wordsOf(key, content ?? Buffer.alloc(0)))].map((token) => [
          RecordKey.type(key),
          token,
          RecordKey.id(key),
        ]),
      )
      .sort(byCodePoint);

  it('keeps the tokens of a version to the letter', async () => {
    const { generation, epoch } = await newGeneration();
    await applyOne(await replica.store.begin(generation, epoch));
    const { rows } = await superuser.query('select tokens, content from versions where generation = $1', [generation]);
    expect(rows[0].tokens).toEqual([...new Set(wordsOf(patientKey(1), rows[0].content))]);
    const heads = await superuser.query('select tokens from heads where generation = $1', [generation]);
    expect(heads.rows[0].tokens).toEqual(rows[0].tokens);
  });

  it('makes the first generation once, live, for an establishment that two processes start at once', async () => {
    const establishment = anEstablishment();
    await Promise.all([
      replica.store.ensureEstablishment(establishment),
      replica.store.ensureEstablishment(establishment),
    ]);
    const generations = await replica.store.generations(establishment);
    expect(generations).toMatchObject([
      { timeline: { number: 1 }, state: 'following', live: true, progress: { position: -1 } },
    ]);
  });

  it('is not written by a process that another one has taken over from', async () => {
    const { establishment, generation, epoch } = await newGeneration();
    await applyOne(await replica.store.begin(generation, epoch));
    const newer = await replica.store.takeOver(establishment);
    await expect(replica.store.begin(generation, epoch)).rejects.toMatchObject({ code: 'replica.taken-over' });
    await expect(replica.store.makeLive(establishment, generation, epoch)).rejects.toMatchObject({
      code: 'replica.taken-over',
    });
    await expect(replica.store.resume(generation, epoch, originalTimeline)).rejects.toMatchObject({
      code: 'replica.taken-over',
    });
    await applyOne(await replica.store.begin(generation, newer));
    expect((await replica.store.generations(establishment))[0]?.progress.position).toBe(1);
  });

  it('refuses a progress that was moved under a batch, and keeps nothing of it', async () => {
    const { generation, epoch } = await newGeneration();
    const batch = await replica.store.begin(generation, epoch);
    // No lock keeps the superuser out of its own transaction; a lock that was lost is what this stands for.
    const moved = { ...batch.generation, progress: { ...batch.generation.progress, position: Position.of(5) } };
    Object.assign(batch, { generation: moved });
    await expect(applyOne(batch)).rejects.toMatchObject({ code: 'replica.taken-over' });
    const { rows } = await superuser.query('select count(*)::int as n from versions where generation = $1', [
      generation,
    ]);
    expect(rows).toEqual([{ n: 0 }]);
  });

  it('waits for the batch that is under way, and then sees its position', async () => {
    const { generation, epoch } = await newGeneration();
    const first = await replica.store.begin(generation, epoch);
    const second = replica.store.begin(generation, epoch);
    await applyOne(first);
    const batch = await second;
    expect(batch.generation.progress.position).toBe(0);
    await batch.rollback();
  });

  it('answers a lost connection with replica.unreachable, once and for all callers, and goes on afterwards', async () => {
    const { generation, epoch } = await newGeneration();
    const batch = await replica.store.begin(generation, epoch);
    await superuser.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reprise_replicator' and datname = current_database()`,
    );
    await expect(applyOne(batch)).rejects.toMatchObject({ code: 'replica.unreachable' });
    await batch.rollback();
    // The pool finds out about the others one by one; whoever gets one tries again.
    await vi.waitFor(async () => applyOne(await replica.store.begin(generation, epoch)));
    await vi.waitFor(async () => replica.store.generations(anEstablishment()));
  });

  it('does not know a generation that is not there', async () => {
    await expect(replica.store.begin(999_999, 1)).rejects.toMatchObject({ code: 'not-found' });
    await expect(replica.store.takeOver(anEstablishment())).rejects.toMatchObject({ code: 'not-found' });
  });
});
