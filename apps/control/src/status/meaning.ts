import { type Clock, type Finess, Instant } from '#domain';
import type { EventMark, ResolvedCut } from '#usecases';

/** What T means on one clock. */
interface ClockMeaning {
  readonly clock: Clock;
  /** Decimal; -1 = before the first event. */
  readonly cut: string;
  readonly lastIn: EventMark | null;
  readonly firstOut: EventMark | null;
  /** Events up to the cut that are later than T on this clock, and would be left out one by one. */
  readonly leftOut: number;
  readonly leftOutPositions: readonly string[];
}

export interface Meaning {
  readonly establishment: Finess;
  /** RFC 3339. */
  readonly at: string;
  readonly clocks: Readonly<Record<string, ClockMeaning>>;
}

export const meaningOf = (
  establishment: Finess,
  instant: Instant,
  resolved: readonly ResolvedCut[],
  order: readonly Clock[],
): Meaning => ({
  establishment,
  at: Instant.iso(instant),
  clocks: Object.fromEntries(
    resolved
      .toSorted((a, b) => order.indexOf(a.clock) - order.indexOf(b.clock))
      .map(({ clock, cut, lastIn, firstOut, leftOut, leftOutPositions }) => [
        clock,
        {
          clock,
          cut: String(cut),
          lastIn: lastIn ?? null,
          firstOut: firstOut ?? null,
          leftOut,
          leftOutPositions: leftOutPositions.map(String),
        },
      ]),
  ),
});
