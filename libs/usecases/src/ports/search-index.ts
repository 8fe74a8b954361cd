import type { Finess } from '#domain';

/** Rows that an older search rule computed, and how far they are computed anew. */
export interface Reindexing {
  readonly establishment: Finess;
  readonly generation: number;
  /** Versions of the rule: the rows' and its own. */
  readonly from: number;
  readonly to: number;
  /** Versions of records looked at since this began, those of earlier processes too; and those that are found by something else now. */
  readonly versions: number;
  readonly changed: number;
  /** Every row has the tokens of the rule: there is nothing more to do. */
  readonly done: boolean;
}

/** What records are found by, of the rows that are there. Throws `Failure` `replica.*`, `disk.full`. */
export abstract class SearchIndex {
  /** Generations with rows that an older rule computed, the live one first; not those that are being built, or were given up. */
  abstract behind(establishment: Finess): Promise<readonly number[]>;
  /**
   * Computes some rows anew: a bounded number in one transaction, with the progress, so that it goes on where it was killed. Rows that
   * are written meanwhile have the tokens of the writer's rule and keep them. Undefined where there is nothing to do, or another
   * process has taken the establishment over or does it already.
   */
  abstract reindexSome(generation: number, epoch: number): Promise<Reindexing | undefined>;
}
