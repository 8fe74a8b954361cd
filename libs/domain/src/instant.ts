import type { Brand } from './brand.js';
import { Failure } from './failure.js';

/** A moment: milliseconds since 1970 in UTC. */
export type Instant = Brand<number, 'Instant'>;

/** Section 5.6: `T` and `Z` may be lower case. */
const rfc3339 = /^(\d{4}-\d\d-\d\d)[T ](?:[01]\d|2[0-3]):\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/i;

/** `Date.parse` takes 30 February for 2 March. */
const isDay = (day: string): boolean => new Date(`${day}T00:00:00Z`).getUTCDate() === Number(day.slice(8));

export const Instant = {
  of(ms: number): Instant {
    if (!Number.isFinite(ms)) throw new RangeError(`not an instant: ${ms}`);
    return Math.trunc(ms) as Instant;
  },
  /** RFC 3339 with zone; anything else is refused, because a local time means two moments on one night of the year. No leap second. What was given is not repeated: it may be
   * anything. */
  parse(raw: string): Instant {
    const [, day = ''] = rfc3339.exec(raw) ?? [];
    const ms = isDay(day) ? Date.parse(raw.toUpperCase().replace(' ', 'T')) : Number.NaN;
    if (Number.isNaN(ms))
      throw new Failure(
        'input.invalid',
        'not an instant: it cannot be read, or it has no zone',
        'RFC 3339 with a zone, for example 2026-11-20T14:30:00+01:00',
      );
    return ms as Instant;
  },
  iso: (instant: Instant): string => new Date(instant).toISOString(),
};

/** Which time a person means: recorded = appended to the log, sent = MSH-7 or CloudEvents `time`, occurred = in the hospital. */
export const clocks = ['recorded', 'sent', 'occurred'] as const;
export type Clock = (typeof clocks)[number];
