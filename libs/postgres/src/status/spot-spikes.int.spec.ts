import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeEvent, type Finess, Instant, type LogEvent } from '#domain';
import { Directory, FindSpikes, ReplicateLog, SpotSpikes } from '#usecases';
import { anEvent, patientKey, put } from '../../../testing/src/builders/feed.js';
import { MemoryEstablishmentLog } from '../../../testing/src/memory-establishment-log.js';
import { anEstablishment, AReplica, byWords } from '../../test/a-replica.js';
import { PostgresReplicaStatus } from './postgres-replica-status.js';

const [minuteMs, dayMs] = [60_000, 24 * 3_600_000];
const now = 1_790_000_000_000;

let replica: AReplica;
let status: PostgresReplicaStatus;
beforeAll(async () => {
  replica = await AReplica.open();
  status = new PostgresReplicaStatus('a', replica.database.urls.control, byWords);
});
afterAll(async () => {
  await status.close();
  await replica.close();
});

/** An establishment whose log gets each event at the time that is said. */
class AFeed {
  readonly finess: Finess = anEstablishment();
  readonly directory = new Directory();
  private at = Instant.of(0);
  private readonly log = new MemoryEstablishmentLog(() => this.at);
  private readonly replicate = new ReplicateLog(replica.store, this.log);
  private next: number | undefined;

  constructor() {
    this.directory.establishments.set(this.finess, {
      finess: this.finess,
      name: 'CH (démo)',
      sites: [],
      timeZone: 'Europe/Paris',
    });
    this.directory.senders.set('his-demo', {
      name: 'his-demo',
      finess: this.finess,
      language: 'fr',
      foreignFiness: 'warn',
      testIdentities: 'warn',
      productionIdentities: 'warn',
      acknowledgement: 'as-asked',
      incarnation: 1,
    });
  }

  async came(at: number, events: readonly LogEvent[]): Promise<void> {
    this.next ??= (await this.replicate.start(this.finess)) + 1;
    this.at = Instant.of(at);
    for (const event of events) await this.log.append(this.finess, encodeEvent(event), {});
    const { logId, last } = await this.log.range(this.finess);
    for await (const entries of this.log.read(this.finess, this.next as never, last))
      await this.replicate.apply({ establishment: this.finess, logId, entries });
    this.next = last + 1;
  }

  problems(at = now) {
    return new SpotSpikes(new FindSpikes([status])).look(this.directory, Instant.of(at));
  }
}

const numbers = (count: number, from = 0): readonly number[] => Array.from({ length: count }, (_, n) => from + n);
const puts = (count: number, from = 0, told = 'a') =>
  numbers(count, from).map((n) => anEvent([put(patientKey(n), { language: told })], { label: 'PUT Patient' }));
const removals = (count: number, from = 0, sender = 'his-demo') =>
  numbers(count, from).map((n) =>
    anEvent([{ kind: 'remove', record: patientKey(n) }], { label: 'DELETE Patient', sender }),
  );

describe('what a sender removes and rewrites', () => {
  it('is told within seconds, a day long: 160 removed and 166 rewritten', async () => {
    const feed = new AFeed();
    await feed.came(now - 30 * minuteMs, puts(400));
    expect(await feed.problems()).toEqual([]);
    await feed.came(now - 2000, [...removals(160), ...puts(166, 200, 'b')]);
    const [problem, ...others] = await feed.problems();
    expect(others).toEqual([]);
    expect(problem).toMatchObject({
      code: 'removals.spiked',
      state: 'wrong',
      sender: 'his-demo',
      establishment: feed.finess,
    });
    expect(problem?.text).toContain('his-demo removed 160 records and rewrote 166, from 2026-09-21T');
    expect(problem?.command).toMatch(
      /^reprise messages --summary --establishment \d{9} --sender his-demo --since 2026-\S+Z$/,
    );
    const later = await feed.problems(now + 20 * 3_600_000);
    expect(later).toMatchObject([{ code: 'removals.spiked', text: problem?.text }]);
    expect(later[0]?.command).toContain('--until 2026-');
    expect(await feed.problems(now + 26 * 3_600_000)).toEqual([]);
  });

  it('is told of a Bundle, whatever its label', async () => {
    const feed = new AFeed();
    await feed.came(now - 30 * minuteMs, puts(40));
    const removed = numbers(40).map((n) => ({ kind: 'remove', record: patientKey(n) }) as const);
    await feed.came(now - 2000, [anEvent(removed, { label: 'Bundle transaction' })]);
    expect(await feed.problems()).toMatchObject([{ code: 'removals.spiked' }]);
  });

  it('is told of one that is not declared any more, by a command that it can be seen with', async () => {
    const feed = new AFeed();
    await feed.came(now - 30 * minuteMs, puts(40));
    await feed.came(now - 2000, removals(40, 0, 'gone'));
    const [problem] = await feed.problems();
    expect(problem?.sender).toBe('gone');
    expect(problem?.command).not.toContain('--sender');
  });

  it('is told of records that were there and are rewritten, once there is a past', async () => {
    const used = new AFeed();
    await used.came(now - 3 * dayMs, puts(300));
    await used.came(now - 2000, [...puts(166, 0, 'b'), ...puts(50, 1000)]);
    expect(await used.problems()).toEqual([]);
    const grown = new AFeed();
    for (const n of numbers(9)) await grown.came(now - 2 * dayMs + n * 20 * minuteMs, puts(20, 20 * n));
    await grown.came(now - 2000, puts(166, 0, 'b'));
    expect(await grown.problems()).toMatchObject([
      { code: 'rewrites.spiked', text: expect.stringContaining('his-demo rewrote 166 records, from') as string },
    ]);
  });

  it('is no news of a feed that only adds, that begins, or whose job removes thousands each night', async () => {
    const adds = new AFeed();
    await adds.came(now - 3 * dayMs, puts(10));
    await adds.came(now - 2000, puts(500, 100));
    expect(await adds.problems()).toEqual([]);
    const begins = new AFeed();
    await begins.came(now - 5000, puts(200));
    await begins.came(now - 2000, puts(200, 0, 'b'));
    expect(await begins.problems()).toEqual([]);
    const nightly = new AFeed();
    await nightly.came(now - 2 * dayMs, [...puts(600), ...removals(250)]);
    await nightly.came(now - minuteMs, removals(300, 250));
    expect(await nightly.problems()).toEqual([]);
  });

  it('is measured anew where another replica has to answer, or the minute goes on', async () => {
    const feed = new AFeed();
    const away = new PostgresReplicaStatus('b', 'postgres://nobody:x@127.0.0.1:1/none', byWords);
    const source = new SpotSpikes(new FindSpikes([away, status]));
    await feed.came(now - 30_000, [...puts(60), ...removals(20)]);
    expect(await source.look(feed.directory, Instant.of(now - 20_000))).toEqual([]);
    await feed.came(now - 10_000, removals(20, 20));
    expect(await source.look(feed.directory, Instant.of(now - 5_000))).toMatchObject([{ code: 'removals.spiked' }]);
    await away.close();
  });
});
