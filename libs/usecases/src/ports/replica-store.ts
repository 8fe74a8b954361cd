import type {
  Effects,
  Finess,
  Head,
  Instant,
  ParkedEvent,
  Position,
  RecordKey,
  SeenMessage,
  Subject,
  Timeline,
  Touched,
} from '#domain';
import type { OwnedEstablishment } from './replica-scrub.js';

/** How often each process that writes a replica says that it lives. */
export const heartbeatEveryMs = 2_000;

/** What such a process says. */
export interface ReplicatorAlive {
  /** Its own, as long as it lives. */
  readonly name: string;
  readonly owned: readonly OwnedEstablishment[];
  /** Establishments that it no longer follows, each with the reason; of those that it does not own another process tells. */
  readonly halted: ReadonlyMap<Finess, string>;
}

export type GenerationState = 'building' | 'built' | 'following' | 'failed' | 'cancelled';

/** One generation of one establishment's tables. */
export interface Generation {
  readonly generation: number;
  readonly establishment: Finess;
  readonly timeline: Timeline;
  readonly state: GenerationState;
  /** Is it the one that readers see? */
  readonly live: boolean;
  readonly foldVersion: number;
  readonly progress: Progress;
}

/** Where a generation stands in its log. */
export interface Progress {
  /** Identity of the log that it follows; empty before the first entry. */
  readonly logId: string;
  readonly position: Position;
  readonly chainHash: Uint8Array;
  /** `recorded` of the newest event: the running maximum. */
  readonly clock: Instant;
}

/** What the tables hold of what was asked for; what is not there is not in it. */
export interface StoredState {
  readonly heads: ReadonlyMap<RecordKey, Head>;
  /** Of the newest versions of records that are not deleted. */
  readonly contents: ReadonlyMap<RecordKey, Uint8Array>;
  readonly subjects: ReadonlyMap<RecordKey, Subject>;
  /** By message key; of those with the same bytes at least the last one, unless the duplicates window has left it behind. */
  readonly messages: ReadonlyMap<string, readonly SeenMessage[]>;
}

/**
 * One generation in the hands of its writer. It is of no use any more when a write has failed: it is opened anew. Throws
 * `Failure` `replica.*`, `disk.full`.
 */
export interface OpenGeneration {
  /** As it stood when it was opened. */
  readonly generation: Generation;
  /** All that waits, in the order of the log, as of the opening. */
  readonly parked: readonly ParkedEvent[];
  /**
   * As committed: of what is being written meanwhile it may hold all, a part or nothing. The duplicates window ends at the clock, that
   * of the newest event folded.
   */
  load(touched: Touched, clock: Instant): Promise<StoredState>;
  /** How large the contents are that `load` would give, bytes; cheap, whatever it is. */
  contentBytes(records: ReadonlySet<RecordKey>): Promise<ReadonlyMap<RecordKey, number>>;
  /**
   * One transaction: versions, heads, tokens, subjects, messages, parked and the progress. Writes may be asked for before the ones
   * before them are done; they are done in the order of the calls, and behind one that failed none is. The progress moves by
   * compare-and-set: `replica.taken-over` when another owner has come, `replica.unreachable` when it stands elsewhere all the same.
   */
  write(effects: readonly Effects[], progress: Progress): Promise<void>;
}

/** The writing side of one replica. Throws `Failure` `replica.*`, `disk.full`. */
export abstract class ReplicaStore {
  /** Makes generation 1 on timeline 1, live, where the establishment has none yet. */
  abstract ensureEstablishment(establishment: Finess): Promise<void>;
  /** Takes ownership: processes with an older epoch fail from now on. */
  abstract takeOver(establishment: Finess): Promise<number>;
  abstract generations(establishment: Finess): Promise<readonly Generation[]>;
  /** Waits for what is still being written to it. */
  abstract open(generation: number, epoch: number): Promise<OpenGeneration>;
  /** Says that the replica was level with the log's end at this moment (the watermark's age counts from it). */
  abstract level(establishment: Finess, at: Instant): Promise<void>;
  /** Says that this process lives now. Whoever falls silent without leaving is missed for a day, or until another one has started in its place. */
  abstract beat(alive: ReplicatorAlive): Promise<void>;
  /** Ends in good order: nobody misses the process. */
  abstract leave(name: string): Promise<void>;
  /** The generation takes up the log at `resumeAt` and follows it; its timeline is stored with it. */
  abstract resume(generation: number, epoch: number, timeline: Timeline): Promise<void>;
  /** Makes this generation the live one: one row, no reader of another establishment waits. */
  abstract makeLive(establishment: Finess, generation: number, epoch: number): Promise<void>;
}
