import type { Effects, Finess, FoldMemory, Instant, Position, Timeline, Touched } from '#domain';

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

/** A batch of one generation: one database transaction, with the generation's row locked. */
export interface BatchTransaction {
  readonly generation: Generation;
  /** Fold state of what the batch touches: heads (with contents where asked), subjects and the heads of their movements, messages, everything parked. */
  load(touched: Touched): Promise<FoldMemory>;
  /**
   * Writes versions, heads, tokens, subjects, messages, parked and the progress, and commits. The progress moves by
   * compare-and-set on position and owner epoch: `replica.taken-over` when another process has moved it.
   */
  commit(effects: readonly Effects[], progress: Progress): Promise<void>;
  rollback(): Promise<void>;
}

/** The writing side of one replica. Throws `Failure` `replica.*`, `disk.full`. */
export abstract class ReplicaStore {
  /** Makes generation 1 on timeline 1, live, where the establishment has none yet. */
  abstract ensureEstablishment(establishment: Finess): Promise<void>;
  /** Takes ownership: processes with an older epoch fail from now on. */
  abstract takeOver(establishment: Finess): Promise<number>;
  abstract generations(establishment: Finess): Promise<readonly Generation[]>;
  abstract begin(generation: number, epoch: number): Promise<BatchTransaction>;
  /** Says that the replica was level with the log's end at this moment (the watermark's age counts from it). */
  abstract level(establishment: Finess, at: Instant): Promise<void>;
  /** The generation takes up the log at `resumeAt` and follows it; its timeline is stored with it. */
  abstract resume(generation: number, epoch: number, timeline: Timeline): Promise<void>;
  /** Makes this generation the live one: one row, no reader of another establishment waits. */
  abstract makeLive(establishment: Finess, generation: number, epoch: number): Promise<void>;
}
