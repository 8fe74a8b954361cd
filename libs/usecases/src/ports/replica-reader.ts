import type { Finess, Instant, Position, RecordKey, RecordVersion } from '#domain';
import type { SearchRequest } from '#fhir';

/** The establishments that a caller may see. The adapter bounds every statement to them, whatever it asks for. */
export type Scope = readonly Finess[];

/** The state of now, or the state at a recorded instant. */
export type When = Instant | 'now';

/** How far a replica is with one establishment: what a watermark is made of. */
export interface Level {
  readonly establishment: Finess;
  /** The position that the answer reflects: what was applied, or the cut of an as-of read. */
  readonly position: Position;
  /** Number of the timeline that was read at that position. */
  readonly timeline: number;
  /** Is the live timeline one that a restore made? */
  readonly restored: boolean;
  /** When the replica was last level with the log's end. */
  readonly levelAt: Instant;
  /** Recorded instant of the oldest event that waits behind a fault and that the answer may lack. */
  readonly incompleteSince?: Instant;
  /** Of a search: what is found by older versions of the search rule than the newest may lack what only that one finds. */
  readonly searchVersion?: number;
}

/** A version as readers get it. */
export type StoredVersion = Pick<RecordVersion, 'key' | 'timeline' | 'position' | 'recordedAt' | 'deleted' | 'content'>;

/** An answer and the level that it was read at, from one snapshot. */
export interface Answer<T> {
  readonly level: Level;
  readonly found: T;
}

/** One establishment, at a time. */
export interface Place {
  readonly scope: Scope;
  readonly establishment: Finess;
  readonly when: When;
}

/** Where a history goes on: behind this version, newest first. `key` empty: behind the whole event. */
export interface HistoryMark {
  readonly position: Position;
  readonly key: string;
}

/** Which records of a type; all conditions must be met. */
export type SearchFilter = Pick<SearchRequest, 'type' | 'ids' | 'patients' | 'lastUpdated' | 'all'>;

export interface HistoryPage {
  /** At most `limit`; fewer, or none, with a `next` where what was looked through is bounded. */
  readonly versions: readonly StoredVersion[];
  readonly next?: HistoryMark;
}

/**
 * The reading side of one replica. Every method sees the live generation of the moment. `undefined`: the replica does not hold
 * this establishment, or the scope does not. Throws `Failure` `replica.unreachable`.
 */
export abstract class ReplicaReader {
  /** The establishments of the scope that this replica holds, by number; `incompleteSince` where anything waits. */
  abstract levels(scope: Scope, when: When): Promise<readonly Level[]>;
  /** The newest version of the record, deleted or not. */
  abstract read(place: Place, record: RecordKey): Promise<Answer<StoredVersion | undefined> | undefined>;
  abstract version(
    place: Place,
    record: RecordKey,
    version: { readonly timeline: number; readonly position: Position },
  ): Promise<Answer<StoredVersion | undefined> | undefined>;
  /** Versions of everything, of a type, or of one record, newest first. */
  abstract history(
    place: Place,
    of: { readonly type?: string; readonly record?: RecordKey },
    page: { readonly limit: number; readonly since?: Instant; readonly after?: HistoryMark },
  ): Promise<Answer<HistoryPage> | undefined>;
  /**
   * Records of a type that meet every condition and are not deleted, in the order of their ids, those behind `after`: a record
   * that is there during the whole listing is listed once, whatever is written meanwhile.
   */
  abstract search(
    place: Place,
    filter: SearchFilter,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<Answer<readonly StoredVersion[]> | undefined>;
  abstract count(place: Place, filter: SearchFilter): Promise<Answer<number> | undefined>;
}
