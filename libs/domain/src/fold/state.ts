import type { Instant } from '../instant.js';
import type { RecordedEvent, Warning } from '../log-event.js';
import type { Position } from '../position.js';
import type { Head, RecordKey, RecordVersion } from '../record.js';
import type { Subject } from './subject.js';

/** When a message under an id was recorded last, and one of them with the very bytes that were asked for. */
export interface Seen {
  readonly last: Instant;
  readonly lastSame: Instant | undefined;
}

/** An event that waits behind a fault, with those whose order it holds up. */
export interface ParkedEvent {
  readonly recorded: RecordedEvent;
  readonly recordedAt: Instant;
  /** Patients (or, where none is known, records) that wait. */
  readonly waiting: readonly RecordKey[];
  readonly reason: string;
}

/** What the fold looks up. A follower loads what `touchedBy` names before it folds. */
export interface FoldView {
  /** `recorded` of the newest event folded: the running maximum of the log's stamps. */
  readonly clock: Instant;
  head(record: RecordKey): Head | undefined;
  subject(key: RecordKey): Subject | undefined;
  seen(messageKey: string, receivedHash: Uint8Array): Seen | undefined;
  /** In the order of their positions. */
  readonly parked: readonly ParkedEvent[];
}

/** What became of a message. `omitted`: it does not count on this timeline. */
export type Outcome = 'applied' | 'duplicate' | 'parked' | 'unmapped' | 'omitted';

/** What one event does. */
export interface Effects {
  readonly recorded: RecordedEvent;
  readonly recordedAt: Instant;
  readonly outcome: Outcome;
  /** Records that the message spoke of, whether it changed them or not. */
  readonly records: readonly RecordKey[];
  readonly versions: readonly RecordVersion[];
  readonly subjects: readonly (readonly [RecordKey, Subject])[];
  /** Empty where the sender gave no id. */
  readonly messageKey: string;
  readonly park?: ParkedEvent;
  /** Parked events that a drain settled. */
  readonly settled: readonly { readonly position: Position; readonly outcome: 'applied' | 'unmapped' }[];
  readonly warnings: readonly Warning[];
}
