import { Failure, type Finess, Position } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { Certificate } from '../../directory/directory-event.js';
import type { Difference } from '../../ports/replica-scrub.js';
import type { DigestReport, ReplicaSnapshot, ReplicaStatus } from '../../ports/replica-status.js';
import { compareServed } from './compare-served.js';
import { type Check, check, type Verdict, verdictOf } from './verdict.js';

export interface ReplicaVerification {
  readonly establishment: Finess;
  readonly verdict: Verdict;
  /** The position at which they were compared; decimal. */
  readonly position: string;
  /** `heads`: what readers see, both at one position. `history`: as they were at the position that the slower one had reached. */
  readonly basis: 'heads' | 'history';
  /** Records of the digest; rows of all tables, in all replicas. */
  readonly examined: { readonly records: number; readonly rows: number };
  readonly checks: readonly Check[];
}

interface Taken {
  readonly replica: string;
  readonly snapshot: ReplicaSnapshot;
}

/** What the directory says of the timeline that is to be live. */
export interface ExpectedTimeline {
  readonly timeline: number;
  /** Where it comes from a restore. */
  readonly certificate?: Certificate;
}

/** A timeline that was restored has a certificate, and still has it when it comes back by a rollback. */
export const expectedTimeline = (directory: Directory, establishment: Finess): ExpectedTimeline => {
  const { number } = directory.currentTimeline(establishment).timeline;
  const certificate = [...directory.restores.values()]
    .flatMap(({ certificates }) => certificates)
    .find((one) => one.establishment === establishment && one.timeline === number);
  return { timeline: number, ...(certificate && { certificate }) };
};

/** How often the replicas are looked at before their history is compared instead. */
const looks = 20;

/**
 * Do the replicas serve the same, and what they must? The state digests of their live generations over the bytes, at one position; each replica
 * by itself, every row and column; the replicas side by side; and, where the live timeline was restored, what was certified.
 */
export class VerifyReplicas {
  /** `pause`: a moment between two looks. */
  constructor(
    private readonly replicas: readonly ReplicaStatus[],
    private readonly pause: () => Promise<void>,
  ) {}

  /** Throws `replica.unreachable`: a replica that cannot be asked is not the same. */
  async verify(establishment: Finess, expected: () => ExpectedTimeline): Promise<ReplicaVerification> {
    if (this.replicas.length < 2)
      throw new Failure(
        'refused-by-policy',
        'there is one replica only: nothing to compare it with',
        'REPRISE_REPLICAS names them',
      );
    for (let look = 1; ; look++) {
      const taken = await this.snapshots(establishment);
      try {
        const timelines = new Set([expected().timeline, ...taken.map(({ snapshot }) => snapshot.timeline)]);
        const isLevel = new Set(taken.map(({ snapshot }) => snapshot.position)).size === 1;
        // A promotion that is under way is waited for.
        const isSettled = timelines.size === 1 || look >= 3 * looks;
        if (isSettled && (isLevel || look >= looks))
          return await verifyTaken(establishment, taken, isLevel ? 'heads' : 'history', expected());
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

const verifyTaken = async (
  establishment: Finess,
  taken: readonly Taken[],
  basis: ReplicaVerification['basis'],
  expected: ExpectedTimeline,
): Promise<ReplicaVerification> => {
  const position = Position.of(Math.min(...taken.map(({ snapshot }) => snapshot.position)));
  const digests = await compareDigests(taken, position, basis);
  const alone = await Promise.all(taken.map(checkAlone));
  const beside = await compareRows(taken, position);
  const promised = await Promise.all(taken.map((one) => checkPromise(one, expected)));
  const checks = [digests, ...alone, beside, ...promised].flatMap((one) => one.checks);
  const { records } = digests;
  const rows = alone.reduce((sum, one) => sum + one.rows, 0);
  return {
    establishment,
    verdict: verdictOf(checks, [records, rows]),
    position: String(position),
    basis,
    examined: { records, rows },
    checks,
  };
};

const compareDigests = async (
  taken: readonly Taken[],
  position: Position,
  basis: ReplicaVerification['basis'],
): Promise<{ readonly checks: readonly Check[]; readonly records: number }> => {
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
  return { checks, records: Math.min(...digests.map(([, { records }]) => records)) };
};

/** The first difference, as a check shows it. */
export const toldOf = (difference: Difference | undefined): string =>
  difference ? `${difference.record}: ${difference.what}` : 'none';

const checkAlone = async ({ replica, snapshot }: Taken): Promise<{ checks: readonly Check[]; rows: number }> => {
  const { rows, firstDifference } = await snapshot.selfCheck();
  return { checks: [check(`first difference within ${replica}`, 'none', toldOf(firstDifference))], rows };
};

const compareRows = async (
  [first, ...others]: readonly Taken[],
  position: Position,
): Promise<{ readonly checks: readonly Check[] }> => {
  if (!first) return { checks: [] };
  const checks: Check[] = [];
  for (const other of others) {
    const { firstDifference } = await compareServed([first.snapshot, other.snapshot], position);
    checks.push(
      check(`first difference between ${first.replica} and ${other.replica}`, 'none', toldOf(firstDifference)),
    );
  }
  return { checks };
};

/** The directory says which timeline is live, a certificate what it held where it was built. What waited then may have been drained since. */
const checkPromise = async (
  { replica, snapshot }: Taken,
  { timeline, certificate }: ExpectedTimeline,
): Promise<{ readonly checks: readonly Check[] }> => {
  const checks = [check(`timeline of the directory (${replica})`, timeline, snapshot.timeline)];
  if (certificate) {
    const parked = certificate.parked.map((one) => Position.parse(one));
    const { stateDigest } = await snapshot.digestAt(Position.parse(certificate.builtTo), parked);
    checks.push(check(`state digest of its certificate (${replica})`, certificate.stateDigest, stateDigest));
  }
  return { checks };
};
