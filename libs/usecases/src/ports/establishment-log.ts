import type { Finess, Instant, Position } from '#domain';

/** One entry of an establishment's log. */
export interface LogEntry {
  readonly position: Position;
  /** The log's own stamp. */
  readonly appendedAt: Instant;
  /** An event in format v1 (`decodeEvent`). */
  readonly value: Buffer;
  /** W3C trace context of who appended it, as it came; nothing but traces depends on it. */
  readonly traceparent?: string;
}

export interface LogRange {
  /** Identity of the log: another one under the same name is another log. */
  readonly logId: string;
  readonly first: Position;
  /** Newest entry; `Position.none` when the log is empty. */
  readonly last: Position;
}

/** CloudEvents 1.0 attributes that travel beside the value. */
export type EventAttributes = Readonly<Record<string, string>>;

/** One establishment, one log, one order. Implementations throw `Failure` `log.*` only, and where it is said `input.too-large`. */
export abstract class EstablishmentLog {
  /**
   * Durable when it returns (all in-sync replicas). Appends of one log are sent one after the other; what gathers while one
   * is in flight goes with the next. `log.unreachable` means *perhaps written*: the sender is told to send again. `input.too-large` means that it
   * is never written.
   */
  abstract append(establishment: Finess, value: Buffer, attributes: EventAttributes): Promise<Position>;
  abstract range(establishment: Finess): Promise<LogRange>;
  /** Entries `from`..`to`, both included, in order and without a hole (`log.gap` otherwise), in batches of some hundreds. */
  abstract read(establishment: Finess, from: Position, to: Position): AsyncIterable<readonly LogEntry[]>;
  /** The last position recorded at or before the instant; `Position.none` where there is none. */
  abstract cutAt(establishment: Finess, instant: Instant): Promise<Position>;
}
