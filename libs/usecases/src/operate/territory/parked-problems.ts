import type { Finess } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { ReplicaStatus } from '../../ports/replica-status.js';
import { askLive } from './follower-problems.js';
import { type Problem, ProblemSource } from './problem.js';

/** Establishments of which events wait behind a fault: what these say is not served. */
export class ParkedProblems extends ProblemSource {
  override readonly name = 'parked events';

  constructor(private readonly replicas: readonly ReplicaStatus[]) {
    super();
  }

  override async look(_directory: Directory): Promise<readonly Problem[]> {
    const asked = await Promise.all(this.replicas.map((replica) => askLive(replica)));
    // That one is away is another source's to tell. All park the same; the one that is furthest counts.
    const most = new Map<Finess, number>();
    for (const { establishment, parked } of asked.flatMap((live) => (live === 'unreachable' ? [] : live)))
      if (parked > 0) most.set(establishment, Math.max(parked, most.get(establishment) ?? 0));
    return [...most].map(([establishment, count]) => problemOf(establishment, count));
  }
}

const problemOf = (establishment: Finess, count: number): Problem => ({
  code: 'events.parked',
  state: 'warning',
  text: `events of ${establishment} that wait behind a fault and are not served: ${count}`,
  command: `reprise parked list --establishment ${establishment}`,
  establishment,
});
