import { Failure, type Instant, type Position } from '#domain';
import type { Directory, Restore, RestoreState } from '../../directory/directory.js';
import type { DirectoryEvent } from '../../directory/directory-event.js';
import type { KeyStore } from '../../ports/key-store.js';
import type { RestorePlan } from './restore-plan.js';

/** Who decides, and when. */
export interface Decider {
  readonly by: string;
  readonly at: Instant;
}

const refused = (message: string, hint: string): Failure => new Failure('refused-by-policy', message, hint);

export const restoreNamed = (directory: Directory, restoreId: string): Restore => {
  const restore = directory.restores.get(restoreId);
  if (!restore)
    throw new Failure('not-found', `no restore "${restoreId.slice(0, 60)}"`, '`reprise restore list` names them');
  return restore;
};

/** As operators see it: what was requested is running, or has failed. */
const shown = (state: RestoreState): string => (state === 'requested' ? 'running' : state);

const inState = (directory: Directory, restoreId: string, states: readonly RestoreState[], what: string): Restore => {
  const restore = restoreNamed(directory, restoreId);
  if (!states.includes(restore.state))
    throw refused(
      `restore ${restoreId} is ${shown(restore.state)}: it cannot be ${what}`,
      `only what is ${states.map(shown).join(' or ')} can be`,
    );
  return restore;
};

/** A plan that was confirmed just now becomes a restore. Throws `busy` where one is running already, `log.gap`. */
export const requestRestore = (
  directory: Directory,
  plan: RestorePlan,
  { by, at, restoreId }: Decider & { readonly restoreId: string },
): DirectoryEvent => {
  if (plan.gaps.length > 0)
    throw new Failure(
      'log.gap',
      `the log has gaps: ${plan.gaps.join('; ')}`,
      'restore the missing range from the archive',
    );
  for (const other of directory.restores.values())
    if (other.state === 'requested')
      for (const { establishment } of other.targets)
        if (plan.scope.establishments.includes(establishment))
          throw new Failure(
            'busy',
            `restore ${other.restoreId} of ${establishment} is not finished`,
            `watch it with \`reprise restore watch ${other.restoreId}\`, or cancel it`,
          );
  const { planId, hash, to, targets } = plan;
  return { v: 1, at, by, kind: 'restore-requested', restoreId, planId, planHash: hash, target: to, targets };
};

export const resumeRestore = (directory: Directory, restoreId: string, { by, at }: Decider): DirectoryEvent => {
  inState(directory, restoreId, ['requested'], 'resumed');
  return { v: 1, at, by, kind: 'restore-resumed', restoreId };
};

export const cancelRestore = (directory: Directory, restoreId: string, { by, at }: Decider): DirectoryEvent => {
  inState(directory, restoreId, ['requested', 'built', 'approved'], 'cancelled');
  return { v: 1, at, by, kind: 'restore-cancelled', restoreId };
};

/** A second person's word on what exactly was planned and built. */
export const approveRestore = (
  directory: Directory,
  restoreId: string,
  { by, at, sign }: Decider & { readonly sign: KeyStore['sign'] },
): DirectoryEvent => {
  const restore = inState(directory, restoreId, ['built'], 'approved');
  if (restore.requestedBy === by)
    throw refused(
      `${by} ran restore ${restoreId}: another operator approves it`,
      'use --as NAME of the second operator',
    );
  const approval = {
    v: 1,
    at,
    by,
    kind: 'restore-approved',
    restoreId,
    planHash: restore.planHash,
    stateDigests: Object.fromEntries(
      restore.certificates.map(({ establishment, stateDigest }) => [establishment, stateDigest]),
    ),
  } as const;
  return { ...approval, ...sign(approval) };
};

/** `ends`: the newest positions of the logs. Throws `refused-by-policy` where the approver promotes, or another timeline has gone live. */
export const promoteRestore = (
  directory: Directory,
  restoreId: string,
  { by, at, ends }: Decider & { readonly ends: Readonly<Record<string, Position>> },
): DirectoryEvent => {
  const restore = inState(directory, restoreId, ['approved'], 'promoted');
  if (restore.approvedBy === by)
    throw refused(
      `${by} approved restore ${restoreId}: another operator promotes it`,
      'use --as NAME of the other operator',
    );
  for (const other of directory.restores.values())
    if (other.state === 'promoted')
      for (const { establishment, timeline } of other.targets) {
        const own = restore.targets.find((target) => target.establishment === establishment)?.timeline.number ?? 0;
        if (own !== 0 && timeline.number > own)
          throw refused(
            `restore ${other.restoreId} of ${establishment} was promoted after this one was planned`,
            'roll that one back first, or plan again on top of it',
          );
      }
  return { v: 1, at, by, kind: 'restore-promoted', restoreId, resumeAt: ends };
};

export const rollBackRestore = (
  directory: Directory,
  restoreId: string,
  { by, at, ends }: Decider & { readonly ends: Readonly<Record<string, Position>> },
): DirectoryEvent => {
  const restore = inState(directory, restoreId, ['promoted'], 'rolled back');
  for (const { establishment, timeline } of restore.targets) {
    const live = directory.currentTimeline(establishment).timeline.number;
    if (live !== timeline.number)
      throw refused(
        `${establishment} is on timeline ${live} by now, not on this restore's ${timeline.number}`,
        'roll back what was promoted last',
      );
  }
  return { v: 1, at, by, kind: 'restore-rolled-back', restoreId, resumeAt: ends };
};
