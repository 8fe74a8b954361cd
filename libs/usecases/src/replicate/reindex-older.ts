import type { Reindexing, SearchIndex } from '../ports/search-index.js';
import type { ReplicateLog } from './replicate-log.js';

/**
 * Brings rows that an older search rule computed level with the rule, beside live replication. Level-triggered: it looks for what is
 * behind, so a process that was killed, or a generation that was built under an older rule, needs nothing else.
 */
export class ReindexOlder {
  constructor(
    private readonly index: SearchIndex,
    private readonly replicate: ReplicateLog,
  ) {}

  /** A bounded number of rows of one generation; undefined where all are level. One generation after the other, the live one of each establishment first. */
  async some(): Promise<Reindexing | undefined> {
    for (const { establishment, epoch } of this.replicate.owned)
      for (const generation of await this.index.behind(establishment)) {
        const done = await this.index.reindexSome(generation, epoch);
        if (done) return done;
      }
    return undefined;
  }
}
