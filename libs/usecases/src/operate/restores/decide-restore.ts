import { Failure, type Instant, type Position } from '#domain';
import type { Directory } from '../../directory/directory.js';
import type { DirectoryEvent } from '../../directory/directory-event.js';
import type { Restore } from '../../directory/restore.js';
import { stateDigestsOf } from '../../directory/restore-rules.js';
import type { KeyStore } from '../../ports/key-store.js';
import type { RestorePlan } from './restore-plan.js';

/** Who decides, and when. */
export interface Decider {
  readonly by: string;
  readonly at: Instant;
}

export const restoreNamed = (directory: Directory, restoreId: string): Restore => {
  const restore = directory.restores.get(restoreId);
  if (!restore)
    throw new Failure('not-found', `no restore "${restoreId.slice(0, 60)}"`, '`reprise restore list` names them');
  return restore;
};

/** The event, where the directory would accept it: every rule of a restore stands there. Throws its objection. */
export const acceptedBy = <E extends DirectoryEvent>(directory: Directory, event: E): E => {
  const found = directory.objection(event);
  if (found) throw found.failure;
  return event;
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
  const { planId, hash: planHash, to: target, targets } = plan;
  return acceptedBy(directory, {
    v: 1,
    at,
    by,
    kind: 'restore-requested',
    restoreId,
    planId,
    planHash,
    target,
    targets,
  });
};

export const resumeRestore = (directory: Directory, restoreId: string, { by, at }: Decider): DirectoryEvent =>
  acceptedBy(directory, { v: 1, at, by, kind: 'restore-resumed', restoreId });

export const cancelRestore = (directory: Directory, restoreId: string, { by, at }: Decider): DirectoryEvent =>
  acceptedBy(directory, { v: 1, at, by, kind: 'restore-cancelled', restoreId });

/** A second person's word on what exactly was planned and built. */
export const approveRestore = (
  directory: Directory,
  restoreId: string,
  { by, at, sign }: Decider & { readonly sign: KeyStore['sign'] },
): DirectoryEvent => {
  const restore = restoreNamed(directory, restoreId);
  const { planHash } = restore;
  const stateDigests = stateDigestsOf(restore);
  const approval = { v: 1, at, by, kind: 'restore-approved', restoreId, planHash, stateDigests } as const;
  return acceptedBy(directory, { ...approval, ...sign('approval', approval) });
};

/** `ends`: the newest positions of the logs. Throws `refused-by-policy` where the approver promotes, or another timeline has gone live. */
export const promoteRestore = (
  directory: Directory,
  restoreId: string,
  { by, at, ends }: Decider & { readonly ends: Readonly<Record<string, Position>> },
): DirectoryEvent => acceptedBy(directory, { v: 1, at, by, kind: 'restore-promoted', restoreId, resumeAt: ends });

export const rollBackRestore = (
  directory: Directory,
  restoreId: string,
  { by, at, ends }: Decider & { readonly ends: Readonly<Record<string, Position>> },
): DirectoryEvent => acceptedBy(directory, { v: 1, at, by, kind: 'restore-rolled-back', restoreId, resumeAt: ends });
