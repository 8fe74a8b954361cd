import type { Effects, Finess, Head, ParkedEvent, Position, RecordKey, Subject, Timeline } from '#domain';
import type { Generation, Progress } from './replica-store.js';

export type BuildPhase = 'waiting' | 'replaying' | 'indexing' | 'verifying' | 'done';

/** What an operator sees of a build, one source of truth in the replica's database. */
export interface BuildReport {
  readonly phase: BuildPhase;
  readonly eventsDone: number;
  readonly eventsTotal: number;
  /** RFC 3339; empty before the first event. */
  readonly eventTimeReached: string;
}

export interface BuiltState {
  readonly stateDigest: string;
  readonly records: number;
  readonly parked: readonly Position[];
}

/** A generation that is being filled: bare tables, COPY in chunks, indexes afterwards. */
export interface GenerationTables {
  readonly generation: Generation;
  /** An earlier try has come to the end of `finish`: nothing is to be read any more, only verified. */
  readonly finished: boolean;
  /**
   * Takes versions and messages of these events, which are those behind the last that were taken. They are committed with their
   * progress in chunks, in order, at the latest by `contents` or `finish`; a chunk that fails is told by a later call.
   */
  write(effects: readonly Effects[], progress: Progress): Promise<void>;
  /** Contents of exactly these versions, for a merge patch; all of them were taken before. */
  contents(heads: ReadonlyMap<RecordKey, Head>): Promise<ReadonlyMap<RecordKey, Uint8Array>>;
  /** Heads and search tokens from the versions, subjects, parked; keys, indexes, policies; attached to the parent tables. */
  finish(subjects: ReadonlyMap<RecordKey, Subject>, parked: readonly ParkedEvent[]): Promise<void>;
}

/** Builds generations beside the live one. Throws `Failure` `replica.*`, `disk.full`. */
export abstract class GenerationBuilder {
  /** The same restore asks twice, one generation is made. Fresh tables; a build that was interrupted goes on where it committed. */
  abstract open(establishment: Finess, timeline: Timeline, restoreId: string): Promise<GenerationTables>;
  /** An operator asks to go on: a failed build becomes a building one again. */
  abstract retry(generation: number): Promise<void>;
  abstract report(generation: number, report: BuildReport): Promise<void>;
  /** Digest over what the tables hold now. */
  abstract digest(generation: number): Promise<BuiltState>;
  abstract built(generation: number, state: BuiltState): Promise<void>;
  /** `sentence` tells the operator what stopped the build and what to do. */
  abstract failed(generation: number, sentence: string): Promise<void>;
  /** Drops the tables of a generation that is not live and not following. */
  abstract discard(generation: number): Promise<void>;
}
