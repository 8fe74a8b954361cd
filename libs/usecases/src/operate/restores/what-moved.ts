import type { Directory } from '../../directory/directory.js';
import type { Restore } from '../../directory/restore.js';
import type { RestorePlan } from './restore-plan.js';

/** The restore that was given a timeline of this plan. */
const whoTook = ({ targets }: RestorePlan, { restores }: Directory): Restore | undefined =>
  [...restores.values()].find((restore) =>
    restore.targets.some((taken) =>
      targets.some(
        ({ establishment, timeline }) =>
          establishment === taken.establishment && timeline.number === taken.timeline.number,
      ),
    ),
  );

/** The first thing that an operator has to know of, and what to do where planning again is not it. */
export const whatMoved = (
  before: RestorePlan,
  now: RestorePlan,
  directory: Directory,
): readonly [moved: string, hint?: string] => {
  for (const establishment of before.scope.establishments) {
    if (before.logIds[establishment] !== now.logIds[establishment])
      return [`the log of ${establishment} is another one`];
    if (before.liveTimelines[establishment] !== now.liveTimelines[establishment])
      return [`timeline ${now.liveTimelines[establishment]} of ${establishment} has gone live since`];
    if (before.cuts[establishment] !== now.cuts[establishment])
      return [`the cut of ${establishment} was ${before.cuts[establishment]} and is ${now.cuts[establishment]}`];
  }
  const taken = whoTook(before, directory);
  if (!taken) return ['its content and its hash do not belong together'];
  const { restoreId, planHash: hash } = taken;
  return hash === before.hash
    ? [
        `restore ${restoreId} was requested with it`,
        `watch it with \`reprise restore watch ${restoreId}\`, or plan again`,
      ]
    : [`restore ${restoreId} was requested since`];
};
