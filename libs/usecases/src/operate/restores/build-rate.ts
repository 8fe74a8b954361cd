import type { GenerationReport } from '../../ports/replica-status.js';
import type { BuildRate } from './plan-restore.js';
import type { ReplicaBuilds } from './restore-report.js';

/** Said where nothing was ever built: about half of what a laptop does. */
export const assumedRate: BuildRate = { eventsPerSecond: 20_000, basis: 'assumed' };
/** A build of fewer events measures the overhead. */
const enoughEvents = 1000;

interface Measured {
  readonly events: number;
  readonly seconds: number;
}

const measured = (reports: readonly GenerationReport[]): readonly Measured[] =>
  reports.flatMap(({ state, eventsTotal: events, startedAt, finishedAt }) =>
    (state === 'built' || state === 'following') &&
    events >= enoughEvents &&
    startedAt !== undefined &&
    finishedAt !== undefined
      ? [{ events, seconds: Math.max(0.001, (finishedAt - startedAt) / 1000) }]
      : [],
  );

/**
 * Events/s of the slowest replica, because a restore is built when all of them are. What counts is the newest of a replica's large
 * builds, those of at least half the largest: what a build takes besides its events does not spoil the estimate of others.
 */
export const buildRate = (builds: ReplicaBuilds): BuildRate => {
  const rates: number[] = [];
  for (const reports of builds.values()) {
    if (reports === 'unreachable') continue;
    const finished = measured(reports);
    const largest = Math.max(...finished.map(({ events }) => events));
    const last = finished.findLast(({ events }) => events >= largest / 2);
    if (last) rates.push(last.events / last.seconds);
  }
  return rates.length === 0 ? assumedRate : { eventsPerSecond: Math.max(1, Math.min(...rates)), basis: 'measured' };
};
