import { Failure, type Instant } from '#domain';
import type { Level } from '../ports/replica-reader.js';

/**
 * A replica that was level with its log within this time counts as live.
 * @limit Reader | age up to which a replica is `live` | `stale`
 */
const liveSecondsMax = 60;

export type LevelState = 'live' | 'stale' | 'restored';

/** Seconds since the replica was last level with the log's end; one decimal. */
export const ageSeconds = (level: Level, now: Instant): number =>
  Math.round(Math.max(0, now - level.levelAt) / 100) / 10;

export const levelState = (level: Level, now: Instant): LevelState => {
  if (level.restored) return 'restored';
  return ageSeconds(level, now) <= liveSecondsMax ? 'live' : 'stale';
};

/**
 * `Reprise-Watermark` (contract, section 5): a list of RFC 9651, one item per establishment that the answer draws on.
 *
 *     "750712184";position=812;timeline=1;age=2.1;state=live
 */
export const watermark = (levels: readonly Level[], now: Instant): string =>
  levels
    .map((level) => {
      const since = level.incompleteSince;
      return [
        `"${level.establishment}"`,
        `position=${level.position}`,
        `timeline=${level.timeline}`,
        `age=${ageSeconds(level, now).toFixed(1)}`,
        `state=${levelState(level, now)}`,
        ...(since === undefined ? [] : [`incomplete-since=@${Math.floor(since / 1000)}`]),
      ].join(';');
    })
    .join(', ');

/** `Reprise-Max-Age`: whole seconds. */
export const parseMaxAge = (raw: string): number => {
  if (!/^\d{1,9}$/.test(raw))
    throw new Failure('input.invalid', 'Reprise-Max-Age: not a number of seconds', 'a whole number, for example 60');
  return Number(raw);
};

/** Throws `too-old`: never silently old data. */
export const assertFresh = (levels: readonly Level[], maxAgeSeconds: number, now: Instant): void => {
  const old = levels.filter((level) => ageSeconds(level, now) > maxAgeSeconds);
  if (old.length === 0) return;
  const ages = old.map((level) => `${level.establishment}: ${ageSeconds(level, now).toFixed(1)} s`);
  throw new Failure(
    'too-old',
    `the data is older than the ${maxAgeSeconds} s asked for (${ages.join(', ')})`,
    'ask another replica (GET /replicas), ask again, or ask without Reprise-Max-Age',
  );
};
