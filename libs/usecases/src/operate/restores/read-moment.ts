import { Failure, Instant } from '#domain';
import { localMeanings, offsetText } from './zone-time.js';

const unitsMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const ago = /^(\d{1,9})\s*(s|sec|m|min|h|d)\s+ago$/;
const written = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?$/;

const notAMoment = (raw: string): Failure =>
  new Failure(
    'input.invalid',
    `not a time: "${raw.slice(0, 40)}"`,
    'RFC 3339 with a zone, for example 2026-11-20T14:30:00+01:00, or 15m ago (s, m, h, d)',
  );

/** Date.parse takes 30 February for 2 March; a time that nobody can have meant is refused. */
const parts = (day: string, time: string): Instant | undefined => {
  const ms = Date.parse(`${day}T${time}Z`);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10) !== day ? undefined : Instant.of(ms);
};

/** What a local time can mean: in the zone of the establishment, or in UTC, as machines write it. */
const candidates = (day: string, time: string, local: Instant, timeZone: string): Failure => {
  const { offsets, exists } = localMeanings(local, timeZone);
  const meant = offsets.length > 1 ? offsets : [...new Set([...offsets, 0])];
  const said = meant.map((offset) => `${day}T${time}${offset === 0 ? 'Z' : offsetText(offset)}`);
  const why = !exists
    ? `${day} ${time} does not exist in ${timeZone}: the clocks go forward over it`
    : offsets.length > 1
      ? `${day} ${time} occurs twice in ${timeZone}`
      : `${day} ${time} has no zone`;
  return new Failure('input.invalid', why, `say ${said.join(' or ')}`);
};

/**
 * What an operator writes for T: RFC 3339 with zone, or `15m ago`. A local time is refused with the two candidates of the
 * establishment's zone; the future is refused, but where it is only an end: who writes the minute that runs means all that is there.
 * Throws `input.invalid`.
 */
export const readMoment = (
  raw: string,
  {
    now,
    timeZone,
    future = 'refused',
  }: { readonly now: Instant; readonly timeZone: string; readonly future?: 'refused' | 'taken' },
): Instant => {
  const text = raw.trim();
  const relative = ago.exec(text);
  if (relative) return Instant.of(now - Number(relative[1]) * unitsMs[relative[2]?.charAt(0) as keyof typeof unitsMs]);
  const [, day = '', minutes = '', seconds = ':00', zone] = written.exec(text) ?? [];
  const local = parts(day, `${minutes}${seconds}`);
  if (local === undefined) throw notAMoment(raw);
  if (zone === undefined) throw candidates(day, `${minutes}${seconds}`, local, timeZone);
  const instant = Instant.parse(`${day}T${minutes}${seconds}${zone}`);
  if (instant > now && future === 'refused')
    throw new Failure('input.invalid', `${Instant.iso(instant)} is in the future`, 'nothing is recorded there yet');
  return instant;
};
