import { freePorts } from '#testing';
import type { BenchSystem } from './bench-system.js';
import { writeReaders } from './callers.js';
import { measured } from './measured.js';
import { declareTerritory } from './declared-territory.js';
import { loginOf, openReplicaView, startReplicator, untilPosition } from './live.js';
import { patientOfRecord, recordsOf, territory } from './observations.js';
import type { BareReader } from './parts/bare-reader.js';
import type { BareSelect } from './parts/bare-select.js';
import type { FillLog } from './parts/fill-log.js';
import type { Asked, HttpLoad } from './parts/http-load.js';
import { startMeter } from './process-costs.js';
import { against, cpuPerEvent, type Line, type Report } from './report.js';

const connections = 16;
const seconds = 6;

/** Through the log and the real replicator, which then ends: the reader needs nothing but its Postgres. */
export const fillReplica = async (system: BenchSystem, events: number): Promise<number> => {
  const { brokers } = system.kafka;
  await declareTerritory(brokers);
  const { sent } = await system.part<{ sent: number }>('fill-log', {
    brokers,
    events,
    patients: true,
  } satisfies FillLog);
  const replicator = await startReplicator(system);
  const client = await openReplicaView(system);
  await untilPosition(client, sent - 1);
  await replicator.stop();
  await client.query('vacuum analyze');
  const { rows } = await client.query<{ generation: number }>(
    'select live_generation as generation from establishments',
  );
  await client.end();
  return rows[0]?.generation ?? 0;
};

export interface Served {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** `otherToken` is that of another caller. */
export const startReader = async (system: BenchSystem): Promise<Served & { readonly otherToken: string }> => {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const { path, token, otherToken } = writeReaders(system.folder);
  const reader = await system.launch('reader', {
    REPLICA: 'a',
    TERRITORY: territory,
    ...loginOf(system, 'reader'),
    SCOPE_KEY_FILE: system.postgres.scopeKeyFile,
    CALLERS_FILE: path,
    READERS: `a=${url}`,
    HOST: '127.0.0.1',
    READER_PORT: String(port),
  });
  return { url, token, otherToken, ...reader };
};

const startBareReader = async (system: BenchSystem, generation: number): Promise<Served> => {
  const [port = 0] = await freePorts(1);
  const started = Promise.withResolvers<number>();
  const argument: BareReader = { url: system.postgres.superuserUrl.replace(/postgres$/, 'reprise'), port, generation };
  system.part('bare-reader', argument, (_, pid) => started.resolve(pid)).catch(started.reject);
  const pid = await started.promise;
  return { url: `http://127.0.0.1:${port}`, token: 'none', pid, stop: async () => void process.kill(pid, 'SIGTERM') };
};

const ask = async (system: BenchSystem, served: Served, asked: Asked, records: number): Promise<Line> => {
  const { url, token, pid } = served;
  const load: HttpLoad = { url, token, asked, connections, seconds, after: 0, records };
  const got = await measured(system, { node: pid, postgres: system.postgres.pid }, ['http-load', load]);
  return {
    name: asked,
    rate: got.done / got.seconds,
    unit: 'requests/s',
    p50Ms: got.p50Ms,
    p99Ms: got.p99Ms,
    cpuUs: cpuPerEvent(got.costs, got.done),
  };
};

const barelySelected = async (system: BenchSystem, generation: number, records: number): Promise<Line> => {
  const url = system.postgres.superuserUrl.replace(/postgres$/, 'reprise');
  const select: BareSelect = { url, generation, clients: connections, seconds, records };
  const got = await measured(system, { postgres: system.postgres.pid }, ['bare-select', select]);
  return {
    name: 'floor: select by key, 16 clients',
    rate: got.done / got.seconds,
    unit: 'selects/s',
    p50Ms: got.p50Ms,
    p99Ms: got.p99Ms,
    cpuUs: cpuPerEvent(got.costs, got.done),
  };
};

/** The real reader over a replica that the live path filled. */
export const benchRead = async (system: BenchSystem, events: number): Promise<Report> => {
  const generation = await fillReplica(system, events);
  const records = recordsOf(events);
  const whole = (patientOfRecord(records - 1) || 1) * 20;
  const selected = await barelySelected(system, generation, records);
  const bareReader = await startBareReader(system, generation);
  const bare = await ask(system, bareReader, 'bare', records);
  await bareReader.stop();
  const reader = await startReader(system);
  const read = await ask(system, reader, 'read', records);
  const patient = await ask(system, reader, 'patient-by-identifier', whole);
  const observations = await ask(system, reader, 'observations-of-patient', whole);
  const { peakMb } = startMeter({ reader: reader.pid, postgres: system.postgres.pid })();
  await reader.stop();
  const floor = against(read.rate, 'bare http + pg', bare.rate);
  return {
    bench: `read, ${records} Observations of ${patientOfRecord(records - 1) + 1} patients, ${connections} connections`,
    lines: [
      { ...read, name: 'read by id', floor, aim: '>= 3,500/s' },
      { ...patient, name: 'Patient by identifier' },
      { ...observations, name: '20 Observations of a patient' },
      { ...bare, name: 'floor: bare http + pg' },
      selected,
    ],
    peakMb,
    figures: {},
  };
};
