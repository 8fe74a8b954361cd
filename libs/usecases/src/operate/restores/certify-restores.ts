import { type Finess, Instant } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { Restore } from '../../directory/restore.js';
import type { Certificate, DirectoryEvent, RestoreTarget } from '../../directory/directory-event.js';
import type { KeyStore } from '../../ports/key-store.js';
import type { GenerationReport, ReplicaStatus } from '../../ports/replica-status.js';
import { orUnreachable } from '../territory/follower-problems.js';
import type { ReplicaBuilds } from './restore-report.js';

/** Asks every replica for the generations of a restore; one that does not answer hides nothing. */
export const askBuilds = async (replicas: readonly ReplicaStatus[], restoreId?: string): Promise<ReplicaBuilds> =>
  new Map(
    await Promise.all(
      replicas.map(async (replica) => {
        return [replica.name, await orUnreachable(replica.generations(restoreId))] as const;
      }),
    ),
  );

type Built = GenerationReport & { readonly startedAt: Instant; readonly finishedAt: Instant };

/** The builds of one establishment, where every replica has finished its own. */
const finishedBuilds = (target: RestoreTarget, builds: ReplicaBuilds): readonly Built[] | undefined => {
  const finished: Built[] = [];
  for (const reports of builds.values()) {
    if (reports === 'unreachable') return undefined;
    const built = reports.find(
      ({ establishment, timeline, state }) =>
        establishment === target.establishment && timeline.number === target.timeline.number && state === 'built',
    );
    if (!built || built.startedAt === undefined || built.finishedAt === undefined) return undefined;
    finished.push({ ...built, startedAt: built.startedAt, finishedAt: built.finishedAt });
  }
  return finished.length > 0 ? finished : undefined;
};

const agree = (builds: readonly Built[]): boolean =>
  new Set(builds.map((b) => [b.stateDigest, b.chainHash, b.logId, b.position, b.records, b.foldVersion].join(' ')))
    .size === 1;

/** Signs what all replicas have built, and nothing that only some have, or that differs. */
export class CertifyRestores {
  constructor(
    private readonly replicas: readonly ReplicaStatus[],
    private readonly keys: KeyStore,
  ) {}

  /** The `restore-built` of this restore; undefined while it is not built everywhere alike. */
  async certify(
    directory: Directory,
    restoreId: string,
    at: Instant,
  ): Promise<Extract<DirectoryEvent, { kind: 'restore-built' }> | undefined> {
    const restore = directory.restores.get(restoreId);
    if (restore?.state !== 'requested') return undefined;
    const builds = await askBuilds(this.replicas, restoreId);
    const certificates: Certificate[] = [];
    for (const target of restore.targets) {
      const finished = finishedBuilds(target, builds);
      const [one] = finished ?? [];
      if (!finished || !one || !agree(finished)) return undefined;
      certificates.push(this.sign(restore, target, one, finished));
    }
    return { v: 1, at, by: 'control', kind: 'restore-built', restoreId, certificates };
  }

  private sign(restore: Restore, target: RestoreTarget, one: Built, all: readonly Built[]): Certificate {
    const { timeline, establishment, buildTo } = target;
    const document = {
      version: 1 as const,
      restoreId: restore.restoreId,
      planHash: restore.planHash,
      establishment: establishment satisfies Finess,
      timeline: timeline.number,
      definition: timeline,
      cut: String('parent' in timeline ? timeline.cut : buildTo),
      builtTo: String(buildTo),
      logId: one.logId,
      logHash: one.chainHash,
      foldVersion: one.foldVersion,
      stateDigest: one.stateDigest,
      records: one.records,
      events: target.events,
      gaps: [],
      parked: one.parked.map(String),
      startedAt: Instant.iso(Instant.of(Math.min(...all.map(({ startedAt }) => startedAt)))),
      finishedAt: Instant.iso(Instant.of(Math.max(...all.map(({ finishedAt }) => finishedAt)))),
      keyId: this.keys.keyId,
    };
    return { ...document, signature: this.keys.sign('certificate', document).signature };
  }
}
