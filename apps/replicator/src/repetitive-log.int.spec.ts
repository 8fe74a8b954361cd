import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Change, encodeEvent, Finess, Instant, type LogEvent, Position, RecordKey } from '#domain';
import { searchRule } from '#fhir';
import {
  type LogBatchEvent,
  KafkaClient,
  KafkaEstablishmentLog,
  KafkaRefusalJournal,
  LogBatchStrategy,
  LogTopics,
} from '#kafka';
import {
  migrate,
  openForCopy,
  openReplica,
  PostgresGenerationBuilder,
  PostgresReplicaStatus,
  PostgresReplicaStore,
} from '#postgres';
import { type FreshDatabase, freshDatabase, freshFiness, testKafka } from '#testing';
import {
  BuildGeneration,
  Directory,
  ListMessages,
  PlanRestore,
  type PlanRequest,
  ReplicateLog,
  ReportStatus,
  VerifyLog,
  WatchSenders,
} from '#usecases';
import { anEvent } from '../../../libs/testing/src/builders/feed.js';
import { declaredEstablishment, targetTo } from '../../../libs/testing/src/builders/restores.js';
import { aSender } from '../../../libs/testing/src/builders/sender.js';

const mebibyte = 1024 * 1024;
const events = 40;
/** What one message of 19 MB unpacks to; in the log it is a kilobyte or two. */
const messageBytes = 19_000_000;

/**
 * What the process may grow by from when the log is written until all is done (measured: 190 MB; 620 to 750 where a fetch of 1 MB is unpacked
 * whole). Two answers of 24 MB with an event each are 90, and what is made of an event to write it as much.
 */
const grownMax = 400 * mebibyte;

const document = (id: string): Buffer => {
  const attachment = { contentType: 'application/pdf', data: 'QUFB'.repeat(messageBytes / 4) };
  return Buffer.from(
    JSON.stringify({ resourceType: 'DocumentReference', id, status: 'current', content: [{ attachment }] }),
  );
};

const put = (id: string, content: Buffer): Change => ({
  kind: 'put',
  record: RecordKey.of('DocumentReference', id),
  content,
});

const result = Buffer.from(
  `MSH|^~\\&|LAB|CH|R|G|20261120||ORU^R01|L1|P|2.5\r${'OBX|1|NM|1||1\r'.repeat(messageBytes / 14)}`,
);

/** As gateways make them: some are a record of 19 MB, most are messages of which little is taken. */
const eventOf = (n: number): LogEvent => {
  if (n % 8 === 0) {
    const received = document(`d${n}`);
    return anEvent([put(`d${n}`, received)], { label: 'PUT DocumentReference', sender: 'his', received });
  }
  const small = put(`s${n}`, Buffer.from(JSON.stringify({ resourceType: 'DocumentReference', id: `s${n}` })));
  return anEvent([small], { format: 'hl7v2', sender: 'lab', label: 'ORU^R01', received: result });
};

describe('a log of kilobytes that unpacks to much', { timeout: 120_000 }, () => {
  const client = new KafkaClient({ brokers: [testKafka().brokers] });
  const [log, journal] = [new KafkaEstablishmentLog(client), new KafkaRefusalJournal(client)];
  const establishment = Finess.parse(freshFiness());
  const last = Position.of(events - 1);
  const directory = new Directory();
  let database: FreshDatabase;
  let status: PostgresReplicaStatus;
  let store: PostgresReplicaStore;
  let builder: PostgresGenerationBuilder;
  let end: () => Promise<unknown>;
  let rssBefore = 0;

  /** The most that the process took while this was done, beyond what it took once the log was written. */
  const grownBy = async (work: () => Promise<unknown>): Promise<number> => {
    let most = 0;
    const look = setInterval(() => (most = Math.max(most, process.memoryUsage.rss() - rssBefore)), 5);
    await work().finally(() => clearInterval(look));
    return most;
  };

  beforeAll(async () => {
    const told = [
      declaredEstablishment(establishment),
      { v: 1, at: Instant.of(0), by: 'test', kind: 'sender-declared', sender: aSender(establishment) } as const,
    ];
    for (const [n, event] of told.entries())
      directory.apply({ position: Position.of(n), appendedAt: Instant.of(0), event });
    await new LogTopics(client, 1).ensure([establishment]);
    for (let n = 0; n < events; n += 1) await log.append(establishment, encodeEvent(eventOf(n)), {});
    database = await freshDatabase();
    await migrate(database.urls.owner);
    const [rows, copies] = [await openReplica(database.urls.replicator), await openForCopy(database.urls.replicator)];
    store = new PostgresReplicaStore(rows, copies, searchRule);
    builder = new PostgresGenerationBuilder(rows, copies, searchRule);
    status = new PostgresReplicaStatus('a', database.urls.control, searchRule);
    end = () => Promise.all([rows.destroy(), copies.destroy(), status.close()]);
    rssBefore = process.memoryUsage.rss();
  });
  afterAll(async () => {
    await Promise.all([log.close(), journal.close()]);
    await end();
    await database.drop();
  });

  it('is followed', async () => {
    const replicate = new ReplicateLog(store, log);
    const halts: unknown[] = [];
    let reached = Position.none;
    const strategy = new LogBatchStrategy({
      client,
      replica: establishment,
      establishments: [establishment],
      startAt: (one) => replicate.start(one),
      onHalt: (_, __, cause) => halts.push(cause),
    });
    const apply = async (batch: LogBatchEvent): Promise<void> => {
      await replicate.apply(batch);
      reached = batch.entries.at(-1)?.position ?? reached;
    };
    strategy.addHandler('establishment.log', apply, true, { ahead: true });
    const grown = await grownBy(async () => {
      strategy.listen(() => {});
      await expect.poll(() => [reached, halts], { timeout: 110_000, interval: 20 }).toEqual([last, []]);
      await strategy.close();
    });
    expect(grown).toBeLessThan(grownMax);
  });

  it('is built anew', async () => {
    const target = targetTo(establishment, last);
    const build = new BuildGeneration(log, builder);
    expect(await grownBy(() => build.run('r1', target, new AbortController().signal))).toBeLessThan(grownMax);
    const [followed, built] = await store.generations(establishment);
    expect(built?.state).toBe('built');
    expect(await builder.digest(built?.generation ?? 0)).toEqual(await builder.digest(followed?.generation ?? 0));
  });

  const at = { now: Instant.of(Date.now() + 3_600_000), rate: { eventsPerSecond: 1000, basis: 'assumed' } } as const;
  const plan = (more: Partial<PlanRequest>) => async (): Promise<unknown> => {
    const request = { establishment, to: Instant.iso(Instant.of(Date.now())), ...more };
    const { cuts, excluded } = await new PlanRestore(log).plan(request, directory, at);
    return [cuts[establishment], excluded];
  };
  const logEnd = String(last);
  const whole = { verdict: 'same', examined: { events, bytes: expect.any(Number) as number } };

  it.each<readonly [string, () => Promise<unknown>, unknown]>([
    ['planned', plan({}), [logEnd, 0]],
    ['planned without some of it', plan({ excludeTypes: ['PUT DocumentReference'] }), [logEnd, 5]],
    ['planned by another clock', plan({ clock: 'sent' }), [logEnd, 0]],
    ['verified', () => new VerifyLog(log, [status]).verify(establishment), expect.objectContaining(whole)],
    [
      'looked at by senders',
      () => new WatchSenders(log, journal, [status]).look(directory, establishment, at.now),
      [expect.objectContaining({ name: 'his' })],
    ],
    [
      'looked at by messages',
      async () =>
        (await new ListMessages([status], journal).list({ establishments: [establishment], limit: 50 })).items,
      expect.objectContaining({ length: events }),
    ],
    [
      'reported on',
      () =>
        new ReportStatus([status], log, new WatchSenders(log, journal, [status])).report(
          directory,
          at.now,
          async () => at.rate,
        ),
      [expect.objectContaining({ logEnd })],
    ],
  ])('is %s', async (_, work, expected) => {
    let said: unknown;
    const grown = await grownBy(async () => (said = await work()));
    expect(said).toEqual(expected);
    expect(grown).toBeLessThan(grownMax);
  });
});
