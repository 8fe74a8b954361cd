import type { Warning } from '#domain';

/**
 * Of one event: they stand in its header, which every follower reads.
 * @limit FHIR | warnings of one event | told together, with their number
 */
const maxWarnings = 100;

/** The first warnings, `max` at most, and then how many more there are. */
export const bounded = (warnings: readonly Warning[], max = maxWarnings): readonly Warning[] => {
  const kept = Math.max(0, Math.min(max, maxWarnings));
  if (warnings.length <= kept) return warnings;
  return [
    ...warnings.slice(0, kept),
    { code: 'more-warnings', location: '', text: `and ${warnings.length - kept} more` },
  ];
};

/** Of every warning that a write can be given. */
export const writeWarningCodes: readonly string[] = [
  'fhir-doubtful',
  'ins-test',
  'ins-production',
  'reference-conditional',
  'reference-unresolved',
  'reference-replaced',
  'more-warnings',
];
