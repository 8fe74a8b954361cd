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

/**
 * Bytes of what came that a list of refusals gives: a message's number is in them, and many fit a page.
 * @limit Control | bytes of a refused message that a list of them keeps | `message show` has them all
 */
export const refusalBeginsMax = 1024;

/** A refusal without its bytes, which may be megabytes each. */
export interface ListedRefusal extends Omit<Refusal, 'received' | 'answered'> {
  /** The beginning of what came. */
  readonly begins: Uint8Array;
  readonly receivedBytes: number;
}

export interface ListedEntry {
  readonly position: Position;
  readonly refusal: ListedRefusal;
}

/** `reprise.<finess>.journal`. */
export abstract class RefusalJournal {
  abstract append(establishment: Finess, refusal: Refusal): Promise<void>;
  /** Newest first, at most `limit`, of those `before` and `after` (both exclusive). */
  abstract newest(
    establishment: Finess,
    limit: number,
    within?: { readonly before?: Position; readonly after?: Position },
  ): Promise<readonly ListedEntry[]>;
  abstract at(establishment: Finess, position: Position): Promise<JournalEntry | undefined>;
}
