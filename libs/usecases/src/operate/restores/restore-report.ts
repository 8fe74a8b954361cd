import { Instant } from '#domain';
import type { Restore } from '../../directory/directory.js';
import type { GenerationReport } from '../../ports/replica-status.js';

export type ReportedState = 'running' | 'built' | 'approved' | 'promoted' | 'rolled-back' | 'failed' | 'cancelled';

/** One replica's build of one establishment. */
export interface BuildOfReplica {
  readonly establishment: string;
  readonly replica: string;
  readonly state: GenerationReport['state'] | 'not-begun' | 'unreachable';
  readonly phase: string;
  readonly eventsDone: number;
  readonly eventsTotal: number;
  readonly eventTimeReached: string;
  readonly stateDigest: string;
  readonly failure: string;
}

/** A restore as operators see it (contract, section 6). */
export interface RestoreReport {
  readonly restoreId: string;
  readonly planId: string;
  readonly planHash: string;
  readonly state: ReportedState;
  /** Of the build that is furthest behind: waiting, replaying, indexing, verifying, done. */
  readonly phase: string;
  /** RFC 3339 on the recorded clock, of the build that is furthest behind; empty before the first event. */
  readonly eventTimeReached: string;
  readonly target: string;
  readonly eventsDone: number;
  readonly eventsTotal: number;
  readonly etaSeconds: number | null;
  readonly certificateId: string | null;
  readonly certificateIds: readonly string[];
  readonly requestedBy: string;
  readonly approvedBy: string | null;
  /** A sentence; empty while nothing has failed. */
  readonly failure: string;
  readonly builds: readonly BuildOfReplica[];
}

/** What the replicas tell of one restore; a replica that does not answer tells `unreachable`. */
export type ReplicaBuilds = ReadonlyMap<string, readonly GenerationReport[] | 'unreachable'>;

export const certificateIdOf = (restoreId: string, establishment: string): string => `${restoreId}.${establishment}`;

const phases = ['waiting', 'replaying', 'indexing', 'verifying', 'done'];

const buildsOf = (restore: Restore, replicas: ReplicaBuilds): readonly BuildOfReplica[] =>
  restore.targets.flatMap(({ establishment, timeline, events }) =>
    [...replicas].map(([replica, reports]): BuildOfReplica => {
      const place = { establishment, replica };
      const nothing = { phase: 'waiting', eventsDone: 0, eventTimeReached: '', stateDigest: '', failure: '' };
      if (reports === 'unreachable') return { ...place, ...nothing, eventsTotal: events, state: 'unreachable' };
      const found = reports.find((r) => r.establishment === establishment && r.timeline.number === timeline.number);
      if (!found) return { ...place, ...nothing, eventsTotal: events, state: 'not-begun' };
      const { state, phase, eventsDone, eventTimeReached, stateDigest, failure } = found;
      const eventsTotal = Math.max(found.eventsTotal, events);
      return { ...place, state, phase, eventsDone, eventsTotal, eventTimeReached, stateDigest, failure };
    }),
  );

/** The sentence of what went wrong; empty where nothing did. Two digests for one log are said loudly. */
const failureOf = (builds: readonly BuildOfReplica[]): string => {
  const failed = builds.find(({ state }) => state === 'failed');
  if (failed) return `replica ${failed.replica}, ${failed.establishment}: ${failed.failure}`;
  for (const { establishment, replica, stateDigest } of builds) {
    const differing = builds.find(
      (b) =>
        b.establishment === establishment &&
        b.stateDigest !== '' &&
        stateDigest !== '' &&
        b.stateDigest !== stateDigest,
    );
    if (differing)
      return `THE REPLICAS DIFFER: ${establishment} has state ${stateDigest.slice(0, 12)}… in replica ${replica} and ${differing.stateDigest.slice(0, 12)}… in ${differing.replica}; it is not promoted. Cancel it and run \`reprise verify replica\``;
  }
  return '';
};

const remaining = (builds: readonly BuildOfReplica[], startedAt: Instant | undefined, now: Instant): number | null => {
  const fractions = builds.map(({ eventsDone, eventsTotal }) => (eventsTotal === 0 ? 1 : eventsDone / eventsTotal));
  const slowest = Math.min(...fractions);
  if (startedAt === undefined || !(slowest > 0) || now <= startedAt) return null;
  return Math.ceil(((now - startedAt) / 1000) * ((1 - slowest) / slowest));
};

/** Pure: what the directory decided and the replicas tell, as one answer. `resumedAt`: failures before it are history. */
export const reportRestore = (
  restore: Restore,
  replicas: ReplicaBuilds,
  { now, changedAt }: { readonly now: Instant; readonly changedAt: Instant },
): RestoreReport => {
  const answered = [...replicas.values()].flatMap((reports) => (reports === 'unreachable' ? [] : reports));
  const isHistory = (report: GenerationReport): boolean =>
    restore.resumed > 0 && report.state === 'failed' && (report.finishedAt ?? now) < changedAt;
  const current: ReplicaBuilds = new Map(
    [...replicas].map(([replica, reports]) => [
      replica,
      reports === 'unreachable'
        ? reports
        : reports.map((report) => (isHistory(report) ? { ...report, state: 'building', failure: '' } : report)),
    ]),
  );
  const builds = buildsOf(restore, current);
  const running = restore.state === 'requested';
  const failure = running ? failureOf(builds) : '';
  const behind = builds.toSorted((a, b) => a.eventsDone - b.eventsDone)[0];
  const phase = builds.map((build) => phases.indexOf(build.phase)).toSorted((a, b) => a - b)[0] ?? 0;
  const slowestDone = (establishment: string): number =>
    Math.min(...builds.filter((b) => b.establishment === establishment).map(({ eventsDone }) => eventsDone));
  const starts = answered.flatMap(({ startedAt }) => startedAt ?? []);
  const certificateIds = restore.certificates.map(({ establishment }) =>
    certificateIdOf(restore.restoreId, establishment),
  );
  return {
    restoreId: restore.restoreId,
    planId: restore.planId,
    planHash: restore.planHash,
    state: restore.state === 'requested' ? (failure === '' ? 'running' : 'failed') : restore.state,
    phase: running ? (phases[phase] ?? 'waiting') : 'done',
    eventTimeReached: behind?.eventTimeReached ?? '',
    target: restore.target,
    eventsDone: restore.targets.reduce((sum, { establishment }) => sum + slowestDone(establishment), 0),
    eventsTotal: restore.targets.reduce((sum, { events }) => sum + events, 0),
    etaSeconds:
      running && failure === ''
        ? remaining(builds, starts.length > 0 ? Instant.of(Math.min(...starts)) : undefined, now)
        : null,
    certificateId: certificateIds[0] ?? null,
    certificateIds,
    requestedBy: restore.requestedBy,
    approvedBy: restore.approvedBy ?? null,
    failure,
    builds,
  };
};
