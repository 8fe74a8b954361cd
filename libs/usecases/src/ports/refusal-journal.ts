import type { Finess, Instant, Position } from '#domain';

/** A message that never reached the log: what came, what was answered, why. */
export interface Refusal {
  readonly sender: string;
  readonly controlId: string;
  readonly label: string;
  readonly charset: string;
  readonly receivedAt: Instant;
  readonly acknowledgement: string;
  readonly reasons: readonly { readonly code: string; readonly location: string; readonly text: string }[];
  readonly received: Uint8Array;
  /** The answer's bytes where the protocol has an answer of its own (ACK). */
  readonly answered: Uint8Array;
}

export interface JournalEntry {
  readonly position: Position;
  /** The journal's own stamp: the answer left after it. */
  readonly appendedAt: Instant;
  readonly refusal: Refusal;
}

/** `reprise.<finess>.journal`. */
export abstract class RefusalJournal {
  abstract append(establishment: Finess, refusal: Refusal): Promise<void>;
  /** Newest first, at most `limit`, those before `before` (exclusive). */
  abstract newest(establishment: Finess, limit: number, before?: Position): Promise<readonly JournalEntry[]>;
  abstract at(establishment: Finess, position: Position): Promise<JournalEntry | undefined>;
}
