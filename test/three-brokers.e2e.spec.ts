import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KafkaClient, KafkaEstablishmentLog } from '#kafka';
import { demoTerritory } from '../apps/local/src/demo-territory.js';
import { lostFrom, messagesIn } from './system/lost-from-log.js';
import { type Acknowledged, longestSilenceMs, sendSteadily } from './system/steady-senders.js';
import { ThreeBrokers } from './system/three-brokers.js';

/** `REPRISE_TEST_LOAD_SECONDS=120` for a longer run. */
const seconds = Number(process.env['REPRISE_TEST_LOAD_SECONDS'] ?? 60);
const rate = 300;
/** What a broker had on its way when it died is still answered. */
const lastAnswersMs = 1000;
/** Not a promise of ours: brokers that have the machine to themselves take some seconds. */
const takenOverWithinMs = 60_000;

const [establishment] = demoTerritory.establishments;
if (!establishment) throw new Error('no establishment');
const { finess } = establishment;
const topic = `reprise.${finess}.log`;

interface Killed {
  readonly broker: number;
  readonly atMs: number;
  readonly backAtMs: number;
}

describe('three brokers, of which one is killed while 300 messages a second come, and later another', () => {
  let system: ThreeBrokers;
  let log: KafkaEstablishmentLog;
  let repeated: number;
  let tookSeconds: number;
  const acknowledged: Acknowledged[] = [];
  const killed: Killed[] = [];

  /** The broker that leads the log dies; some time after the others have taken over it comes back, and is level again. */
  const killLeader = async (): Promise<void> => {
    const { id } = await system.leader(topic);
    await system.cluster.kill(id);
    const atMs = Date.now();
    const waitsUntilMs = atMs + takenOverWithinMs;
    while ((acknowledged.at(-1)?.atMs ?? 0) < atMs + lastAnswersMs && Date.now() < waitsUntilMs) await pause(100);
    await pause(100 * seconds);
    killed.push({ broker: id, atMs, backAtMs: Date.now() });
    await system.cluster.restart(id);
    await system.allInSync(topic);
  };

  beforeAll(async () => {
    system = await ThreeBrokers.start();
    log = new KafkaEstablishmentLog(new KafkaClient({ brokers: system.cluster.brokers.split(',') }));
    await system.allInSync(topic);
    const beganAtMs = Date.now();
    let isKilling = true;
    const killing = (async () => {
      for (let n = 0; n < 2; n += 1) {
        await pause(100 * seconds);
        await killLeader();
      }
    })().finally(() => {
      isKilling = false;
    });
    // All that was to come in that time comes, also where a busy machine is slower.
    const goesOn = (): boolean => isKilling || acknowledged.length < rate * seconds;
    const load = { ports: [system.ports.mllp1], connections: 20, rate, name: 'B', goesOn, acknowledged };
    [repeated] = await Promise.all([sendSteadily(load), killing]);
    tookSeconds = (Date.now() - beganAtMs) / 1000;
  }, 600_000);
  afterAll(async () => {
    await log?.close();
    await system?.stop();
  });

  const within = (from: number, to: number): readonly Acknowledged[] =>
    acknowledged.filter(({ atMs }) => atMs > from && atMs < to);

  it('loses nothing that was acknowledged', async () => {
    const ids = acknowledged.map(({ controlId }) => controlId);
    const messages = await messagesIn(log, finess);
    expect(lostFrom(messages, ids)).toEqual([]);
    expect(lostFrom(messages, [...ids, 'NEVER-SENT'])).toEqual(['NEVER-SENT']);
    console.log(
      `${ids.length} acknowledged in ${Math.round(tookSeconds)} s, ${repeated} sent again, nothing acknowledged for ${longestSilenceMs(acknowledged)} ms at most`,
    );
  });

  it('takes messages again while each of them is dead', () => {
    for (const { atMs, backAtMs, broker } of killed) {
      const silentMs = longestSilenceMs([{ controlId: '', atMs }, ...within(atMs, backAtMs)]);
      console.log(`broker ${broker} killed: nothing acknowledged for ${silentMs} ms`);
      expect(within(atMs + lastAnswersMs, backAtMs).length).toBeGreaterThan(0);
    }
    expect(killed).toHaveLength(2);
    expect(killed[0]?.broker).not.toBe(killed[1]?.broker);
  });

  it('has each message once in the replica, that followed all the time', async () => {
    const { last } = await log.range(finess);
    const client = new pg.Client({ connectionString: system.postgres.urls.control });
    await client.connect();
    const live = `from establishments as e join generations as g on g.generation = e.live_generation where e.establishment = $1`;
    const position = async (): Promise<unknown> =>
      (await client.query(`select g.position::float8 ${live}`, [finess])).rows[0]?.position;
    await expect.poll(position, { timeout: 60_000 }).toBe(last);
    const { rows } = await client.query(`select halted ${live}`, [finess]);
    expect(rows).toEqual([{ halted: null }]);
    const applied = await client.query(
      `select count(*)::int as messages, count(distinct message_id)::int as ids from messages
       where establishment = $1 and outcome = 'applied'`,
      [finess],
    );
    const sent = new Set(acknowledged.map(({ controlId }) => controlId)).size;
    expect(applied.rows).toEqual([{ messages: sent, ids: sent }]);
    await client.end();
  });
});
