import { Instant } from '#domain';
import type { Restore } from '../../directory/restore.js';
import type { GenerationReport } from '../../ports/replica-status.js';
import type { ReplicaSwitch } from './restore-switches.js';

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
  /** FINESS numbers. */
  readonly establishments: readonly string[];
  readonly state: ReportedState;
  /** Of the replica that is furthest behind, over all establishments: waiting, replaying, indexing, verifying, done. */
  readonly phase: string;
  /** The establishment that this replica is building; null before it has begun, and once all is built. */
  readonly building: string | null;
  /** RFC 3339 on the recorded clock, of what it is building; empty before the first event. */
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
  /** While it runs: a sentence for each replica that builds nothing now. */
  readonly waitsFor: readonly string[];
  readonly builds: readonly BuildOfReplica[];
  /** Once promoted, or rolled back: which replicas have switched. */
  readonly switches: readonly ReplicaSwitch[];
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

/** By replica: away, silent, or not begun yet. One that is done is waited for no more. */
const waitedFor = (builds: readonly BuildOfReplica[], silent: ReadonlyMap<string, string>): readonly string[] =>
  [...Map.groupBy(builds, ({ replica }) => replica)].flatMap(([replica, own]) => {
    if (own.every(({ state }) => state === 'built')) return [];
    if (own.some(({ state }) => state === 'unreachable')) return [`replica ${replica}: its database does not answer`];
    const silence = silent.get(replica);
    if (silence !== undefined) return [silence];
    return own.every(({ state }) => state === 'not-begun') ? [`replica ${replica} has not begun yet`] : [];
  });

/** A replica builds one establishment after the other: the one that it is at, or was at last. */
const atWork = (builds: readonly BuildOfReplica[]): BuildOfReplica | undefined =>
  builds.find(({ phase }) => phase !== 'waiting' && phase !== 'done') ??
  builds.findLast(({ phase }) => phase === 'done');

const doneIn = (builds: readonly BuildOfReplica[]): number =>
  builds.reduce((sum, { eventsDone }) => sum + eventsDone, 0);

/** The builds of the replica that has done least: a restore is built when all of them have. */
const furthestBehind = (builds: readonly BuildOfReplica[]): readonly BuildOfReplica[] => {
  const byReplica = Map.groupBy(builds, ({ replica }) => replica);
  return [...byReplica.values()].toSorted((a, b) => doneIn(a) - doneIn(b))[0] ?? [];
};

/** While an establishment waits its turn behind others, the restore as a whole is replaying. */
const phaseOver = (builds: readonly BuildOfReplica[]): string => {
  const least = Math.min(...builds.map(({ phase }) => phases.indexOf(phase)));
  return phases[least <= 0 && atWork(builds) ? phases.indexOf('replaying') : least] ?? 'waiting';
};

/** By what has been built so far; null before that can be said. */
const remaining = (
  { done, total }: { readonly done: number; readonly total: number },
  startedAt: Instant | undefined,
  now: Instant,
): number | null =>
  startedAt === undefined || done <= 0 || now <= startedAt
    ? null
    : Math.ceil(((now - startedAt) / 1000) * (Math.max(0, total - done) / done));

export interface ReportedAt {
  readonly now: Instant;
  readonly changedAt: Instant;
  /** By replica, a sentence why nothing is built there now. */
  readonly silent: ReadonlyMap<string, string>;
  readonly switches: readonly ReplicaSwitch[];
}

/** Pure: what the directory decided and the replicas tell, as one answer. `resumedAt`: failures before it are history. */
export const reportRestore = (
  restore: Restore,
  replicas: ReplicaBuilds,
  { now, changedAt, silent, switches }: ReportedAt,
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
  const behind = furthestBehind(builds);
  const phase = running ? phaseOver(behind) : 'done';
  const slowestDone = (establishment: string): number =>
    Math.min(...builds.filter((b) => b.establishment === establishment).map(({ eventsDone }) => eventsDone));
  const done = restore.targets.reduce((sum, { establishment }) => sum + slowestDone(establishment), 0);
  const total = restore.targets.reduce((sum, { events }) => sum + events, 0);
  const starts = answered.flatMap(({ startedAt }) => startedAt ?? []);
  const certificateIds = restore.certificates.map(({ establishment }) =>
    certificateIdOf(restore.restoreId, establishment),
  );
  return {
    restoreId: restore.restoreId,
    planId: restore.planId,
    planHash: restore.planHash,
    establishments: restore.targets.map(({ establishment }) => establishment),
    state: restore.state === 'requested' ? (failure === '' ? 'running' : 'failed') : restore.state,
    phase,
    building: phase === 'done' ? null : (atWork(behind)?.establishment ?? null),
    eventTimeReached: atWork(behind)?.eventTimeReached ?? '',
    target: restore.target,
    eventsDone: done,
    eventsTotal: total,
    etaSeconds:
      running && failure === ''
        ? remaining({ done, total }, starts.length > 0 ? Instant.of(Math.min(...starts)) : undefined, now)
        : null,
    certificateId: certificateIds[0] ?? null,
    certificateIds,
    requestedBy: restore.requestedBy,
    approvedBy: restore.approvedBy ?? null,
    failure,
    waitsFor: running && failure === '' ? waitedFor(builds, silent) : [],
    builds,
    switches,
  };
};
