import { createHash } from 'node:crypto';
import type { Clock, Exclusions, Finess, Position } from '#domain';
import type { RestoreTarget } from '../../directory/directory-event.js';
import { canonicalJson } from '../canonical-json.js';
import type { EventMark } from './event-mark.js';

/** What an operator asks a plan for, as it was written. */
export interface PlanRequest {
  readonly establishment?: string;
  readonly territory?: string;
  readonly to?: string;
  readonly toPosition?: string;
  readonly beforeEvent?: string;
  readonly clock?: Clock;
  readonly excludeSenders?: readonly string[];
  readonly excludeTypes?: readonly string[];
  readonly excludeBetween?: readonly (readonly [string, string])[];
  readonly afterCut?: 'omit' | 'replay';
  readonly allowEmpty?: boolean;
}

/** The same without anything that depends on when it is read. Planning it again gives the same plan, or shows what has moved. */
export interface ResolvedRequest {
  readonly establishments: readonly Finess[];
  readonly point:
    | { readonly kind: 'instant'; readonly instant: string }
    | { readonly kind: 'position'; readonly position: string };
  readonly exclusions: Exclusions;
  readonly afterCut: 'omit' | 'replay';
  readonly allowEmpty: boolean;
  /** Log ends when it was planned first: exclusions and replay reach no further. */
  readonly plannedAt: Readonly<Record<string, Position>>;
}

/** Changes nothing; `restore run` takes it by its id, or whole. */
export interface RestorePlan {
  readonly planId: string;
  /** SHA-256, hex, over what decides the result: `planHash`. */
  readonly hash: string;
  readonly scope: { readonly establishments: readonly Finess[] };
  readonly clock: Clock;
  /** RFC 3339: T, or when the last event in was recorded; empty for a cut before the first event. */
  readonly to: string;
  /** Decimal, by establishment. */
  readonly cuts: Readonly<Record<string, string>>;
  readonly lastIn: readonly EventMark[];
  readonly firstOut: readonly EventMark[];
  /** To replay, over all establishments. */
  readonly events: number;
  /** Of them, those that the exclusions leave out. */
  readonly excluded: number;
  /** By establishment, decimal, at most twenty. */
  readonly excludedPositions: Readonly<Record<string, readonly string[]>>;
  readonly bytes: number;
  readonly gaps: readonly string[];
  readonly estimateSeconds: number;
  /** Where the rate comes from. */
  readonly estimateBasis: 'measured' | 'assumed';
  readonly afterCut: 'omit' | 'replay';
  readonly request: ResolvedRequest;
  readonly targets: readonly RestoreTarget[];
  /** Numbers of the timelines that were live when it was planned, by establishment. */
  readonly liveTimelines: Readonly<Record<string, number>>;
  /** Identities of the logs, by establishment. */
  readonly logIds: Readonly<Record<string, string>>;
}

/** What decides the result, and nothing that is only an estimate. */
export const planHash = (
  plan: Pick<RestorePlan, 'scope' | 'clock' | 'cuts' | 'afterCut' | 'targets' | 'liveTimelines' | 'logIds'>,
): string => {
  const { scope, clock, cuts, afterCut, targets, liveTimelines, logIds } = plan;
  return createHash('sha256')
    .update(canonicalJson({ version: 1, scope, clock, cuts, afterCut, targets, liveTimelines, logIds }))
    .digest('hex');
};
