import { type Finess, Instant, Position, type Timeline } from '#domain';
import type { Generation, GenerationState } from '#usecases';

/** A row of `selectGenerations`. */
export interface GenerationRow {
  readonly generation: number;
  readonly establishment: Finess;
  readonly timeline: Timeline;
  readonly state: GenerationState;
  readonly foldVersion: number;
  readonly logId: string;
  readonly position: number;
  readonly chainHash: Uint8Array;
  readonly clock: number;
  readonly ownerEpoch: number;
  readonly live: boolean;
}

export const generationOf = (row: GenerationRow): Generation => ({
  generation: row.generation,
  establishment: row.establishment,
  timeline: row.timeline,
  state: row.state,
  live: row.live,
  foldVersion: row.foldVersion,
  progress: {
    logId: row.logId,
    position: Position.of(row.position),
    chainHash: row.chainHash,
    clock: Instant.of(row.clock),
  },
});
