import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finess, Instant, Position, type Timeline } from '#domain';
import { BuildGeneration, type OwnedEstablishment, VerifyReplicas } from '#usecases';
import { anEvent, anyFeed, patientKey, put } from '../../../testing/src/builders/feed.js';
import type { MemoryEstablishmentLog } from '../../../testing/src/memory-establishment-log.js';
import { aLog, anEstablishment, AReplica, byWords, follow } from '../../test/a-replica.js';
import { PostgresGenerationBuilder } from '../build/postgres-generation-builder.js';
import { PostgresReplicaStatus } from './postgres-replica-status.js';

let [a, b]: AReplica[] = [];
let [statusA, statusB]: PostgresReplicaStatus[] = [];
beforeAll(async () => {
  [a, b] = [await AReplica.open(), await AReplica.open()];
  statusA = new PostgresReplicaStatus('a', a.database.urls.control, byWords);
  statusB = new PostgresReplicaStatus('b', b.database.urls.control, byWords);
});
afterAll(async () => {
  await Promise.all([statusA?.close(), statusB?.close()]);
  await Promise.all([a?.close(), b?.close()]);
});

const both = (): readonly [AReplica, AReplica, PostgresReplicaStatus, PostgresReplicaStatus] => {
  if (!a || !b || !statusA || !statusB) throw new Error('not open');
  return [a, b, statusA, statusB];
};

const restoreTo = async (
  replica: AReplica,
  log: MemoryEstablishmentLog,
  finess: Finess,
  cut: number,
): Promise<void> => {
  const timeline: Timeline = {
    number: 2,
    parent: { number: 1 },
    branch: Position.of(cut),
    cut: Position.of(cut),
    exclusions: { senders: [], types: [], between: [], clock: 'recorded' },
    plannedAt: Position.of(cut),
    afterCut: 'omit',
    resumeAt: 'not-promoted',
  };
  const builder = new PostgresGenerationBuilder(replica.replica, replica.copies, byWords);
  const target = { establishment: finess, timeline, buildTo: Position.of(cut), events: cut + 1 };
  await new BuildGeneration(log, builder).run(`restore-${finess}`, target, new AbortController().signal);
};

const feed = [
  anEvent([put(patientKey(1), { gender: 'male', multipleBirthInteger: 1 })], { messageId: 'm1', label: 'PUT Patient' }),
  anEvent([put(patientKey(2))], { messageId: 'm2', sender: 'his-b' }),
  anEvent([put('Observation/o1' as never, { status: 'final' }, patientKey(2))]),
  anEvent([], { messageId: 'm3', label: 'ZZZ^Z99' }),
  anEvent([{ kind: 'merge-patch', record: 'Observation/none' as never, content: Buffer.from('{}') }]),
  anEvent([put(patientKey(1), { gender: 'female', multipleBirthInteger: 1 })], {
    messageId: 'm1',
    received: Buffer.from('{"a":1}'),
  }),
  anEvent([{ kind: 'remove', record: patientKey(2) }]),
  anEvent([put(patientKey(3))]),
];

/** Nothing was restored. */
const original = () => ({ timeline: 1 });

describe('a replica as operators see it', () => {
  it('tells when its replicator was last heard, by the clock of the database, and what that no longer follows', async () => {
    const [{ store }, , status] = both();
    const [finess, other] = [anEstablishment(), anEstablishment()];
    for (const one of [finess, other]) await store.ensureEstablishment(one);
    const told = async (one: Finess) => (await status.live()).find(({ establishment }) => establishment === one);
    // Who has made it lives.
    expect(await told(finess)).toMatchObject({ heardSecondsAgo: expect.closeTo(0, -1), halted: '' });
    const beat = (name: string, owned: readonly OwnedEstablishment[], halted: [Finess, string][]): Promise<void> =>
      store.beat({ name, owned, halted: new Map(halted) });
    const own = [{ establishment: finess, epoch: await store.takeOver(finess) }];
    await beat('one', own, [[finess, 'log.gap: 7 follows 5']]);
    expect(await told(finess)).toMatchObject({ halted: 'log.gap: 7 follows 5' });
    expect((await told(finess))?.heardSecondsAgo).toBeLessThan(5);
    expect(await told(other)).toMatchObject({ halted: '' });
    // Who does not own it, or no longer, does not tell of it.
    await beat('two', [], []);
    await beat('two', [{ establishment: finess, epoch: 0 }], [[finess, 'of before']]);
    expect(await told(finess)).toMatchObject({ halted: 'log.gap: 7 follows 5' });
    await beat('one', own, []);
    expect(await told(finess)).toMatchObject({ halted: '' });
    for (const name of ['one', 'two']) await store.leave(name);
  });

  it('misses a process that fell silent until another one was started in its place, and none that ended in good order', async () => {
    const [{ store, database }, , status] = both();
    const finess = anEstablishment();
    await store.ensureEstablishment(finess);
    const beat = (name: string): Promise<void> => store.beat({ name, owned: [], halted: new Map() });
    const heard = async (): Promise<readonly (readonly [string, number])[]> =>
      ((await status.live())[0]?.replicators ?? []).map(({ name, heardSecondsAgo }) => [
        name,
        Math.round(heardSecondsAgo),
      ]);
    const superuser = new pg.Client({ connectionString: database.superuserUrl });
    await superuser.connect();
    const fallSilent = (name: string, seconds: number): Promise<unknown> =>
      superuser.query('update replicators set started_at = started_at - $2, heard_at = heard_at - $2 where name = $1', [
        name,
        1000 * seconds,
      ]);
    for (const name of ['one', 'two', 'three']) await beat(name);
    await fallSilent('one', 20);
    await fallSilent('two', 30);
    expect(await heard()).toEqual([
      ['one', 20],
      ['three', 0],
      ['two', 30],
    ]);
    // It was there before they died.
    await superuser.query(`update replicators set started_at = started_at - 60000 where name = 'three'`);
    await beat('three');
    expect(await heard()).toHaveLength(3);
    // One that starts takes the place of one.
    for (let n = 0; n < 3; n += 1) await beat('four');
    expect(await heard()).toEqual([
      ['four', 0],
      ['one', 20],
      ['three', 0],
    ]);
    await store.leave('three');
    await fallSilent('one', 86_400);
    await beat('four');
    expect(await heard()).toEqual([['four', 0]]);
    await superuser.end();
    await store.leave('four');
  });

  it('tells what is live, what waits and what became of messages', async () => {
    const [replica, , status] = both();
    const [log, finess] = [aLog(), anEstablishment()];
    await follow(replica.store, log, finess, feed);
    expect((await status.live()).find(({ establishment }) => establishment === finess)).toMatchObject({
      position: 7,
      parked: 1,
      timeline: { number: 1 },
    });
    expect(await status.parked(finess)).toMatchObject([{ position: 4, waiting: ['Observation/none'] }]);
    const all = await status.messages(finess, { limit: 50 });
    expect(all.map(({ position }) => position)).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
    expect(all.map(({ outcome }) => outcome)).toEqual([
      'applied',
      'applied',
      'applied',
      'parked',
      'unmapped',
      'applied',
      'applied',
      'applied',
    ]);
    expect(all.at(-1)).toMatchObject({ controlId: 'm1', label: 'PUT Patient', records: ['Patient/p1'], sizeBytes: 2 });
    const found = async (filter: Parameters<typeof status.messages>[1]): Promise<number[]> =>
      (await status.messages(finess, filter)).map(({ position }) => position);
    expect(await found({ limit: 2, before: Position.of(6) })).toEqual([5, 4]);
    expect(await found({ limit: 9, sender: 'his-b' })).toEqual([1]);
    expect(await found({ limit: 9, outcome: 'unmapped' })).toEqual([3]);
    expect(await found({ limit: 9, controlId: 'm1' })).toEqual([5, 0]);
    expect(await found({ limit: 9, controlId: 'nobody' })).toEqual([]);
    expect(await found({ limit: 9, since: all[1]?.recordedAt as never })).toEqual([7, 6]);
    expect(await found({ limit: 9, warning: 'message-id-reused' })).toEqual([5]);
    expect(await found({ limit: 9, warning: 'message-id' })).toEqual([]);
    expect(await found({ limit: 9, until: all[1]?.recordedAt as never })).toEqual([5, 4, 3, 2, 1, 0]);
    expect(await found({ limit: 9, type: 'ZZZ' })).toEqual([3]);
    expect(await found({ limit: 9, type: 'ZZZ^Z99' })).toEqual([3]);
    expect(await found({ limit: 9, type: 'PUT' })).toEqual([7, 6, 5, 4, 2, 1, 0]);
    expect(await found({ limit: 9, type: 'PUT P' })).toEqual([]);
    expect(await found({ limit: 9, record: patientKey(2) })).toEqual([6, 1]);
    expect(await found({ limit: 9, record: 'Observation/none' as never })).toEqual([4]);
    expect(await found({ limit: 9, after: Position.of(3) })).toEqual([7, 6, 5, 4]);
    expect(await status.sameId(finess, Position.of(5))).toMatchObject([{ position: 0, sameBytes: false }]);
    expect(await status.sameId(finess, Position.of(2))).toEqual([]);
    const [first] = feed;
    if (!first) throw new Error('no feed');
    await follow(replica.store, log, finess, [first]);
    expect(await status.sameId(finess, Position.of(8))).toMatchObject([
      { position: 0, sameBytes: true, outcome: 'applied' },
      { position: 5, sameBytes: false, outcome: 'applied' },
    ]);
    expect(await status.messages(anEstablishment(), { limit: 9 })).toEqual([]);
  });

  it('counts messages by time, sender and type, and what they removed', async () => {
    const [replica, , status] = both();
    const [log, finess] = [aLog(), anEstablishment()];
    await follow(replica.store, log, finess, feed);
    const [newest] = await status.messages(finess, { limit: 1 });
    const at = newest?.recordedAt ?? Number.NaN;
    const counting = { since: Instant.of(at - 7000), until: Instant.of(at + 1), bucketMs: 60_000, limit: 99 };
    const rows = await status.countMessages(finess, counting);
    const sum = (member: 'messages' | 'parked' | 'records' | 'removed') =>
      rows.reduce((total, row) => total + row[member], 0);
    expect([sum('messages'), sum('parked'), sum('records'), sum('removed')]).toEqual([8, 1, 7, 1]);
    expect(rows.every(({ from }) => from % 60_000 === 0)).toBe(true);
    const whole = await status.countMessages(finess, { ...counting, bucketMs: 86_400_000 });
    expect(whole.map(({ sender, label, messages, removed }) => [sender, label, messages, removed])).toEqual([
      ['his-b', 'PUT Patient', 1, 0],
      ['his-demo', 'PUT Patient', 6, 1],
      ['his-demo', 'ZZZ^Z99', 1, 0],
    ]);
    expect(await status.countMessages(finess, { ...counting, limit: 1 })).toHaveLength(1);
    expect(await status.countMessages(finess, { ...counting, until: Instant.of(at) })).not.toEqual(rows);
    expect(await status.countMessages(finess, { ...counting, sender: 'nobody' })).toEqual([]);
  });

  it('tells of builds, and how the restored generation differs from the live one', async () => {
    const [replica, , status] = both();
    const [log, finess] = [aLog(), anEstablishment()];
    await follow(replica.store, log, finess, feed);
    await restoreTo(replica, log, finess, 3);
    const [live, restored] = (await status.generations()).filter(({ establishment }) => establishment === finess);
    expect(live).toMatchObject({ live: true, state: 'following', position: 7 });
    expect(restored).toMatchObject({
      live: false,
      state: 'built',
      phase: 'done',
      eventsDone: 4,
      eventsTotal: 4,
      records: 3,
    });
    expect(restored?.stateDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(restored?.finishedAt).toBeGreaterThanOrEqual(restored?.startedAt ?? Number.NaN);
    expect(await status.generations(`restore-${finess}`)).toEqual([restored]);
    const [before, after] = [live?.generation ?? 0, restored?.generation ?? 0];
    expect(await status.compare(before, after)).toEqual({
      byType: {
        Observation: { added: 0, changed: 0, removed: 0, same: 1 },
        Patient: { added: 1, changed: 1, removed: 1, same: 0 },
      },
      patients: { added: 1, changed: 1, removed: 1 },
    });
    expect(await status.comparePatients(before, after, 10)).toEqual([
      { patient: 'Patient/p1', difference: 'changed' },
      { patient: 'Patient/p2', difference: 'added' },
      { patient: 'Patient/p3', difference: 'removed' },
    ]);
    expect(await status.compareFields(before, after)).toEqual({ Patient: { gender: 1 } });
    expect(await status.compare(before, before)).toMatchObject({ patients: { added: 0, changed: 0, removed: 0 } });
  });

  it('gives one digest for one log, at one position or from history, and notices a byte', async () => {
    const [one, two, status, other] = both();
    for (const events of fc.sample(anyFeed(60), { numRuns: 4, seed: 7 })) {
      const [log, finess] = [aLog(), anEstablishment()];
      const whole = [...feed, ...events];
      await follow(one.store, log, finess, whole, [3]);
      const shorter = aLog();
      await follow(two.store, shorter, finess, whole.slice(0, -2), [11]);
      const verify = new VerifyReplicas([status, other], async () => undefined);
      const behind = await verify.verify(finess, original);
      expect(behind).toMatchObject({ basis: 'history', position: String(whole.length - 3) });
      expect(behind.examined.records).toBeGreaterThan(0);
      await follow(two.store, shorter, finess, whole.slice(-2));
      expect(await verify.verify(finess, original)).toMatchObject({ verdict: 'same', basis: 'heads' });
    }
    const finess = anEstablishment();
    await follow(one.store, aLog(), finess, feed);
    await follow(two.store, aLog(), finess, feed.slice(0, -1).concat(anEvent([put(patientKey(4))])));
    const verify = new VerifyReplicas([status, other], async () => undefined);
    expect((await verify.verify(finess, original)).verdict).toBe('differs');
    const empty = anEstablishment();
    await follow(one.store, aLog(), empty, []);
    await follow(two.store, aLog(), empty, []);
    expect((await verify.verify(empty, original)).verdict).toBe('nothing-examined');
  });

  it('is away, and says so', async () => {
    const away = new PostgresReplicaStatus('c', 'postgres://nobody:x@127.0.0.1:1/none', byWords);
    await expect(away.live()).rejects.toMatchObject({
      code: 'replica.unreachable',
      message: `replica ${away.name}: its database does not answer`,
      hint: `look whether the Postgres of replica ${away.name} runs, and at its log`,
    });
    await expect(away.snapshot(anEstablishment())).rejects.toMatchObject({ code: 'replica.unreachable' });
    await away.close();
  });

  it('cannot write', async () => {
    const [, , status] = both();
    const pool = (status as unknown as { readonly pool: { query(sql: string): Promise<unknown> } }).pool;
    await expect(pool.query('update establishments set level_at = 0')).rejects.toThrow('permission denied');
  });
});
