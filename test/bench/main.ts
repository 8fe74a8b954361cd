import { parseArgs } from 'node:util';
import { knownParts } from '../known-parts.mjs';
import { BenchSystem } from './bench-system.js';
import { benchCapture } from './capture.js';
import { benchLive } from './live.js';
import { benchRead } from './read.js';
import { machine, type Report, table } from './report.js';
import { benchRestore } from './restore.js';
import { benchSoak } from './soak.js';
import { benchWithstand } from './withstand.js';
import { topFunctionsIn, topStatements } from './where-time-goes.js';

type Bench = (system: BenchSystem, events: number) => Promise<Report>;

/** Each with the number of events that it takes unless told. */
const benches = {
  capture: [benchCapture, 30_000],
  live: [benchLive, 100_000],
  restore: [benchRestore, 100_000],
  read: [benchRead, 60_000],
  soak: [benchSoak, 1_000_000],
  withstand: [benchWithstand, 60_000],
} as const satisfies Readonly<Record<(typeof knownParts.bench)[number], readonly [Bench, number]>>;

const usage = `npm run bench -- ${Object.keys(benches).join('|')} [--events N] [--json] [--profile FOLDER]
  --profile  also writes a CPU profile of every process and prints where the time went; figures are then too low`;

const main = async (): Promise<number> => {
  const options = { events: { type: 'string' }, json: { type: 'boolean' }, profile: { type: 'string' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const name = knownParts.bench.find((known) => known === positionals[0]);
  const [bench, defaultEvents]: readonly [Bench?, number?] = name === undefined ? [] : benches[name];
  const events = values.events === undefined ? (defaultEvents ?? 0) : Number(values.events);
  if (!bench || positionals.length !== 1 || !Number.isInteger(events) || events < 300 || events > 5_000_000) {
    console.error(usage);
    return 2;
  }
  const starting = BenchSystem.start(values.profile);
  const interrupted = (): void => {
    // What breaks off while everything is being ended is no news.
    process.exitCode = 130;
    void starting.then((system) => system.stop()).finally(() => process.exit());
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const system = await starting;
  try {
    const report = await bench(system, events);
    console.log(values.json ? JSON.stringify({ ...report, machine: machine() }) : table(report));
    if (values.profile !== undefined) console.error(await topStatements(system));
  } finally {
    await system.stop();
  }
  if (values.profile !== undefined) console.error(topFunctionsIn(values.profile));
  return 0;
};

const code = await main().catch((error: unknown) => {
  if (process.exitCode !== 130) console.error(error instanceof Error ? error.message : error);
  return 1;
});
process.exit(process.exitCode ?? code);
