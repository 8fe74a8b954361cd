import { Instant } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { Difference } from '../../ports/replica-scrub.js';
import type { LiveReport, ReplicaStatus, ScrubReport } from '../../ports/replica-status.js';
import { askLive } from './follower-problems.js';
import { type Problem, ProblemSource } from './problem.js';

/** What `status` shows of reading all that a replica serves, again and again. */
export interface ScrubLine {
  /** Table and rows of the present round; empty between two. */
  readonly position: string;
  /** RFC 3339; null before the first round was full. */
  readonly lastFullRoundAt: string | null;
  readonly ageSeconds: number | null;
  readonly firstDifference: Difference | null;
}

export const scrubLine = ({ position, lastFullRoundAt, firstDifference }: ScrubReport, now: Instant): ScrubLine => ({
  position,
  lastFullRoundAt: lastFullRoundAt === null ? null : Instant.iso(lastFullRoundAt),
  ageSeconds: lastFullRoundAt === null ? null : Math.max(0, Math.round((now - lastFullRoundAt) / 1000)),
  firstDifference,
});

/** A full round that is older than this, ms, and older than `scrubRoundsMax` rounds of this much data take, is a warning: nobody reads what is served. */
export const scrubAgeMsMin = 3_600_000;
/** @limit Control | rounds of the scrub that a full one may be old | `status`: a warning */
export const scrubRoundsMax = 4;

/**
 * What a replicator's background lane reads at most, by the second; a busy machine reads less.
 * @limit Replicator | rows a second that the scrub reads | it rests
 */
export const scrubRowsPerSecond = 1_000;
/** @limit Replicator | bytes a second that the scrub reads | it rests */
export const scrubBytesPerSecond = 20 << 20;

/** How old a full round of this much data may be, ms. */
export const scrubAgeMsMax = ({ rowsEstimate, bytesEstimate }: ScrubReport): number => {
  const roundSeconds = rowsEstimate / scrubRowsPerSecond + bytesEstimate / scrubBytesPerSecond;
  return Math.max(scrubAgeMsMin, scrubRoundsMax * roundSeconds * 1000);
};

/** Replicas whose background reading found something, or came to a stop. */
export class ScrubProblems extends ProblemSource {
  override readonly name = 'scrub';

  constructor(private readonly replicas: readonly ReplicaStatus[]) {
    super();
  }

  override async look(_directory: Directory, now: Instant): Promise<readonly Problem[]> {
    const found = await Promise.all(
      this.replicas.map(async (replica) => {
        const live = await askLive(replica);
        // That it is away is another source's to tell.
        if (live === 'unreachable') return [];
        return live.flatMap((report) => problemsOf(replica.name, report, now));
      }),
    );
    return found.flat();
  }
}

const problemsOf = (replica: string, { establishment, scrub }: LiveReport, now: Instant): readonly Problem[] => {
  const where = { replica, establishment, command: `reprise verify replica --establishment ${establishment}` };
  const { firstDifference, lastFullRoundAt, beganAt } = scrub;
  if (firstDifference)
    return [
      {
        ...where,
        code: 'scrub.differs',
        state: 'wrong',
        text: `replica ${replica} does not hold what it must of ${establishment}: ${firstDifference.record}, ${firstDifference.what}`,
      },
    ];
  const since = lastFullRoundAt ?? beganAt;
  if (since === null || now - since <= scrubAgeMsMax(scrub)) return [];
  return [
    {
      ...where,
      code: 'scrub.old',
      state: 'warning',
      text: `all that replica ${replica} serves of ${establishment} was last read ${Math.round((now - since) / 60_000)} minutes ago: look whether its replicator runs`,
    },
  ];
};
