import type { Instant } from '#domain';

/** ETag of a version (FHIR R4, section 3.1.0.1.3). */
export const etagOf = (versionId: string): string => `W/"${versionId}"`;

/** RFC 9110, section 13.1.2: any of the list, compared weakly. */
export const matchesETag = (ifNoneMatch: string, versionId: string): boolean =>
  ifNoneMatch.split(',').some((one) => {
    const tag = one.trim();
    return tag === '*' || tag.replace(/^W\//, '') === `"${versionId}"`;
  });

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
