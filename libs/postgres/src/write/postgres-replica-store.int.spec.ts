import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  evolve,
  Failure,
  type Finess,
  FoldMemory,
  Instant,
  originalTimeline,
  Position,
  type RecordedEvent,
  RecordKey,
} from '#domain';
import { type OpenGeneration, readEntries } from '#usecases';
import { anEvent, anyFeed, asRecorded, patientKey, put } from '../../../testing/src/builders/feed.js';
import { replicaStoreContract } from '../../../testing/src/contracts/replica-store.contract.js';
import { aLog, anEstablishment, AReplica, follow, wordsOf } from '../../test/a-replica.js';

const patience = { timeout: 30_000 };

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

replicaStoreContract('PostgresReplicaStore', async () => ({
  store: replica.store,
  establishment: anEstablishment,
  breakAt: async (generation, position) => {
    // One of the last statements fails, when most of the batch is written.
    const name = `broken_${randomUUID().replaceAll('-', '')}`;
    await superuser.query(`
      create function ${name}() returns trigger language plpgsql as $$
      begin raise exception 'broken' using errcode = '40001'; end $$;
      create trigger ${name} before insert on messages_g${generation}
        for each row when (new.position = ${position}) execute function ${name}()`);
    return async () => {
      await superuser.query(`drop function ${name} cascade`);
    };
  },
}));

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

/** Writes an event at this position. */
const writeOne = (open: OpenGeneration, position = open.generation.progress.position + 1): Promise<void> => {
  const [recorded] = asRecorded([anEvent([put(patientKey(1), { n: position })])], position);
  if (!recorded) throw new Error('no event');
  const effects = evolve(new FoldMemory(Instant.of(0)), recorded, originalTimeline);
  const { recordedAt: clock } = effects;
  return open.write([effects], { logId: 'log', position: recorded.position, chainHash: Buffer.alloc(32, 1), clock });
};

const positionOf = async (establishment: Finess): Promise<number | undefined> =>
  (await replica.store.generations(establishment))[0]?.progress.position;

const waitingForLocks = `from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;

/** Held by another transaction until the returned function commits it. */
const holding = async (sql: string, generation: number): Promise<() => Promise<void>> => {
  const other = new pg.Client({ connectionString: replica.database.superuserUrl });
  await other.connect();
  await other.query('begin');
  await other.query(sql, [generation]);
  return async () => {
    await other.query('commit');
    await other.end();
  };
};

describe('a replica in Postgres', () => {
  it('finds the newest version of each record by its tokens, and by no others', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 8 });
    const law = fc.asyncProperty(anyFeed(60), sizes, async (feed, batches) => {
      const establishment = anEstablishment();
      const log = aLog();
      await follow(replica.store, log, establishment, feed, batches);
      const memory = await foldedInMemory(log, establishment);
      const [generation] = await replica.store.generations(establishment);
      expect(await tokensIn(generation?.generation ?? 0)).toEqual(expectedTokens(memory));
    });
    await fc.assert(law, { numRuns: 20 });
  });

  it('knows how large the newest contents are, of what is there and was not removed', async () => {
    const { generation, establishment } = await newGeneration();
    const texts = { 1: 'é', 2: 'x'.repeat(100_000), 3: 'gone' };
    const events = Object.entries(texts).map(([n, text]) => anEvent([put(patientKey(Number(n)), { text })]));
    const again = anEvent([put(patientKey(1), { text: 'ééé' })]);
    const gone = anEvent([{ kind: 'remove', record: patientKey(3), patient: patientKey(3) }]);
    await follow(replica.store, aLog(), establishment, [...events, again, gone]);
    const open = await replica.store.open(generation, await replica.store.takeOver(establishment));
    const keys = [1, 2, 3, 4].map((n) => patientKey(n));
    const { contents } = await open.load(
      { heads: new Set(), contents: new Set(keys), subjects: new Set(), messageKeys: new Set() },
      Instant.of(0),
    );
    const lengths = Array.from(contents, ([key, content]) => [key, content.byteLength] as const);
    expect(lengths.length).toBe(2);
    expect(await open.contentBytes(new Set(keys))).toEqual(new Map(lengths));
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
    await writeOne(await replica.store.open(generation, epoch));
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
    const former = await replica.store.open(generation, epoch);
    await writeOne(former);
    const newer = await replica.store.takeOver(establishment);
    const refused = { code: 'replica.taken-over' };
    await expect(writeOne(former, 1)).rejects.toMatchObject(refused);
    await expect(replica.store.open(generation, epoch)).rejects.toMatchObject(refused);
    await expect(replica.store.makeLive(establishment, generation, epoch)).rejects.toMatchObject(refused);
    await expect(replica.store.resume(generation, epoch, originalTimeline)).rejects.toMatchObject(refused);
    await writeOne(await replica.store.open(generation, newer));
    expect(await positionOf(establishment)).toBe(1);
  });

  it('writes nothing over a position or a timeline that changed behind its back, and says that it may be tried again', async () => {
    for (const change of ['position = 5', `timeline = '{"number":7}'`]) {
      const { establishment, generation, epoch } = await newGeneration();
      const open = await replica.store.open(generation, epoch);
      await superuser.query(`update generations set ${change} where generation = $1`, [generation]);
      const before = await positionOf(establishment);
      await expect(writeOne(open)).rejects.toMatchObject({ code: 'replica.unreachable' });
      const written = 'select count(*)::int as n from versions where generation = $1';
      expect((await superuser.query(written, [generation])).rows).toEqual([{ n: 0 }]);
      expect(await positionOf(establishment)).toBe(before);
    }
  });

  it('writes thousands of small rows behind one of 19 MB, and asks for no more memory than what they take', async () => {
    const { generation, epoch } = await newGeneration();
    const open = await replica.store.open(generation, epoch);
    const memory = new FoldMemory(Instant.of(0));
    const writeBatch = async (recorded: RecordedEvent): Promise<void> => {
      const effects = evolve(memory, recorded, originalTimeline);
      const { position } = recorded;
      await open.write([effects], {
        logId: 'log',
        position,
        chainHash: Buffer.alloc(32, 1),
        clock: effects.recordedAt,
      });
    };
    const scan = put(RecordKey.of('Binary', 'scan'), { data: '+'.repeat(19_000_000) });
    const small = Array.from({ length: 2_000 }, (_, index) => put(patientKey(index)));
    const [large, bundle] = asRecorded([anEvent([scan]), anEvent(small)]);
    if (!large || !bundle) throw new Error('no events');
    await writeBatch(large);
    const allocated = vi.spyOn(Buffer, 'allocUnsafe');
    try {
      await writeBatch(bundle);
      expect(Math.max(...allocated.mock.calls.map(([size]) => size))).toBeLessThan(4_000_000);
    } finally {
      allocated.mockRestore();
    }
    const rows = await superuser.query(`select count(*)::int n from heads_g${generation}`);
    expect(rows.rows).toEqual([{ n: 2_001 }]);
  });

  it('does what is asked for in the order of asking, and nothing behind a failure', async () => {
    const { establishment, generation, epoch } = await newGeneration();
    const open = await replica.store.open(generation, epoch);
    await Promise.all([0, 1, 2].map((position) => writeOne(open, position)));
    expect(await positionOf(establishment)).toBe(2);
    // A version that is there already: a bug's, and none that passes by itself.
    const twice = asRecorded([anEvent([put(patientKey(1), { n: 0 })])], 2).map((recorded) =>
      evolve(new FoldMemory(Instant.of(0)), recorded, originalTimeline),
    );
    const progress = { logId: 'log', position: Position.of(3), chainHash: Buffer.alloc(32), clock: Instant.of(0) };
    const outcomes = await Promise.allSettled([open.write(twice, progress), writeOne(open, 4), writeOne(open, 5)]);
    const reasons = outcomes.map((outcome) => (outcome.status === 'rejected' ? outcome.reason : undefined));
    expect(reasons[0]?.message).toMatch(/23505/);
    expect(reasons.slice(1).map((reason) => Failure.is(reason, 'replica.unreachable'))).toEqual([true, true]);
    expect(await positionOf(establishment)).toBe(2);
    await writeOne(await replica.store.open(generation, epoch));
    expect(await positionOf(establishment)).toBe(3);
  });

  it('waits for the batch that is under way when it is opened, and then sees its position', async () => {
    const { generation, epoch } = await newGeneration();
    const commit = await holding('update generations set position = 0 where generation = $1', generation);
    const opening = replica.store.open(generation, epoch);
    await expect.poll(async () => (await superuser.query(`select 1 ${waitingForLocks}`)).rowCount).toBe(1);
    await commit();
    expect((await opening).generation.progress.position).toBe(0);
  });

  it('answers a lost connection with replica.unreachable, once and for all callers, and goes on afterwards', async () => {
    const { establishment, generation, epoch } = await newGeneration();
    const open = await replica.store.open(generation, epoch);
    const commit = await holding('select from generations where generation = $1 for update', generation);
    const writes = Promise.allSettled([writeOne(open), writeOne(open, 1)]);
    await expect
      .poll(async () => (await superuser.query(`select pg_terminate_backend(pid) ${waitingForLocks}`)).rowCount)
      .toBe(1);
    expect((await writes).map((write) => write.status === 'rejected' && write.reason.code)).toEqual([
      'replica.unreachable',
      'replica.unreachable',
    ]);
    await commit();
    expect(await positionOf(establishment)).toBe(-1);
    await superuser.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reprise_replicator' and datname = current_database()`,
    );
    // The pool finds out about the others one by one; whoever gets one tries again.
    await vi.waitFor(async () => writeOne(await replica.store.open(generation, epoch)), patience);
    await vi.waitFor(async () => replica.store.generations(anEstablishment()), patience);
  });

  it('does not know a generation that is not there', async () => {
    await expect(replica.store.open(999_999, 1)).rejects.toMatchObject({ code: 'not-found' });
    await expect(replica.store.takeOver(anEstablishment())).rejects.toMatchObject({ code: 'not-found' });
  });
});
