import type { DigestedRecord, Finess, Instant, Outcome, Position, RecordKey, Timeline, Warning } from '#domain';
import type { BuildPhase } from './generation-builder.js';
import type { Difference } from './replica-scrub.js';
import type { GenerationState } from './replica-store.js';

/** One generation as its replica tells of it. */
export interface GenerationReport {
  readonly generation: number;
  readonly establishment: Finess;
  readonly timeline: Timeline;
  /** The restore that asked for it; absent for generation 1 of an establishment. */
  readonly restoreId?: string;
  readonly state: GenerationState;
  readonly live: boolean;
  readonly foldVersion: number;
  readonly logId: string;
  readonly position: Position;
  /** Hex. */
  readonly chainHash: string;
  readonly clock: Instant;
  readonly phase: BuildPhase;
  readonly eventsDone: number;
  readonly eventsTotal: number;
  /** RFC 3339; empty before the first event. */
  readonly eventTimeReached: string;
  /** Empty until built. */
  readonly stateDigest: string;
  readonly records: number;
  readonly parked: readonly Position[];
  /** A sentence for the operator; empty while nothing has failed. */
  readonly failure: string;
  readonly startedAt?: Instant;
  readonly finishedAt?: Instant;
}

/** How far the replica is with reading all that it serves of one establishment, again and again. */
export interface ScrubReport {
  /** Table and number of rows of the present round: `versions 1200`; empty between two rounds. */
  readonly position: string;
  /** Null before the first round was full. */
  readonly lastFullRoundAt: Instant | null;
  /** When scrubbing of this generation began: what counts before a round was full; null where it has not. */
  readonly beganAt: Instant | null;
  /** Of the present round, or else of the last full one. */
  readonly firstDifference: Difference | null;
  /** What a round has to read, as Postgres estimates it. */
  readonly rowsEstimate: number;
  readonly bytesEstimate: number;
}

/** What readers of this replica see of one establishment. */
export interface LiveReport {
  readonly establishment: Finess;
  readonly generation: number;
  readonly timeline: Timeline;
  readonly position: Position;
  /** `recorded` of the newest event applied. */
  readonly clock: Instant;
  /** Last moment at which the replica was level with the log's end; 0 = never. */
  readonly levelAt: Instant;
  /** How long ago one of the processes that write this replica last said that it lives; null where none ever has. */
  readonly heardSecondsAgo: number | null;
  /** Each of these processes; one that ended in good order is not among them. */
  readonly replicators: readonly { readonly name: string; readonly heardSecondsAgo: number }[];
  /** Why it no longer follows this establishment; empty while it does. */
  readonly halted: string;
  /** Every row has the tokens of this search rule or of a newer one. */
  readonly searchVersion: number;
  /** Versions of records that were looked at to bring it to the rule of its replicator; 0 while nothing is. */
  readonly reindexed: number;
  readonly parked: number;
  readonly scrub: ScrubReport;
}

/** An accepted message as the live generation's journal has it. */
export interface MessageReport {
  readonly position: Position;
  readonly sender: string;
  readonly controlId: string;
  readonly label: string;
  readonly charset: string;
  readonly acknowledgement: string;
  readonly receivedAt: Instant;
  readonly recordedAt: Instant;
  readonly sentAt?: Instant;
  readonly occurredAt?: Instant;
  readonly outcome: Outcome;
  readonly records: readonly RecordKey[];
  readonly warnings: readonly Warning[];
  /** Of the received message. */
  readonly sizeBytes: number;
}

export interface MessageFilter {
  readonly sender?: string;
  readonly outcome?: Outcome;
  /** Recorded at or after it. */
  readonly since?: Instant;
  /** Recorded before it. */
  readonly until?: Instant;
  /** Its label, or the first word of it: `ADT^A01`, `ADT`, `DELETE Patient`, `DELETE`. */
  readonly type?: string;
  /** Among those that it touched. */
  readonly record?: RecordKey;
  /** MSH-10, or what the sender gave in its place. */
  readonly controlId?: string;
  /** Code of a warning that it was given, by the gateway or by the fold. */
  readonly warning?: string;
  /** Only those before this position. */
  readonly before?: Position;
  /** Only those behind this position. */
  readonly after?: Position;
  readonly limit: number;
}

/** What is counted, and how: the recorded interval is cut into pieces of this length, from the hour 0 of UTC on. */
export interface MessageCounting extends Omit<MessageFilter, 'before' | 'after'> {
  readonly since: Instant;
  readonly until: Instant;
  readonly bucketMs: number;
}

/** Messages of one sender and one type in one piece of the interval. */
export interface MessageCount {
  readonly from: Instant;
  readonly sender: string;
  readonly label: string;
  readonly messages: number;
  readonly parked: number;
  /** Records that they touched. */
  readonly records: number;
  /** Records that they removed. */
  readonly removed: number;
}

/** How far a generation's journal of messages reaches. */
export interface JournalReach {
  readonly generation: number;
  /** `recorded` of its oldest message; absent where it has none. */
  readonly first?: Instant;
  /** What is recorded before this moment is there whole. */
  readonly clock: Instant;
}

/** What the messages of one sender did within one minute. */
export interface SenderMinute {
  /** Where the minute begins, on the recorded clock. */
  readonly from: Instant;
  readonly sender: string;
  /** Records removed, by whatever kind of message. */
  readonly removed: number;
  /** Records that FHIR writes and CloudEvents named. */
  readonly written: number;
}

/** Another message of the same sender, incarnation and id. */
export interface SameIdReport {
  readonly position: Position;
  readonly recordedAt: Instant;
  readonly outcome: Outcome;
  readonly sameBytes: boolean;
}

export interface ParkedReport {
  readonly position: Position;
  readonly recordedAt: Instant;
  readonly sender: string;
  readonly label: string;
  /** Records that it names. */
  readonly records: readonly RecordKey[];
  readonly waiting: readonly RecordKey[];
  readonly reason: string;
}

/** The state digest of one generation, over the bytes that its tables hold. */
export interface DigestReport {
  readonly timeline: number;
  readonly position: Position;
  /** Hex. */
  readonly chainHash: string;
  readonly stateDigest: string;
  readonly records: number;
}

/** Does one generation hold together by itself? */
export interface SelfCheck {
  /** Rows of all tables that were looked at. */
  readonly rows: number;
  readonly firstDifference?: Difference;
}

/** Tables whose rows two replicas must have alike; heads and tokens follow from the versions, which `selfCheck` proves. */
export const comparedTables = ['versions', 'messages', 'parked'] as const;
export type ComparedTable = (typeof comparedTables)[number];

/** One row as a reader is served it, long values as hashes. */
export interface ServedRow {
  /** As in `Difference`. */
  readonly record: string;
  readonly position: Position;
  /** In the order of `columnsCompared`. */
  readonly values: readonly (string | null)[];
}

/** Column names of `ServedRow.values`. `tokens` comes last: it is left out where the replicas have different search rules. */
export const columnsCompared = {
  versions: ['timeline', 'recorded_at', 'deleted', 'patient', 'content', 'tokens'],
  messages: ['recorded_at', 'records'],
  parked: ['recorded_at', 'appended_at', 'waiting'],
} as const satisfies Record<ComparedTable, readonly string[]>;

/** The tables at one moment: what is asked of it is asked of one state, whatever is written meanwhile. Close it. */
export interface ReplicaSnapshot {
  readonly timeline: number;
  readonly position: Position;
  /** Every row has the tokens of this search rule or of a newer one. */
  readonly searchVersion: number;
  /** From the heads and the contents that go with them: what readers see. */
  digest(): Promise<DigestReport>;
  /** From the history, as it was at an earlier position. `parked`: what waited then, where that is known; else what did and still does. */
  digestAt(position: Position, parked?: readonly Position[]): Promise<DigestReport>;
  /** What `digest` hashes, in its order. */
  digested(): AsyncIterable<DigestedRecord>;
  /** Reads every row and every content. */
  selfCheck(): Promise<SelfCheck>;
  /** Rows up to a position, in the order of their key, a page at a time. */
  served(table: ComparedTable, upTo: Position): AsyncIterable<readonly ServedRow[]>;
  close(): Promise<void>;
}

export interface TypeDifference {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly same: number;
}

/** `added` = in the second generation and not in the first. */
export interface GenerationDifference {
  readonly byType: Readonly<Record<string, TypeDifference>>;
  readonly patients: { readonly added: number; readonly changed: number; readonly removed: number };
}

export interface PatientDifference {
  readonly patient: RecordKey;
  readonly difference: 'added' | 'changed' | 'removed';
}

/** How often a top-level member differs among the records that changed: `{ Patient: { name: 3 } }`. */
export type FieldDifferences = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** One replica as operators see it; it writes nothing. Throws `Failure` `replica.unreachable`. */
export abstract class ReplicaStatus {
  /** `a`, `b`. */
  abstract readonly name: string;
  abstract live(): Promise<readonly LiveReport[]>;
  /** Generations of one restore, or of all. */
  abstract generations(restoreId?: string): Promise<readonly GenerationReport[]>;
  /** Newest first. */
  abstract messages(establishment: Finess, filter: MessageFilter): Promise<readonly MessageReport[]>;
  /** Newest piece first, at most `limit` rows. */
  abstract countMessages(establishment: Finess, counting: MessageCounting): Promise<readonly MessageCount[]>;
  /** Of the live generation; undefined where the replica does not have the establishment yet. */
  abstract reach(establishment: Finess): Promise<JournalReach | undefined>;
  /** Minutes in which somebody removed or wrote, of `since` (inclusive) to `until` (exclusive), on the recorded clock. */
  abstract activity(generation: number, since: Instant, until: Instant): Promise<readonly SenderMinute[]>;
  /** Records that FHIR writes of this sender gave another version, of those that were there before; at most `limit` are looked at. */
  abstract rewritten(
    generation: number,
    sender: string,
    interval: { readonly since: Instant; readonly until: Instant; readonly limit: number },
  ): Promise<number>;
  /** The other messages with the id of the one at this position, in the order of their positions; at most a hundred. */
  abstract sameId(establishment: Finess, position: Position): Promise<readonly SameIdReport[]>;
  abstract parked(establishment: Finess): Promise<readonly ParkedReport[]>;
  /** Undefined where the replica does not have the establishment yet. */
  abstract snapshot(establishment: Finess): Promise<ReplicaSnapshot | undefined>;
  /** The same of one generation, live or not; undefined where there is none that stands. */
  abstract snapshotOf(generation: number): Promise<ReplicaSnapshot | undefined>;
  abstract compare(before: number, after: number): Promise<GenerationDifference>;
  abstract comparePatients(before: number, after: number, limit: number): Promise<readonly PatientDifference[]>;
  abstract compareFields(before: number, after: number): Promise<FieldDifferences>;
  /**
   * What of its database is not as the migrations and the provisioning make it: row-level security, policies, rights, roles, functions,
   * tables. One plain sentence for each thing, the gravest first; none where all is.
   */
  abstract drift(): Promise<readonly string[]>;
  /** The database's version and clock, for `doctor`. */
  abstract probe(): Promise<{ readonly version: string; readonly now: Instant }>;
}
