import type { BenchSystem } from './bench-system.js';
import { mainSender, otherLogSender, sameLogSender } from './declared-territory.js';
import { besideFlood } from './flood.js';
import { type GatewayUnderTest, startGateway } from './gateway-under-test.js';
import { measured } from './measured.js';
import type { Asked, HttpLoad } from './parts/http-load.js';
import type { MapMessages } from './parts/map-messages.js';
import type { MllpLoad } from './parts/mllp-load.js';
import type { ProducerFloor } from './parts/producer-floor.js';
import { startMeter } from './process-costs.js';
import { against, cpuPerEvent, type Line, type Report } from './report.js';

const secondsMax = 8;
const httpSeconds = 5;
const httpConnections = 16;
/** As `parts/http-load.ts` puts them together. */
const together = 10;
const paced = { perSecond: 1_000, connections: 16 };
const quiet = { perSecond: 20, seconds: 10 };

/** First aims by the number of connections. */
const aims: Readonly<Record<number, string>> = { 1: '>= 1,300/s', 16: '>= 7,000/s, p99 <= 25 ms', 64: '>= 7,500/s' };

/** What the gateway does before it writes, by itself. */
const mapping = async (system: BenchSystem, messages: number): Promise<Line> => {
  const load: MapMessages = { messages };
  const { done, seconds, p50Ms, p99Ms, costs } = await measured(system, {}, ['map-messages', load]);
  return {
    name: 'parse and map alone, one core, warm',
    rate: done / seconds,
    unit: 'messages/s',
    p50Ms,
    p99Ms,
    cpuUs: cpuPerEvent(costs, done),
    aim: '>= 25,000/s',
  };
};

/** The gateway over MLLP, stop and wait, and the bare producer with as many callers. */
const mllp = async (
  system: BenchSystem,
  gateway: GatewayUnderTest,
  connections: number,
  messages: number,
): Promise<readonly Line[]> => {
  const { kafka } = system;
  const load: MllpLoad = {
    port: gateway.portOf(mainSender),
    finess: mainSender.finess,
    connections,
    messages,
    warmUp: Math.ceil(messages / 4),
    secondsMax,
  };
  const sent = await measured(system, { gateway: gateway.pid, kafka: kafka.pid }, ['mllp-load', load]);
  const floor: ProducerFloor = { brokers: kafka.brokers, connections, messages };
  const bare = await measured(system, { kafka: kafka.pid }, ['producer-floor', floor]);
  const rate = sent.done / sent.seconds;
  const aim = aims[connections];
  return [
    {
      name: `MLLP, ${connections} connection${connections === 1 ? '' : 's'}`,
      rate,
      unit: 'messages/s',
      p50Ms: sent.p50Ms,
      p99Ms: sent.p99Ms,
      cpuUs: cpuPerEvent(sent.costs, sent.done),
      floor: against(rate, 'kafkajs producer', bare.done / bare.seconds),
      ...(aim !== undefined && { aim }),
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

/** At a rate that is well within reach: how long a message waits for its answer. */
const mllpPaced = async (system: BenchSystem, gateway: GatewayUnderTest): Promise<Line> => {
  const load: MllpLoad = {
    ...paced,
    port: gateway.portOf(mainSender),
    finess: mainSender.finess,
    messages: secondsMax * paced.perSecond,
    warmUp: 2 * paced.perSecond,
    secondsMax: 2 * secondsMax,
  };
  const sent = await measured(system, { gateway: gateway.pid, kafka: system.kafka.pid }, ['mllp-load', load]);
  return {
    name: `MLLP, ${paced.perSecond} a second over ${paced.connections} connections`,
    rate: sent.done / sent.seconds,
    unit: 'messages/s',
    p50Ms: sent.p50Ms,
    p99Ms: sent.p99Ms,
    cpuUs: cpuPerEvent(sent.costs, sent.done),
    aim: 'p99 <= 15 ms',
  };
};

/** A sender that says little: alone, then beside one that floods, on its log and on another. */
const fairness = async (system: BenchSystem, gateway: GatewayUnderTest): Promise<readonly Line[]> => {
  const askedBy = async (name: string, sender: typeof mainSender): Promise<Line> => {
    const messages = quiet.seconds * quiet.perSecond;
    const { perSecond } = quiet;
    const { finess } = sender;
    const port = gateway.portOf(sender);
    const load: MllpLoad = { port, finess, perSecond, connections: 1, messages, warmUp: perSecond, secondsMax: 60 };
    const { done, seconds, p50Ms, p99Ms } = await measured(system, {}, ['mllp-load', load]);
    return { name, rate: done / seconds, unit: 'messages/s', p50Ms, p99Ms };
  };
  const flood = { port: gateway.portOf(mainSender), finess: mainSender.finess, seconds: quiet.seconds + 4 };
  const lines = [await askedBy(`a quiet sender, ${quiet.perSecond} a second, alone`, sameLogSender)];
  for (const [where, sender] of [
    ['on its log', sameLogSender],
    ['on another log', otherLogSender],
  ] as const) {
    const beside = await besideFlood(system, flood, () => askedBy(`  beside a flood ${where}`, sender));
    lines.push(beside.result, { name: '    the flood, 64 connections', rate: beside.rate, unit: 'messages/s' });
  }
  return lines;
};

const http = async (system: BenchSystem, gateway: GatewayUnderTest, asked: Asked, records: number): Promise<Line> => {
  const after = { put: 0, bundle: 1_000_000, 'cloud-events': 2_000_000 }[asked as 'put'];
  const { url, token } = gateway;
  const load: HttpLoad = {
    url,
    token,
    asked,
    connections: httpConnections,
    seconds: httpSeconds,
    after,
    records: 0,
  };
  const sent = await measured(system, { gateway: gateway.pid, kafka: system.kafka.pid }, ['http-load', load]);
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
  const lines: Line[] = [await mapping(system, messages)];
  const gateway = await startGateway(system, [mainSender, sameLogSender, otherLogSender]);
  for (const connections of [1, 16, 64])
    lines.push(...(await mllp(system, gateway, connections, connections === 1 ? Math.ceil(messages / 5) : messages)));
  lines.push(await mllpPaced(system, gateway));
  lines.push(...(await fairness(system, gateway)));
  lines.push(await http(system, gateway, 'put', 1));
  lines.push(await http(system, gateway, 'bundle', together));
  lines.push(await http(system, gateway, 'cloud-events', together));
  const { peakMb } = startMeter({ gateway: gateway.pid, kafka: system.kafka.pid })();
  await gateway.stop();
  return { bench: `capture, up to ${messages} messages a step`, lines, peakMb, figures: {} };
};
