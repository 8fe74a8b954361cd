import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEvent, type Finess, type LogEvent, Position, type RecordKey, type Timeline } from '#domain';
import { BuildGeneration, ReindexOlder, ReplicateLog, type Scrubbed } from '#usecases';
import { anyFeed } from '../../../testing/src/builders/feed.js';
import { aLog, anEstablishment, AReplica, byWords, follow, wordsOf } from '../../test/a-replica.js';
import { PostgresGenerationBuilder } from '../build/postgres-generation-builder.js';
import type { SearchRule } from '../rows/search-rule.js';
import { PostgresSearchIndex } from '../search/postgres-search-index.js';
import { PostgresReplicaStatus } from '../status/postgres-replica-status.js';
import { PostgresReplicaStore } from '../write/postgres-replica-store.js';
import { byKey } from './by-key.js';
import { PostgresReplicaScrub } from './postgres-replica-scrub.js';
import { beginningOf, pageOf, walked } from './rows-that-differ.sql.js';

const newer: SearchRule = {
  version: 2,
  changedSince: (version) => (version < 2 ? ['Patient'] : []),
  tokensOf: (key: RecordKey, content) =>
    key.startsWith('Patient/') ? wordsOf(key, content).map((word) => `${word}2`) : wordsOf(key, content),
};

let replica: AReplica;
let superuser: pg.Client;
let status: PostgresReplicaStatus;
beforeAll(async () => {
  replica = await AReplica.open();
  superuser = new pg.Client({ connectionString: replica.database.superuserUrl });
  await superuser.connect();
  status = new PostgresReplicaStatus('a', replica.database.urls.control, byWords);
});
afterAll(async () => {
  await Promise.all([superuser.end(), status.close()]);
  await replica.close();
});

const aFeed = (events: number, seed: number): readonly LogEvent[] =>
  fc.sample(anyFeed(events, events), { numRuns: 1, seed })[0] ?? [];
const few = { rows: 5, bytes: 300 };
const never = 1_000_000_000;

const epochOf = async (establishment: Finess): Promise<number> =>
  (
    await superuser.query('select max(owner_epoch)::int as epoch from generations where establishment = $1', [
      establishment,
    ])
  ).rows[0].epoch;
const owning = async (establishment: Finess) => [{ establishment, epoch: await epochOf(establishment) }];

/** All pieces that are due. */
const all = async (scrub: PostgresReplicaScrub, establishment: Finess): Promise<readonly Scrubbed[]> => {
  const pieces: Scrubbed[] = [];
  const owned = await owning(establishment);
  for (let piece = await scrub.scrubSome(owned); piece; piece = await scrub.scrubSome(owned)) pieces.push(piece);
  return pieces;
};
const shown = async (establishment: Finess) =>
  (await status.live()).find((one) => one.establishment === establishment)?.scrub;

describe('reading all that a replica serves', () => {
  it('goes on where it was killed, reads each row once a round, and rests then', async () => {
    const establishment = anEstablishment();
    await follow(replica.store, aLog(), establishment, aFeed(60, 1));
    const owned = await owning(establishment);
    const killed = new PostgresReplicaScrub(replica.replica, byWords, few, never);
    for (let pieces = 0; pieces < 7; pieces++) await killed.scrubSome(owned);
    expect(await shown(establishment)).toMatchObject({
      position: expect.stringMatching(/^versions \d+$/) as string,
      lastFullRoundAt: null,
    });
    const next = new PostgresReplicaScrub(replica.replica, byWords, few, never);
    const pieces = await all(next, establishment);
    const { rows } = await superuser.query(
      `select (select count(*) from versions where establishment = $1) + (select count(*) from heads where establishment = $1)
        + (select count(*) from tokens where establishment = $1) + (select count(*) from messages where establishment = $1)
        + (select count(*) from parked where establishment = $1) as count,
        (select sum(octet_length(content)) from versions where establishment = $1) as bytes`,
      [establishment],
    );
    expect(pieces.at(-1)).toMatchObject({
      isRoundDone: true,
      rows: Number(rows[0].count),
      bytes: Number(rows[0].bytes),
    });
    expect(await shown(establishment)).toMatchObject({
      position: '',
      firstDifference: null,
      lastFullRoundAt: expect.any(Number) as number,
    });
    expect(await next.scrubSome(owned)).toBeUndefined();
    // Whoever has lost the establishment reads it no more.
    await superuser.query('update scrubs set last_full_round_at = 0');
    expect(await next.scrubSome(owned.map((one) => ({ ...one, epoch: one.epoch - 1 })))).toBeUndefined();
    expect(await next.scrubSome(owned)).toMatchObject({ establishment, isRoundDone: false });
  });

  it('calls nothing a difference that is being written, drained or computed anew at that moment', async () => {
    for (const seed of [1, 2, 3]) {
      const [log, establishment] = [aLog(), anEstablishment()];
      await follow(replica.store, log, establishment, aFeed(60, seed));
      const store = new PostgresReplicaStore(replica.replica, replica.copies, newer);
      const replicate = new ReplicateLog(store, log);
      await replicate.start(establishment);
      const reindex = new ReindexOlder(
        new PostgresSearchIndex(replica.replica, newer, { rows: 3, bytes: 1 << 20 }),
        replicate,
      );
      const scrub = new PostgresReplicaScrub(replica.replica, newer, few, 0);
      let isWriting = true;
      const write = async (): Promise<void> => {
        for (const event of aFeed(60, seed + 10)) {
          await log.append(establishment, encodeEvent(event), {});
          const { logId, last } = await log.range(establishment);
          for await (const entries of log.read(establishment, last, last))
            await replicate.apply({ establishment, logId, entries });
        }
        isWriting = false;
      };
      const anew = async (): Promise<void> => {
        while (await reindex.some());
      };
      let rounds = 0;
      const read = async (): Promise<void> => {
        while (isWriting || rounds === 0) {
          const piece = await scrub.scrubSome(replicate.owned);
          expect(piece?.found).toBeUndefined();
          if (piece?.isRoundDone) rounds += 1;
        }
      };
      await Promise.all([write(), anew(), read()]);
      expect(rounds).toBeGreaterThan(0);
      expect(await shown(establishment)).toMatchObject({ firstDifference: null });
    }
  });

  it('goes by keys, a page at a time, however small the table is', async () => {
    const establishment = anEstablishment();
    await follow(replica.store, aLog(), establishment, aFeed(60, 6));
    const { rows } = await superuser.query('select max(generation) as generation from generations');
    await superuser.query(`begin; ${byKey}`);
    for (const table of walked) {
      const page = pageOf[table](rows[0].generation, few);
      const plan = await superuser.query({
        text: `explain (costs off) ${page}`,
        values: [...beginningOf[table]],
        rowMode: 'array',
      });
      const lines = plan.rows.map(([line]) => String(line));
      expect([table, lines.filter((line) => /Sort|Seq Scan|Bitmap/.test(line))]).toEqual([table, []]);
      expect(lines.join()).toContain('Index');
    }
    await superuser.query('rollback');
  });

  it('waits for no writer', async () => {
    const establishment = anEstablishment();
    await follow(replica.store, aLog(), establishment, aFeed(20, 4));
    await superuser.query('begin');
    await superuser.query('select from generations where establishment = $1 for update', [establishment]);
    await superuser.query('update heads set tokens = tokens where establishment = $1', [establishment]);
    const pieces = await all(new PostgresReplicaScrub(replica.replica, byWords, few, never), establishment);
    expect(pieces.at(-1)?.isRoundDone).toBe(true);
    await superuser.query('rollback');
  });

  it('reads what waits to be promoted too, what was dropped no more; a difference is told until a full round finds none', async () => {
    const [log, establishment] = [aLog(), anEstablishment()];
    await follow(replica.store, log, establishment, aFeed(30, 5));
    const cut = Position.of(20);
    const timeline: Timeline = {
      number: 2,
      parent: { number: 1 },
      branch: cut,
      cut,
      exclusions: { senders: [], types: [], between: [], clock: 'recorded' },
      plannedAt: cut,
      afterCut: 'omit',
      resumeAt: 'not-promoted',
    };
    const builder = new PostgresGenerationBuilder(replica.replica, replica.copies, byWords);
    await new BuildGeneration(log, builder).run(
      'restore-scrubbed',
      { establishment, timeline, buildTo: cut, events: 21 },
      new AbortController().signal,
    );
    const round = async (): Promise<readonly Scrubbed[]> => {
      await superuser.query('update scrubs set last_full_round_at = 0');
      return all(new PostgresReplicaScrub(replica.replica, byWords, few, never), establishment);
    };
    const [live, built] = [...new Set((await round()).map(({ generation }) => generation))];
    expect(built).toBeGreaterThan(live ?? Number.NaN);
    const flip = `update versions set content = set_byte(content, 0, get_byte(content, 0) # 1)
      where generation = $1 and position = (select min(position) from versions where generation = $1 and not deleted)`;
    await superuser.query(flip, [built]);
    expect((await round()).filter(({ found }) => found)).toMatchObject([
      { generation: built, found: { what: expect.stringMatching(/^versions\.content at \d+$/) as string } },
    ]);
    await superuser.query(flip, [live]);
    expect((await round()).filter(({ found }) => found).map(({ generation }) => generation)).toEqual([live, built]);
    expect((await shown(establishment))?.firstDifference?.what).toMatch(/^versions\.content at \d+$/);
    await superuser.query(flip, [live]);
    await superuser.query('update scrubs set last_full_round_at = 0');
    await new PostgresReplicaScrub(replica.replica, byWords, few, never).scrubSome(await owning(establishment));
    expect((await shown(establishment))?.firstDifference).not.toBeNull();
    await round();
    expect((await shown(establishment))?.firstDifference).toBeNull();
    await builder.discard(built ?? 0);
    expect(new Set((await round()).map(({ generation }) => generation))).toEqual(new Set([live]));
  });
});
