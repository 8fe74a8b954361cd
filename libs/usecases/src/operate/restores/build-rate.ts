import type { BuildRate } from './plan-restore.js';
import type { ReplicaBuilds } from './restore-report.js';

/** Said where nothing was ever built: about half of what a laptop does. */
const assumed: BuildRate = { eventsPerSecond: 20_000, basis: 'assumed' };
/** A build of fewer events measures the overhead. */
const enoughEvents = 1000;

/** Events/s of the slowest replica's last build: a restore is built when all of them are. */
export const buildRate = (builds: ReplicaBuilds): BuildRate => {
  const rates: number[] = [];
  for (const reports of builds.values()) {
    if (reports === 'unreachable') continue;
    const last = reports.findLast(
      ({ state, eventsTotal, startedAt, finishedAt }) =>
        (state === 'built' || state === 'following') && eventsTotal >= enoughEvents && startedAt && finishedAt,
    );
    if (last?.startedAt !== undefined && last.finishedAt !== undefined)
      rates.push(last.eventsTotal / Math.max(0.001, (last.finishedAt - last.startedAt) / 1000));
  }
  return rates.length === 0 ? assumed : { eventsPerSecond: Math.max(1, Math.min(...rates)), basis: 'measured' };
};
