import type { Finess } from '#domain';

/** A place where a replica does not hold what it must: which record, and which column or relation. Never a value, never content. */
export interface Difference {
  /** `Patient/p1`; `event 812` where no record is concerned. */
  readonly record: string;
  /** `versions.content at 812`, `heads.patient`. */
  readonly what: string;
}

/** Some rows of one generation that were looked at. */
export interface Scrubbed {
  readonly establishment: Finess;
  readonly generation: number;
  /** Looked at since this round began, and bytes of their contents. */
  readonly rows: number;
  readonly bytes: number;
  /** The first difference of this round, where it was found just now. */
  readonly found?: Difference;
  /** All of the generation was looked at. */
  readonly isRoundDone: boolean;
}

/** What this process writes: rows of another one's may follow another search rule. */
export interface OwnedEstablishment {
  readonly establishment: Finess;
  readonly epoch: number;
}

/**
 * Reads everything that readers are served, over and over: does each row fit what stands beside it, and its content? It changes nothing
 * but its own progress. Throws `Failure` `replica.*`, `disk.full`.
 */
export abstract class ReplicaScrub {
  /**
   * Looks at the next rows, a bounded number, in one statement: a batch that is being written meanwhile is seen whole or not at all. It takes the
   * generation whose last full round is the oldest, of those that are live, follow the log, or wait to be promoted. Progress is kept, so that it
   * goes on where it was killed. Undefined where every round is recent, or another process has taken over.
   */
  abstract scrubSome(owned: readonly OwnedEstablishment[]): Promise<Scrubbed | undefined>;
}
