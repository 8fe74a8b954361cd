import type { DirectoryEvent, UnreadableEvent } from '../directory/directory-event.js';
import type { Instant, Position } from '#domain';

export interface DirectoryEntry {
  readonly position: Position;
  readonly appendedAt: Instant;
  readonly event: DirectoryEvent | UnreadableEvent;
}

/** `reprise.directory`: one order for the territory, kept for ever. */
export abstract class DirectoryLog {
  abstract append(event: DirectoryEvent): Promise<Position>;
  /** Everything so far, from the beginning. */
  abstract read(): AsyncIterable<readonly DirectoryEntry[]>;
  /**
   * Calls for every entry from the beginning, then as they come, one after the other, until closed. A log that is unreachable is
   * waited for; what cannot be waited out (a gap, an entry that is too new, `onEntry` that fails) rejects `stopped`.
   */
  abstract follow(
    onEntry: (entry: DirectoryEntry) => Promise<void>,
  ): Promise<{ readonly stopped: Promise<void>; close(): Promise<void> }>;
}
