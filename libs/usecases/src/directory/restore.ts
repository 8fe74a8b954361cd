import type { Finess, Position, Timeline } from '#domain';
import type { Certificate, RestoreTarget } from './directory-event.js';

export type RestoreState = 'requested' | 'built' | 'approved' | 'promoted' | 'rolled-back' | 'cancelled';

export interface Restore {
  readonly restoreId: string;
  readonly planId: string;
  readonly planHash: string;
  readonly target: string;
  readonly targets: readonly RestoreTarget[];
  readonly state: RestoreState;
  readonly requestedBy: string;
  readonly approvedBy?: string;
  readonly certificates: readonly Certificate[];
  /** How often an operator has asked to go on. */
  readonly resumed: number;
}

/** From position `after` (exclusive) on, this timeline is the live one. */
export interface TimelineSwitch {
  readonly after: Position;
  readonly timeline: Timeline;
  /** The restore that was promoted; empty for a return to a former timeline. */
  readonly restoreId: string;
}

/** What the rules of restores look at. */
export interface RestoreRecords {
  readonly establishments: { readonly has: (finess: Finess) => boolean };
  readonly restores: ReadonlyMap<string, Restore>;
  /** The timeline whose state readers saw at this position of the log. */
  liveTimeline(establishment: Finess, at: Position): Timeline;
  /** What every replica has to show now. */
  currentTimeline(establishment: Finess): TimelineSwitch;
  /** The number that the establishment's next timeline gets. */
  nextTimeline(establishment: Finess): number;
}
