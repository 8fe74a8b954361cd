import { Instant } from '#domain';

/** Minutes east of UTC that the zone's clocks show at this instant. */
export const offsetMinutes = (instant: Instant, timeZone: string): number => {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((p) => p.type === type)?.value);
  const shown = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return Math.round((shown - Math.trunc(instant / 1000) * 1000) / 60_000);
};

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `+01:00` */
export const offsetText = (minutes: number): string =>
  `${minutes < 0 ? '-' : '+'}${twoDigits(Math.trunc(Math.abs(minutes) / 60))}:${twoDigits(Math.abs(minutes) % 60)}`;

/**
 * What a local time can mean in a zone, earliest first: one offset on most days, two in the hour that occurs twice, and in the
 * hour that never occurs the two offsets around it (`exists` is false then).
 * `local` is read as if it were UTC.
 */
export const localMeanings = (
  local: Instant,
  timeZone: string,
): { readonly offsets: readonly number[]; readonly exists: boolean } => {
  const dayMs = 24 * 3600 * 1000;
  const around = [
    ...new Set([-dayMs, dayMs].map((shift) => offsetMinutes(Instant.of(local + shift), timeZone))),
  ].toSorted((a, b) => b - a);
  const holding = around.filter((offset) => offsetMinutes(Instant.of(local - offset * 60_000), timeZone) === offset);
  return holding.length > 0 ? { offsets: holding, exists: true } : { offsets: around, exists: false };
};
