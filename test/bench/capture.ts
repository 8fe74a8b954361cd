import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '#testing';
import { makeCertificates } from '../../apps/local/src/certificates.js';
import type { AppUnderTest, BenchSystem } from './bench-system.js';
import { writeCallers } from './callers.js';
import { declareTerritory } from './declared-territory.js';
import { establishment } from './observations.js';
import { measured } from './measured.js';
import type { Asked, HttpLoad } from './parts/http-load.js';
import type { MllpLoad } from './parts/mllp-load.js';
import type { ProducerFloor } from './parts/producer-floor.js';
import { startMeter } from './process-costs.js';
import { against, cpuPerEvent, type Line, type Report } from './report.js';

const secondsMax = 8;
const httpSeconds = 5;
const httpConnections = 16;
/** As `parts/http-load.ts` puts them together. */
const together = 10;

interface Doors {
  readonly gateway: AppUnderTest;
  readonly mllpPort: number;
  readonly url: string;
  readonly token: string;
}

const startGateway = async (system: BenchSystem): Promise<Doors> => {
  const { folder, kafka } = system;
  const [gatewayPort = 0, mllpsPort = 0, mllpPort = 0] = await freePorts(3);
  const { authority, server } = await makeCertificates([], new Date());
  writeFileSync(join(folder, 'ca.crt'), authority);
  writeFileSync(join(folder, 'server.crt'), server.certificate);
  writeFileSync(join(folder, 'server.key'), server.key, { mode: 0o600 });
  const secretsFile = join(folder, 'secrets.json');
  writeFileSync(secretsFile, JSON.stringify({ [establishment]: randomBytes(32).toString('hex') }), { mode: 0o600 });
  const { path, token } = writeCallers(folder, mllpPort);
  const gateway = await system.launch('gateway', {
    KAFKA_BROKERS: kafka.brokers,
    LOG_REPLICATION: '1',
    CALLERS_FILE: path,
    SECRETS_FILE: secretsFile,
    TLS_DIR: folder,
    HOST: '127.0.0.1',
    GATEWAY_PORT: String(gatewayPort),
    MLLPS_PORT: String(mllpsPort),
  });
  return { gateway, mllpPort, url: `http://127.0.0.1:${gatewayPort}`, token };
};

/** The gateway over MLLP, stop and wait, and the bare producer with as many callers. */
const mllp = async (
  system: BenchSystem,
  doors: Doors,
  connections: number,
  messages: number,
): Promise<readonly Line[]> => {
  const { kafka } = system;
  const load: MllpLoad = {
    port: doors.mllpPort,
    finess: establishment,
    connections,
    messages,
    warmUp: Math.ceil(messages / 4),
    secondsMax,
    after: connections * 1_000_000,
  };
  const sent = await measured(system, { node: doors.gateway.pid, kafka: kafka.pid }, ['mllp-load', load]);
  const floor: ProducerFloor = { brokers: kafka.brokers, connections, messages };
  const bare = await measured(system, { kafka: kafka.pid }, ['producer-floor', floor]);
  const rate = sent.done / sent.seconds;
  return [
    {
      name: `MLLP, ${connections} connection${connections === 1 ? '' : 's'}`,
      rate,
      unit: 'messages/s',
      p50Ms: sent.p50Ms,
      p99Ms: sent.p99Ms,
      cpuUs: cpuPerEvent(sent.costs, sent.done),
      floor: against(rate, 'kafkajs producer', bare.done / bare.seconds),
      ...(connections === 16 && { aim: '>= 5,000/s, p99 <= 25 ms' }),
    },
    {
      name: `  kafkajs producer, ${connections} callers`,
      rate: bare.done / bare.seconds,
      unit: 'messages/s',
      p50Ms: bare.p50Ms,
      p99Ms: bare.p99Ms,
      cpuUs: cpuPerEvent(bare.costs, bare.done),
    },
  ];
};

const http = async (system: BenchSystem, doors: Doors, asked: Asked, records: number): Promise<Line> => {
  const after = { put: 0, bundle: 1_000_000, 'cloud-events': 2_000_000 }[asked as 'put'];
  const load: HttpLoad = { ...doors, asked, connections: httpConnections, seconds: httpSeconds, after, records: 0 };
  const sent = await measured(system, { node: doors.gateway.pid, kafka: system.kafka.pid }, ['http-load', load]);
  return {
    name: `${asked}, ${records} record${records === 1 ? '' : 's'} a request, ${httpConnections} connections`,
    rate: (sent.done * records) / sent.seconds,
    unit: 'records/s',
    p50Ms: sent.p50Ms,
    p99Ms: sent.p99Ms,
    cpuUs: cpuPerEvent(sent.costs, sent.done * records),
  };
};

/** Acknowledged only when the log has it: MLLP with mapping, FHIR, CloudEvents, by the real gateway. */
export const benchCapture = async (system: BenchSystem, messages: number): Promise<Report> => {
  await declareTerritory(system.kafka.brokers);
  const doors = await startGateway(system);
  const lines: Line[] = [];
  for (const connections of [1, 16, 64])
    lines.push(...(await mllp(system, doors, connections, connections === 1 ? Math.ceil(messages / 5) : messages)));
  lines.push(await http(system, doors, 'put', 1));
  lines.push(await http(system, doors, 'bundle', together));
  lines.push(await http(system, doors, 'cloud-events', together));
  const { peakMb } = startMeter({ gateway: doors.gateway.pid, kafka: system.kafka.pid })();
  await doors.gateway.stop();
  return { bench: `capture, up to ${messages} messages a step`, lines, peakMb, figures: {} };
};
