import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Finess, type LogEvent, RecordKey } from '#domain';
import { VerifyReplicas } from '#usecases';
import { anEvent, patientKey, put } from '../../../testing/src/builders/feed.js';
import { aLog, anEstablishment, AReplica, byWords, follow } from '../../test/a-replica.js';
import { PostgresReplicaStatus } from '../status/postgres-replica-status.js';
import { PostgresReplicaScrub } from './postgres-replica-scrub.js';

/** One value that is changed behind the back of Reprise: $1 generation, $2 that of another establishment. */
interface Change {
  readonly sql: string;
  /** What is named first; `scrub` where the replica by itself can tell. */
  readonly scrub?: RegExp;
  /** The same by `verify replica`, which also holds the replicas side by side. */
  readonly verify: RegExp;
}

/** A column of which no proof speaks, and why it need not. */
interface Exempt {
  readonly because: string;
}

const both = (sql: string, told: RegExp): Change => ({ sql, scrub: told, verify: told });
const ofP1 = `generation = $1 and type = 'Patient' and id = 'p1'`;
const newestOfP1 = `${ofP1} and position = 3`;
const versions = (set: string, told: RegExp): Change => both(`update versions set ${set} where ${newestOfP1}`, told);
const heads = (set: string, told: RegExp): Change => both(`update heads set ${set} where ${ofP1}`, told);
const tokens = (set: string, told: RegExp): Change =>
  both(`update tokens set ${set} where ${ofP1} and token = 'key|Patient/p1'`, told);
const messages = (set: string, told: RegExp): Change =>
  both(`update messages set ${set} where generation = $1 and position = 3`, told);
const parked = (set: string, told: RegExp): Change => both(`update parked set ${set} where generation = $1`, told);

/** Every column that `reprise_reader` may select. A new one does not pass until it is here. */
const served: Readonly<Record<string, Change | Exempt>> = {
  'establishments.establishment': {
    sql: `update establishments set establishment = establishment || 'x' where live_generation = $1`,
    verify: /no tables/,
  },
  'establishments.live_generation': both(
    `update establishments set live_generation = $2 where live_generation = $1`,
    /^generation: establishments\.live_generation/,
  ),
  'establishments.level_at': {
    because: 'the age of what a replica serves is its own; two replicas never have the same',
  },
  'generations.generation': {
    sql: `update generations set generation = default where generation = $1`,
    verify: /no tables/,
  },
  'generations.establishment': both(
    `update generations set establishment = 'x' where generation = $1`,
    /^generation: establishments\.live_generation/,
  ),
  'generations.timeline': both(
    `update generations set timeline = '{"number": 7}' where generation = $1`,
    /^generation: generations\.timeline/,
  ),
  // A higher one stands against the log: `verify log`.
  'generations.position': both(
    `update generations set position = 2 where generation = $1`,
    /^Patient\/p1: versions\.position/,
  ),
  'generations.search_version': {
    because: 'it says which words a search asks for besides; where rows are behind what it says, their tokens are told',
  },
  'versions.generation': versions('generation = $2', /^Patient\/p1: (versions of its head|heads)/),
  'versions.establishment': versions(`establishment = 'x'`, /^Patient\/p1: versions\.establishment/),
  'versions.type': versions(`type = 'Patienu'`, /^Patienu\/p1: messages of its event/),
  'versions.id': versions(`id = 'p0'`, /^Patient\/p0: messages of its event/),
  'versions.timeline': versions('timeline = 2', /^Patient\/p1: versions\.timeline/),
  'versions.position': versions('position = 2', /^Patient\/p1: messages of its event/),
  'versions.recorded_at': versions('recorded_at = recorded_at + 1', /^Patient\/p1: versions\.recorded_at/),
  'versions.deleted': versions('deleted = true', /^Patient\/p1: versions\.deleted/),
  'versions.patient': versions(`patient = 'Patient/p2'`, /^Patient\/p1: heads\.patient/),
  'versions.tokens': versions(`tokens = tokens || array['more']`, /^Patient\/p1: versions\.tokens/),
  'versions.content': versions(
    'content = set_byte(content, 9, get_byte(content, 9) # 1)',
    /^Patient\/p1: versions\.content/,
  ),
  'versions.content_hash': versions(
    'content_hash = set_byte(content_hash, 9, get_byte(content_hash, 9) # 1)',
    /^Patient\/p1: versions\.content/,
  ),
  'heads.generation': heads('generation = $2', /^Patient\/p1: heads/),
  'heads.establishment': heads(`establishment = 'x'`, /^Patient\/p1: heads\.establishment/),
  'heads.type': heads(`type = 'Patienu'`, /^Patient\/p1: heads/),
  'heads.id': heads(`id = 'p0'`, /^Patient\/p1: heads/),
  'heads.timeline': heads('timeline = 2', /^Patient\/p1: heads\.timeline/),
  'heads.position': heads('position = 2', /^Patient\/p1: heads/),
  'heads.recorded_at': heads('recorded_at = recorded_at - 1', /^Patient\/p1: heads\.recorded_at/),
  'heads.deleted': heads('deleted = true', /^Patient\/p1: heads\.deleted/),
  'heads.patient': heads('patient = null', /^Patient\/p1: heads\.patient/),
  'heads.tokens': heads('tokens = tokens[2:]', /^Patient\/p1: heads\.tokens/),
  'heads.content_hash': heads(`content_hash = '\\x00'`, /^Patient\/p1: heads\.content_hash/),
  'tokens.generation': tokens('generation = $2', /^Patient\/p1: tokens/),
  'tokens.establishment': tokens(`establishment = 'x'`, /^Patient\/p1: tokens\.establishment/),
  'tokens.type': tokens(`type = 'Patienu'`, /^Patient\/p1: tokens/),
  'tokens.token': tokens(`token = 'key|Patient/p0'`, /^Patient\/p1: tokens/),
  'tokens.id': tokens(`id = 'p2'`, /^Patient\/p1: tokens/),
  'messages.generation': messages('generation = $2', /^Patient\/p1: messages of its event/),
  'messages.establishment': messages(`establishment = 'x'`, /^event 3: messages\.establishment/),
  'messages.position': messages('position = 99', /^Patient\/p1: messages of its event/),
  'messages.recorded_at': messages('recorded_at = recorded_at + 1', /^Patient\/p1: versions\.recorded_at/),
  'messages.records': messages(`records = '{Patient/p2}'`, /^Patient\/p1: messages of its event/),
  'parked.generation': parked('generation = $2', /^event 5: messages\.outcome/),
  'parked.establishment': parked(`establishment = 'x'`, /^event 5: parked\.establishment/),
  'parked.position': parked('position = 4', /^event 4: messages\.outcome/),
  'parked.recorded_at': parked('recorded_at = recorded_at + 1', /^event 5: parked\.recorded_at/),
  'parked.appended_at': parked('appended_at = appended_at + 1', /^event 5: parked\.appended_at/),
  // Who waits is what the fold says: one replica has nothing beside it.
  'parked.waiting': {
    sql: `update parked set waiting = '{Patient/p3}' where generation = $1`,
    verify: /^event 5: parked\.waiting/,
  },
};

const observation = RecordKey.parse('Observation/o1');
const feed = [
  anEvent([put(patientKey(1), { gender: 'male' }, patientKey(1))]),
  anEvent([put(patientKey(2), {}, patientKey(2))]),
  anEvent([put(observation, { status: 'final' }, patientKey(1))]),
  anEvent([put(patientKey(1), { gender: 'female' }, patientKey(1))]),
  anEvent([{ kind: 'remove', record: patientKey(2) }]),
  anEvent([{ kind: 'merge-patch', record: patientKey(9), content: Buffer.from('{}') }]),
];

describe('what readers are served', () => {
  let [a, b]: AReplica[] = [];
  let statuses: readonly PostgresReplicaStatus[] = [];
  let superuser: pg.Client;

  beforeAll(async () => {
    [a, b] = [await AReplica.open(), await AReplica.open()];
    statuses = [
      new PostgresReplicaStatus('a', a.database.urls.control, byWords),
      new PostgresReplicaStatus('b', b.database.urls.control, byWords),
    ];
    superuser = new pg.Client({ connectionString: a.database.superuserUrl });
    await superuser.connect();
  });
  afterAll(async () => {
    await superuser?.end();
    for (const status of statuses) await status.close();
    await Promise.all([a?.close(), b?.close()]);
  });

  /** Tables that a reader sees; parents before what refers to them by number only. */
  const tables = [...new Set(Object.keys(served).map((column) => column.split('.', 1)[0] ?? ''))];
  const [finess, other] = [anEstablishment(), anEstablishment()];
  let generations: { readonly own: number; readonly others: number };

  beforeAll(async () => {
    generations = { own: await followed(finess, feed), others: await followed(other, []) };
    for (const table of tables) await superuser.query(`create table kept_${table} as table ${table}`);
  });
  afterEach(async () => {
    for (const table of tables)
      await superuser.query(`delete from ${table}; insert into ${table} overriding system value table kept_${table}`);
  });

  const generationOf = async (finess: Finess): Promise<number> =>
    (await superuser.query(`select generation from generations where establishment = $1`, [finess])).rows[0].generation;

  const followed = async (finess: Finess, events: readonly LogEvent[]): Promise<number> => {
    for (const replica of [a, b]) if (replica) await follow(replica.store, aLog(), finess, events);
    return generationOf(finess);
  };

  /** One full round; what it found first. */
  const scrubbed = async (): Promise<string> => {
    if (!a) throw new Error('not open');
    const scrub = new PostgresReplicaScrub(a.replica, byWords, { rows: 4, bytes: 60 }, 1_000_000);
    await superuser.query('update scrubs set place = null, last_full_round_at = 0, found = null, difference = null');
    const told: string[] = [];
    for (
      let piece = await scrub.scrubSome([{ establishment: finess, epoch: 1 }]);
      piece;
      piece = await scrub.scrubSome([{ establishment: finess, epoch: 1 }])
    )
      if (piece.found) told.push(`${piece.found.record}: ${piece.found.what}`);
    return told[0] ?? 'none';
  };

  const verified = async (): Promise<string> => {
    const verify = new VerifyReplicas(statuses, async () => undefined);
    try {
      const { verdict, checks, examined } = await verify.verify(finess, () => ({ timeline: 1 }));
      if (verdict === 'same') return `none in ${examined.records} records`;
      return checks.find(({ ok, expected }) => !ok && expected === 'none')?.found ?? verdict;
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  };

  it('is every column that a reader may select, and nothing else', async () => {
    const { rows } = await superuser.query<{ name: string }>(
      `select distinct table_name || '.' || column_name as name from information_schema.column_privileges
       where grantee = 'reprise_reader' and privilege_type = 'SELECT' and table_schema = 'public'`,
    );
    expect(rows.map(({ name }) => name).toSorted()).toEqual(Object.keys(served).toSorted());
  });

  it.each(Object.entries(served).flatMap(([column, change]) => ('sql' in change ? [[column, change] as const] : [])))(
    'is red where one value of %s was changed behind its back',
    async (_column, { sql, scrub, verify }) => {
      const { own, others } = generations;
      await superuser.query(sql.replaceAll('$1', String(own)).replaceAll('$2', String(others)));
      expect(await verified()).toMatch(verify);
      if (!scrub) return;
      expect(await scrubbed()).toMatch(scrub);
      const shown = (await statuses[0]?.live())?.map(({ scrub: { firstDifference } }) => firstDifference);
      expect(shown).toContainEqual(expect.objectContaining({ what: expect.any(String) as string }));
    },
  );

  it('is green as it was written', async () => {
    expect([await scrubbed(), await verified()]).toEqual(['none', 'none in 3 records']);
  });
});
