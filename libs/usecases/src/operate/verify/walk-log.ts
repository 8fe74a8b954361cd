import { type Finess, Instant, type Position, type RecordedEvent } from '#domain';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import { readEntries } from '../../replicate/fold-batch.js';

/** An event on its way, with the running maximum of the stamps (`recorded`). */
export interface Walked {
  readonly recorded: RecordedEvent;
  readonly recordedAt: Instant;
  readonly bytes: number;
}

/** Every event of a range in order. Throws `log.gap`, `log.too-new`, `log.unreachable`. */
export async function* walkLog(
  log: EstablishmentLog,
  establishment: Finess,
  from: Position,
  to: Position,
): AsyncGenerator<readonly Walked[]> {
  if (from > to) return;
  let clock = Instant.of(0);
  for await (const entries of log.read(establishment, from, to)) {
    const events = readEntries(entries);
    yield events.map((recorded, index) => {
      clock = Instant.of(Math.max(clock, recorded.appendedAt));
      return { recorded, recordedAt: clock, bytes: entries[index]?.value.byteLength ?? 0 };
    });
  }
}
