import { Failure, type FoldMemory, Position, type RecordKey } from '#domain';
import type { Restore } from '../../directory/restore.js';
import type { Certificate } from '../../directory/directory-event.js';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import type { ReplicaSnapshot, ReplicaStatus } from '../../ports/replica-status.js';
import { foldAgain } from '../verify/fold-again.js';
import { toldOf } from '../verify/verify-replicas.js';

/**
 * Is what was built still what was certified? Reads, in every replica, all bytes that would be served, and hashes them again; what a digest does not
 * cover is held against what stands beside it.
 */
export class ProveBuilt {
  constructor(
    private readonly replicas: readonly ReplicaStatus[],
    private readonly log: EstablishmentLog,
  ) {}

  /** Throws `verification.differs` with the replica and the first difference, `replica.unreachable`. */
  async prove({ restoreId, certificates }: Restore): Promise<void> {
    for (const certificate of certificates) {
      let folded: Promise<FoldMemory | undefined> | undefined;
      const fold = () => (folded ??= this.foldOf(certificate));
      await Promise.all(this.replicas.map((replica) => this.proveOne(replica, { restoreId, certificate, fold })));
    }
  }

  /** Throws `replica.unreachable` where one of the replicas that a proof reads is away: what takes long need not be begun. */
  async reach({ restoreId }: Restore): Promise<void> {
    await Promise.all(this.replicas.map((replica) => replica.generations(restoreId)));
  }

  private async proveOne(replica: ReplicaStatus, { restoreId, certificate, fold }: Promised): Promise<void> {
    const snapshot = await snapshotOf(replica, restoreId, certificate);
    try {
      const difference = snapshot ? await differenceOf(snapshot, certificate, fold) : 'it is not there';
      if (difference === undefined) return;
      throw new Failure(
        'verification.differs',
        `replica ${replica.name}: what was built for restore ${restoreId} of ${certificate.establishment} is no longer what was certified; first difference: ${difference}`,
        'find out who changed the replica; then cancel this restore and run it again',
      );
    } finally {
      await snapshot?.close();
    }
  }

  /** Once for all replicas. Undefined where the log cannot be read: what differs is refused all the same. */
  private async foldOf(certificate: Certificate): Promise<FoldMemory | undefined> {
    try {
      return (await foldAgain(this.log, certificate, Position.parse(certificate.builtTo))).state;
    } catch (error) {
      if (Failure.is(error)) return undefined;
      throw error;
    }
  }
}

interface Promised {
  readonly restoreId: string;
  readonly certificate: Certificate;
  /** What the log says, asked only to name a record. */
  readonly fold: () => Promise<FoldMemory | undefined>;
}

const differenceOf = async (
  snapshot: ReplicaSnapshot,
  certificate: Certificate,
  fold: Promised['fold'],
): Promise<string | undefined> => {
  const { firstDifference } = await snapshot.selfCheck();
  if (firstDifference) return toldOf(firstDifference);
  if (snapshot.position !== Position.parse(certificate.builtTo)) return 'generations.position';
  const { stateDigest } = await snapshot.digest();
  if (stateDigest === certificate.stateDigest) return undefined;
  const state = await fold();
  return (state && (await firstOtherThan(state, snapshot))) ?? 'state digest';
};

const snapshotOf = async (
  replica: ReplicaStatus,
  restoreId: string,
  { establishment, timeline }: Certificate,
): Promise<ReplicaSnapshot | undefined> => {
  const reports = await replica.generations(restoreId);
  const built = reports.find((one) => one.establishment === establishment && one.timeline.number === timeline);
  return built && (await replica.snapshotOf(built.generation));
};

const versionOf = ({ timeline, position }: { readonly timeline: number; readonly position: Position }): string =>
  `${timeline}-${position}`;

/** The record at which the tables and the fold of the log part: something has to be named, and a digest names nothing. */
const firstOtherThan = async (state: FoldMemory, snapshot: ReplicaSnapshot): Promise<string | undefined> => {
  const missing = new Set<RecordKey>(state.heads.keys());
  for await (const { key, contentHash, deleted, ...version } of snapshot.digested()) {
    const head = state.heads.get(key);
    missing.delete(key);
    if (!head) return `${key}: the log has no such record`;
    if (versionOf(head) !== versionOf(version)) return `${key}: version`;
    if (head.deleted !== deleted) return `${key}: deleted`;
    if (Buffer.compare(head.contentHash, contentHash) !== 0) return `${key}: content`;
  }
  const [first] = missing;
  return first && `${first}: it is not there`;
};
