import { Failure, type Finess, Position } from '#domain';
import type { DigestReport, ReplicaSnapshot, ReplicaStatus } from '../../ports/replica-status.js';
import { type Check, check, type Verdict, verdictOf } from './verdict.js';

export interface ReplicaVerification {
  readonly establishment: Finess;
  readonly verdict: Verdict;
  /** The position at which they were compared; decimal. */
  readonly position: string;
  /** `heads`: what readers see, both at one position. `history`: as they were at the position that the slower one had reached. */
  readonly basis: 'heads' | 'history';
  readonly examined: { readonly records: number };
  readonly checks: readonly Check[];
}

interface Taken {
  readonly replica: string;
  readonly snapshot: ReplicaSnapshot;
}

/** How often the replicas are looked at before their history is compared instead. */
const looks = 20;

/** Are the replicas byte-identical? The state digests of their live generations, at one position. */
export class VerifyReplicas {
  /** `pause`: a moment between two looks. */
  constructor(
    private readonly replicas: readonly ReplicaStatus[],
    private readonly pause: () => Promise<void>,
  ) {}

  /** Throws `replica.unreachable`: a replica that cannot be asked is not the same. */
  async verify(establishment: Finess): Promise<ReplicaVerification> {
    if (this.replicas.length < 2)
      throw new Failure(
        'refused-by-policy',
        'there is one replica only: nothing to compare it with',
        'REPRISE_REPLICAS names them',
      );
    for (let look = 1; ; look++) {
      const taken = await this.snapshots(establishment);
      try {
        const level = new Set(taken.map(({ snapshot }) => `${snapshot.timeline} ${snapshot.position}`)).size === 1;
        if (level) return await compare(establishment, taken, 'heads');
        const oneTimeline = new Set(taken.map(({ snapshot }) => snapshot.timeline)).size === 1;
        if (look >= looks && (oneTimeline || look >= 3 * looks)) return await compare(establishment, taken, 'history');
      } finally {
        await Promise.all(taken.map(({ snapshot }) => snapshot.close()));
      }
      await this.pause();
    }
  }

  private async snapshots(establishment: Finess): Promise<readonly Taken[]> {
    const asked = await Promise.allSettled(
      this.replicas.map(async (replica) => ({
        replica: replica.name,
        snapshot: await replica.snapshot(establishment),
      })),
    );
    const taken = asked.flatMap((answer): readonly Taken[] => {
      const { replica, snapshot } = answer.status === 'fulfilled' ? answer.value : {};
      return replica !== undefined && snapshot ? [{ replica, snapshot }] : [];
    });
    if (taken.length === this.replicas.length) return taken;
    await Promise.all(taken.map(({ snapshot }) => snapshot.close()));
    const failed = asked.find((answer) => answer.status === 'rejected');
    if (failed) throw failed.reason;
    throw new Failure('not-found', `a replica has no tables of ${establishment} yet`, 'see `reprise doctor`');
  }
}

const compare = async (
  establishment: Finess,
  taken: readonly Taken[],
  basis: ReplicaVerification['basis'],
): Promise<ReplicaVerification> => {
  const position = Position.of(Math.min(...taken.map(({ snapshot }) => snapshot.position)));
  const digests = await Promise.all(
    taken.map(
      async ({ replica, snapshot }): Promise<readonly [string, DigestReport]> => [
        replica,
        basis === 'heads' ? await snapshot.digest() : await snapshot.digestAt(position),
      ],
    ),
  );
  const [[first, expected] = ['', undefined], ...others] = digests;
  if (!expected) throw new Error('no digest');
  const checks = others.flatMap(([replica, found]) => {
    const of = (what: string): string => `${what} (${first}, ${replica})`;
    const hash = basis === 'heads' ? [check(of('chain hash'), expected.chainHash, found.chainHash)] : [];
    return [
      check(of('timeline'), expected.timeline, found.timeline),
      ...hash,
      check(of('records'), expected.records, found.records),
      check(of('state digest'), expected.stateDigest, found.stateDigest),
    ];
  });
  const records = Math.min(...digests.map(([, { records }]) => records));
  return {
    establishment,
    verdict: verdictOf(checks, [records]),
    position: String(position),
    basis,
    examined: { records },
    checks,
  };
};
