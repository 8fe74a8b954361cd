import { cpus, loadavg, totalmem } from 'node:os';
import type { Costs } from './process-costs.js';

/** What one part of a bench came to. */
export interface Line {
  readonly name: string;
  readonly rate: number;
  /** `messages/s`, `events/s`, `requests/s` */
  readonly unit: string;
  /** CPU in microseconds an event, process by process. */
  readonly cpuUs?: Readonly<Record<string, number>>;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly floor?: { readonly name: string; readonly rate: number; readonly ratio: number };
  readonly aim?: string;
}

export interface Report {
  readonly bench: string;
  readonly lines: readonly Line[];
  /** VmHWM of the largest process of each tree. */
  readonly peakMb: Readonly<Record<string, number>>;
  /** Anything else that was counted: seconds of a phase, sizes. */
  readonly figures: Readonly<Record<string, number>>;
}

export const machine = (): Readonly<Record<string, string | number>> => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 2 ** 30),
  /** Of the last minute, the bench itself included: well above the number of cores, others were at work. */
  load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  node: process.version,
});

export const percentile = (sorted: ArrayLike<number>, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

export const cpuPerEvent = ({ cpuUs }: Costs, events: number): Record<string, number> =>
  Object.fromEntries(Object.entries(cpuUs).map(([name, us]) => [name, us / events]));

export const against = (rate: number, name: string, floor: number): NonNullable<Line['floor']> => ({
  name,
  rate: floor,
  ratio: rate / floor,
});

const shown = (value: number): string => (value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1));

const row = (line: Line): readonly string[] => [
  line.name,
  `${shown(line.rate)} ${line.unit}`,
  line.p50Ms === undefined ? '' : line.p50Ms.toFixed(2),
  line.p99Ms === undefined ? '' : line.p99Ms.toFixed(2),
  Object.entries(line.cpuUs ?? {})
    .map(([name, us]) => `${name} ${shown(us)}`)
    .join(', '),
  line.floor ? `${line.floor.ratio.toFixed(2)} of ${shown(line.floor.rate)} (${line.floor.name})` : '',
  line.aim ?? '',
];

const listed = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(', ');

export const table = (report: Report): string => {
  const rows = [
    ['', 'rate', 'p50 ms', 'p99 ms', 'CPU us an event', 'of the floor', 'first aim'],
    ...report.lines.map(row),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const { cpu, cores, memoryGb, load, node } = machine();
  return [
    `${report.bench}  (${cores} x ${cpu}, ${memoryGb} GB, Node ${node}, load ${load})`,
    ...lines,
    `peak memory, MB: ${listed(report.peakMb)}`,
    ...(Object.keys(report.figures).length > 0 ? [listed(report.figures)] : []),
  ].join('\n');
};
