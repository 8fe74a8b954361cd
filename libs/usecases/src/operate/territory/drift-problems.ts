import type { Instant } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { ReplicaStatus } from '../../ports/replica-status.js';
import { orUnreachable } from './follower-problems.js';
import { type Problem, ProblemSource } from './problem.js';

/**
 * For so long what was found of a replica is told again, ms: `status` is asked again and again, and the catalogs cost something.
 * @limit Control | how long what was found of a replica's schema is told again | the catalogs are read anew
 */
export const driftKeptMs = 5_000;

interface Kept {
  readonly at: Instant;
  readonly drift: readonly string[];
}

/** Databases that are not as the migrations and the provisioning make them: whoever owns one can switch its protections off. */
export class DriftProblems extends ProblemSource {
  override readonly name = 'schema';
  private readonly kept = new Map<string, Kept>();

  constructor(private readonly replicas: readonly ReplicaStatus[]) {
    super();
  }

  override async look(_directory: Directory, now: Instant): Promise<readonly Problem[]> {
    const found = await Promise.all(this.replicas.map((replica) => this.one(replica, now)));
    return found.flat();
  }

  private async one(replica: ReplicaStatus, now: Instant): Promise<readonly Problem[]> {
    const { name } = replica;
    const kept = this.kept.get(name);
    if (kept && now >= kept.at && now - kept.at < driftKeptMs) return driftOf(name, kept.drift);
    const unread = (): 'unreachable' => 'unreachable';
    const [drift, probe] = await Promise.all([
      orUnreachable(replica.drift()).catch(unread),
      orUnreachable(replica.probe()).catch(unread),
    ]);
    // That a database is away is another source's to tell. One that answers, and lets its catalogs not be read, is told here: a lock, a right.
    if (drift === 'unreachable') return probe === 'unreachable' ? [] : [unknown(name)];
    this.kept.set(name, { at: now, drift });
    return driftOf(name, drift);
  }
}

const wrong = (code: string, replica: string, text: string): Problem => ({
  code,
  state: 'wrong',
  replica,
  text,
  command: 'reprise doctor',
});

const unknown = (replica: string): Problem =>
  wrong(
    'postgres.drift-unknown',
    replica,
    `replica ${replica}: whether somebody changed its schema is not known: its catalogs cannot be read`,
  );

const driftOf = (replica: string, [first, ...more]: readonly string[]): readonly Problem[] => {
  if (first === undefined) return [];
  const said = `replica ${replica}: ${first}`;
  return [wrong('postgres.drift', replica, more.length === 0 ? said : `${said} (and ${more.length} more)`)];
};
