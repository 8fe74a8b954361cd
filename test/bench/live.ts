import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from '#postgres';
import type { AppUnderTest, BenchSystem } from './bench-system.js';
import { declareTerritory } from './declared-territory.js';
import { territory } from './observations.js';
import type { CopyFloor } from './parts/copy-floor.js';
import type { FillLog } from './parts/fill-log.js';
import { startMeter } from './process-costs.js';
import { against, cpuPerEvent, percentile, type Line, type Report } from './report.js';

const lagSeconds = 10;
const lagPerSecond = 1000;

/** Where a role logs in, its password in a file. */
export const loginOf = ({ postgres, folder }: BenchSystem, role: 'replicator' | 'reader') => {
  const url = new URL(postgres.urls[role]);
  url.password = '';
  const file = join(folder, `${role}.password`);
  writeFileSync(file, postgres.passwords[role], { mode: 0o600 });
  return { POSTGRES_URL: url.href, POSTGRES_PASSWORD_FILE: file };
};

/** The real replicator on a fresh replica. */
export const startReplicator = async (system: BenchSystem): Promise<AppUnderTest> => {
  await migrate(system.postgres.urls.owner);
  return system.launch('replicator', {
    KAFKA_BROKERS: system.kafka.brokers,
    TRUSTED_KEYS_DIR: system.trustedKeysDir,
    REPLICA: 'a',
    TERRITORY: territory,
    ...loginOf(system, 'replicator'),
  });
};

const positionNow = async (client: pg.Client): Promise<number> => {
  const { rows } = await client.query<{ position: number }>(
    'select max(position)::float8 as position from generations',
  );
  return rows[0]?.position ?? -1;
};

/** Waits until the replica has this position; gives the one that it has then. */
export const untilPosition = async (client: pg.Client, wanted: number): Promise<number> => {
  for (;;) {
    const position = await positionNow(client).catch(() => -1);
    if (position >= wanted) return position;
    await sleep(5);
  }
};

export const openReplicaView = async (system: BenchSystem): Promise<pg.Client> => {
  const connectionString = system.postgres.superuserUrl.replace(/postgres$/, 'reprise');
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
};

/**
 * From LogAppendTime to the commit that made the version visible, as the database noted it (`track_commit_timestamp`): nothing is
 * polled, and the process that is measured is the real one. LogAppendTime is a whole millisecond, rounded down, which adds up to
 * 1 ms and 0.5 ms on average.
 */
const lags = async (client: pg.Client, from: number): Promise<readonly number[]> => {
  const { rows } = await client.query<{ lag: number }>(
    `select extract(epoch from pg_xact_commit_timestamp(xmin))::float8 * 1000 - recorded_at as lag
     from versions where position >= $1 order by 1`,
    [from],
  );
  return rows.map(({ lag }) => lag);
};

const catchUp = async (system: BenchSystem, client: pg.Client, replicator: AppUnderTest, events: number) => {
  const first = await untilPosition(client, 0);
  const stop = startMeter({ node: replicator.pid, postgres: system.postgres.pid, kafka: system.kafka.pid });
  const last = await untilPosition(client, events - 1);
  return { costs: stop(), count: last - first };
};

const keepUp = async (system: BenchSystem, client: pg.Client, replicator: AppUnderTest, after: number) => {
  // The prepared statements are made anew and the feed stands at its end before anything is measured.
  const warm = 500;
  const { brokers } = system.kafka;
  await system.part('fill-log', { brokers, events: warm, after, perSecond: lagPerSecond } satisfies FillLog);
  await untilPosition(client, after + warm - 1);
  const from = after + warm;
  const events = lagSeconds * lagPerSecond;
  const stop = startMeter({ node: replicator.pid, postgres: system.postgres.pid, kafka: system.kafka.pid });
  await system.part('fill-log', { brokers, events, after: from, perSecond: lagPerSecond } satisfies FillLog);
  await untilPosition(client, from + events - 1);
  return { costs: stop(), events, lags: await lags(client, from) };
};

/** Log -> replica with the real replicator: how fast it catches up, and how far behind it is at a thousand events a second. */
export const benchLive = async (system: BenchSystem, events: number): Promise<Report> => {
  const { kafka, postgres } = system;
  await declareTerritory(kafka.brokers);
  await system.part('fill-log', { brokers: kafka.brokers, events } satisfies FillLog);
  const client = await openReplicaView(system);
  const startedAt = performance.now();
  const replicator = await startReplicator(system);
  const caught = await catchUp(system, client, replicator, events);
  const wholeSeconds = (performance.now() - startedAt) / 1000;
  const kept = await keepUp(system, client, replicator, events);
  await replicator.stop();
  await client.end();
  const floor: CopyFloor = { ownerUrl: postgres.urls.owner, events };
  const { rate: copied } = await system.part<{ rate: number }>('copy-floor', floor);
  const rate = caught.count / caught.costs.seconds;
  const lines: readonly Line[] = [
    {
      name: 'catch-up, history and heads',
      rate,
      unit: 'events/s',
      cpuUs: cpuPerEvent(caught.costs, caught.count),
      floor: against(rate, 'binary COPY of the versions', copied),
      aim: '>= 18,000 events/s',
    },
    {
      name: 'lag, append to commit',
      rate: kept.events / kept.costs.seconds,
      unit: 'events/s',
      p50Ms: percentile(kept.lags, 0.5),
      p99Ms: percentile(kept.lags, 0.99),
      cpuUs: cpuPerEvent(kept.costs, kept.events),
      aim: 'p50 <= 8 ms',
    },
  ];
  return {
    bench: `live, ${events} events`,
    lines,
    peakMb: kept.costs.peakMb,
    figures: { 'from the start of the process to level, s:': wholeSeconds },
  };
};
