import type { BenchSystem } from './bench-system.js';
import { mainSender, otherLogSender } from './declared-territory.js';
import { besideFlood, type Flood } from './flood.js';
import { type GatewayUnderTest, startGateway } from './gateway-under-test.js';
import { measured } from './measured.js';
import { patientOfRecord, recordsOf } from './observations.js';
import type { Asked, HttpLoad } from './parts/http-load.js';
import type { Loaded, MllpLoad } from './parts/mllp-load.js';
import { startMeter } from './process-costs.js';
import { fillReplica, type Served, startReader } from './read.js';
import type { Line, Report } from './report.js';

const seconds = 8;
/** A viewer in a ward: far below what a reader serves. */
const viewer = { connections: 4, perSecond: 100 } as const;
const hostileConnections = 64;
const sender = { connections: 1, perSecond: 20 } as const;
const largeObservations = 9_000;

const lineOf = (name: string, { done, seconds: took, p50Ms, p99Ms }: Loaded, unit: string): Line => ({
  name,
  rate: done / took,
  unit,
  p50Ms,
  p99Ms,
});

type Reader = Served & { readonly otherToken: string };

/** One caller by the clock: alone, then while another one searches over many connections. */
const beSearched = async (system: BenchSystem, reader: Reader, asked: Asked, records: number): Promise<Compared> => {
  const { url, token, otherToken } = reader;
  const load: HttpLoad = { url, token, asked, ...viewer, seconds, after: 0, records };
  const ask = () => measured(system, {}, ['http-load', load]);
  const alone = await ask();
  const hostile: HttpLoad = {
    url,
    token: otherToken,
    asked: 'heavy-search',
    connections: hostileConnections,
    // Until the other one is through: it warms up first.
    seconds: seconds + 4,
    after: 0,
    records,
  };
  const begun = Promise.withResolvers<void>();
  const searching = system.part<Loaded>('http-load', hostile, () => begun.resolve());
  searching.catch(begun.reject);
  await begun.promise;
  const beside = await ask();
  const searched = await searching;
  return {
    ratio: beside.p99Ms / alone.p99Ms,
    lines: [
      lineOf(`${asked}, ${viewer.perSecond} a second, alone`, alone, 'requests/s'),
      { ...lineOf('  beside hostile searches', beside, 'requests/s'), aim: 'p99 at most twice' },
      lineOf(`    these, ${hostileConnections} connections: served`, searched, 'requests/s'),
      { name: '    refused or late', rate: searched.refused / searched.seconds, unit: 'requests/s' },
    ],
  };
};

interface Compared {
  readonly ratio: number;
  readonly lines: readonly Line[];
}

/** One sender by the clock: alone, then beside another one whose messages are large, and one that floods. */
const beFlooded = async (system: BenchSystem, gateway: GatewayUnderTest): Promise<readonly Compared[]> => {
  const { finess } = otherLogSender;
  const load: MllpLoad = {
    ...sender,
    port: gateway.portOf(otherLogSender),
    finess,
    messages: seconds * sender.perSecond,
    warmUp: sender.perSecond,
    secondsMax: 60,
  };
  const ask = () => measured(system, {}, ['mllp-load', load]);
  const alone = await ask();
  const flood = { port: gateway.portOf(mainSender), finess: mainSender.finess, seconds: seconds + 4 };
  const beside = async (name: string, flooded: Flood): Promise<Compared> => {
    const { result, rate } = await besideFlood(system, flooded, ask);
    return {
      ratio: result.p99Ms / alone.p99Ms,
      lines: [
        { ...lineOf(`  beside ${name}`, result, 'messages/s'), aim: 'p99 at most twice' },
        { name: '    these', rate, unit: 'messages/s' },
      ],
    };
  };
  return [
    { ratio: 1, lines: [lineOf(`MLLP, ${sender.perSecond} a second, alone`, alone, 'messages/s')] },
    await beside(`results of ${largeObservations} OBX, 4 connections`, {
      ...flood,
      connections: 4,
      observations: largeObservations,
    }),
    await beside('a flood of 64 connections', flood),
  ];
};

/** What a well-behaved client notices of a hostile neighbour: its p99 beside one, to its p99 alone. */
export const benchWithstand = async (system: BenchSystem, events: number): Promise<Report> => {
  await fillReplica(system, events);
  const records = recordsOf(events);
  const whole = (patientOfRecord(records - 1) || 1) * 20;
  const reader = await startReader(system);
  const read = await beSearched(system, reader, 'read', records);
  const found = await beSearched(system, reader, 'patient-by-identifier', whole);
  const readerCosts = startMeter({ reader: reader.pid, postgres: system.postgres.pid })();
  await reader.stop();
  const gateway = await startGateway(system, [mainSender, otherLogSender]);
  const [alone, large, flood] = await beFlooded(system, gateway);
  const gatewayCosts = startMeter({ gateway: gateway.pid })();
  await gateway.stop();
  const compared = { read, 'patient by identifier': found, 'MLLP beside large': large, 'MLLP beside a flood': flood };
  return {
    bench: `withstand, ${records} Observations`,
    lines: [read, found, alone, large, flood].flatMap((one) => one?.lines ?? []),
    peakMb: { ...readerCosts.peakMb, ...gatewayCosts.peakMb },
    figures: Object.fromEntries(
      Object.entries(compared).map(([name, one]) => [`p99 beside / alone, ${name}`, one?.ratio ?? 0]),
    ),
  };
};
