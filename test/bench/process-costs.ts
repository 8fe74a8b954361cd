import { readdirSync, readFileSync } from 'node:fs';

/** Ticks of `utime` and the like are 10 ms on every Linux that we know (`getconf CLK_TCK`). */
const tickUs = 10_000;

const statOf = (pid: number): readonly string[] | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name may hold blanks: what is counted begins behind it, with field 3 (proc(5)).
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
};

const treeOf = (root: number): readonly number[] => {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    const parent = Number.isInteger(pid) ? Number(statOf(pid)?.[1]) : Number.NaN;
    if (!Number.isNaN(parent)) parents.set(pid, parent);
  }
  const tree = [root];
  for (let at = 0; at < tree.length; at += 1)
    for (const [pid, parent] of parents) if (parent === tree[at]) tree.push(pid);
  return tree;
};

/** User and system time of a process, what lives below it, and what has ended below it. */
const cpuUsOf = (root: number): number => {
  let ticks = 0;
  for (const pid of treeOf(root)) {
    const stat = statOf(pid);
    // Fields 14 to 17: utime, stime, cutime, cstime.
    for (const field of stat?.slice(11, 15) ?? []) ticks += Number(field);
  }
  return ticks * tickUs;
};

const mbOf = (pid: number, line: 'VmHWM' | 'VmRSS'): number => {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${line}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
};

/** Most memory that one process of the tree has ever held. */
const peakMbOf = (root: number): number => Math.round(Math.max(0, ...treeOf(root).map((pid) => mbOf(pid, 'VmHWM'))));

/** What a process holds in memory now. */
export const residentMbOf = (pid: number): number => mbOf(pid, 'VmRSS');

export type Pids = Readonly<Record<string, number>>;

export interface Costs {
  readonly seconds: number;
  readonly cpuUs: Readonly<Record<string, number>>;
  readonly peakMb: Readonly<Record<string, number>>;
}

const each = (pids: Pids, of: (pid: number) => number): Record<string, number> =>
  Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, of(pid)]));

/** Begins to count; the function that is given back says what was spent since. */
export const startMeter = (pids: Pids): (() => Costs) => {
  const before = each(pids, cpuUsOf);
  const startedAt = performance.now();
  return () => {
    const seconds = (performance.now() - startedAt) / 1000;
    const after = each(pids, cpuUsOf);
    const cpuUs = Object.fromEntries(Object.entries(after).map(([name, us]) => [name, us - (before[name] ?? 0)]));
    return { seconds, cpuUs, peakMb: each(pids, peakMbOf) };
  };
};
