import type { Instant } from '#domain';
import { matchesETag } from '#platform';

/** ETag of a version (FHIR R4, section 3.1.0.1.3). */
export const etagOf = (versionId: string): string => `W/"${versionId}"`;

/** What `If-None-Match` says of a version. */
export const isMatched = (ifNoneMatch: string, versionId: string): boolean =>
  matchesETag(ifNoneMatch, etagOf(versionId));

/** What `If-Modified-Since` says of a version. `same-second`: a second version may hide in the second that it names. */
export const modifiedSince = (
  header: string,
  recordedAt: Instant,
  restored: boolean,
): 'modified' | 'same-second' | 'unchanged' => {
  const since = Date.parse(header);
  const recordedSecond = Math.floor(recordedAt / 1000) * 1000;
  if (since === recordedSecond) return 'same-second';
  // A restore brings older versions back: then "older than what the caller has" does not mean "what the caller has".
  return !restored && since > recordedSecond ? 'unchanged' : 'modified';
};
