import { Failure, type Finess, type Position, type Timeline } from '#domain';
import { canonicalJson } from '../operate/canonical-json.js';
import type { TrustedKeys } from '../ports/trusted-keys.js';
import type { Certificate, DirectoryEvent, RestoreTarget } from './directory-event.js';
import { type Objection, objection } from './objection.js';
import type { Restore, RestoreRecords, RestoreState } from './restore.js';

type RestoreEvent = Extract<DirectoryEvent, { readonly restoreId: string }>;
type Of<K extends RestoreEvent['kind']> = Extract<RestoreEvent, { readonly kind: K }>;

/** From which states a restore is moved by an event, and how people say it. */
const moves = {
  'restore-resumed': { from: ['requested'], word: 'resumed' },
  'restore-cancelled': { from: ['requested', 'built', 'approved'], word: 'cancelled' },
  'restore-built': { from: ['requested'], word: 'built' },
  'restore-approved': { from: ['built'], word: 'approved' },
  'restore-promoted': { from: ['approved'], word: 'promoted' },
  'restore-rolled-back': { from: ['promoted'], word: 'rolled back' },
} as const satisfies Record<
  Exclude<RestoreEvent['kind'], 'restore-requested'>,
  { readonly from: readonly RestoreState[]; readonly word: string }
>;

/** Nothing moves it any more. */
const isOver = (state: RestoreState): boolean =>
  Object.values(moves).every(({ from }) => !(from as readonly RestoreState[]).includes(state));

/** As operators see it: what was requested is running, or has failed. */
const shown = (state: RestoreState): string => (state === 'requested' ? 'running' : state);

const same = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

/** Every rule of what may happen to a restore, for those who decide and for those who follow. */
export const objectionToRestore = (
  records: RestoreRecords,
  keys: TrustedKeys,
  event: RestoreEvent,
): Objection | undefined => {
  if (event.kind === 'restore-requested') return toRequest(records, event);
  const restore = records.restores.get(event.restoreId);
  if (!restore)
    return objection(
      'no such restore was requested',
      new Failure('not-found', `no restore "${event.restoreId.slice(0, 60)}"`, '`reprise restore list` names them'),
    );
  const { from, word } = moves[event.kind];
  if (!(from as readonly RestoreState[]).includes(restore.state))
    return objection(
      `a restore that is ${shown(restore.state)} cannot be ${word}`,
      new Failure(
        'refused-by-policy',
        `restore ${event.restoreId} is ${shown(restore.state)}: it cannot be ${word}`,
        isOver(restore.state)
          ? 'plan, run and approve a new one'
          : `only what is ${from.map(shown).join(' or ')} can be`,
      ),
    );
  switch (event.kind) {
    case 'restore-resumed':
    case 'restore-cancelled':
      return undefined;
    case 'restore-built':
      return toBuilt(restore, keys, event);
    case 'restore-approved':
      return toApproval(restore, keys, event);
    case 'restore-promoted':
      return toPromotion(records, restore, event);
    case 'restore-rolled-back':
      return toRollBack(records, restore, event);
  }
};

const toRequest = (records: RestoreRecords, event: Of<'restore-requested'>): Objection | undefined => {
  if (records.restores.has(event.restoreId)) return objection('a restore of this id was requested before');
  const establishments = new Set(event.targets.map(({ establishment }) => establishment));
  if (establishments.size === 0 || establishments.size !== event.targets.length)
    return objection('a restore has one target for each of its establishments');
  for (const other of records.restores.values())
    if (other.state === 'requested')
      for (const { establishment } of other.targets)
        if (establishments.has(establishment))
          return objection(
            'another restore of an establishment is not finished',
            new Failure(
              'busy',
              `restore ${other.restoreId} of ${establishment} is not finished`,
              `watch it with \`reprise restore watch ${other.restoreId}\`, or cancel it`,
            ),
          );
  for (const target of event.targets) {
    if (!records.establishments.has(target.establishment)) return objection('a target is not declared');
    const found = toTarget(records, target);
    if (found) return found;
  }
  return undefined;
};

/** Is this a timeline that planning can have made of what the directory says now? */
const toTarget = (records: RestoreRecords, { establishment, timeline, buildTo, events }: RestoreTarget) => {
  if (!('parent' in timeline)) return objection('a restore makes a timeline of its own');
  const { number, parent, branch, cut, plannedAt, afterCut, resumeAt } = timeline;
  if (number !== records.nextTimeline(establishment))
    return objection('the number of the timeline is not the next one of its establishment');
  if (!same(parent, records.liveTimeline(establishment, cut)))
    return objection('the parent of the timeline is not the one that was live at the cut');
  if (branch > cut) return objection('the timeline branches behind its cut');
  if (resumeAt !== 'not-promoted') return objection('the timeline is promoted before it is built');
  const end = afterCut === 'omit' ? cut : Math.max(plannedAt, cut);
  if (buildTo !== end || events > buildTo + 1) return objection('the build does not end where its timeline says');
  return undefined;
};

const certifies = (restore: Restore, certificate: Certificate): boolean => {
  const target = restore.targets.find(({ establishment }) => establishment === certificate.establishment);
  if (!target || !('parent' in target.timeline)) return false;
  const { timeline, buildTo, events } = target;
  return (
    certificate.restoreId === restore.restoreId &&
    certificate.planHash === restore.planHash &&
    certificate.timeline === timeline.number &&
    same(certificate.definition, timeline) &&
    certificate.cut === String(timeline.cut) &&
    certificate.builtTo === String(buildTo) &&
    certificate.events === events &&
    certificate.gaps.length === 0
  );
};

const toBuilt = (restore: Restore, keys: TrustedKeys, { certificates }: Of<'restore-built'>): Objection | undefined => {
  const certified = new Set(certificates.map(({ establishment }) => establishment));
  if (certified.size !== certificates.length || certified.size !== restore.targets.length)
    return objection('a restore is built with one certificate for each of its targets');
  for (const certificate of certificates) {
    if (!certifies(restore, certificate)) return objection('a certificate is not of what was requested');
    const { signature, ...document } = certificate;
    if (keys.verify('certificate', document, { signature, keyId: certificate.keyId }) !== 'valid')
      return untrusted('a certificate is signed by no trusted key');
  }
  return undefined;
};

const untrusted = (reason: string): Objection =>
  objection(
    reason,
    new Failure(
      'refused-by-policy',
      reason,
      'every process names the public key of control in REPRISE_TRUSTED_KEYS_DIR: docs/operating.md, "Keys"',
    ),
  );

export const stateDigestsOf = ({ certificates }: Restore): Readonly<Record<string, string>> =>
  Object.fromEntries(certificates.map(({ establishment, stateDigest }) => [establishment, stateDigest]));

const toApproval = (restore: Restore, keys: TrustedKeys, event: Of<'restore-approved'>): Objection | undefined => {
  const { signature, keyId, ...document } = event;
  if (restore.requestedBy === event.by)
    return objection(
      'who requested a restore approves it',
      new Failure(
        'refused-by-policy',
        `${event.by} ran restore ${event.restoreId}: another operator approves it`,
        'use --as NAME of the second operator',
      ),
    );
  if (event.planHash !== restore.planHash) return objection('the approval is of another plan');
  if (!same(event.stateDigests, stateDigestsOf(restore))) return objection('the approval is of another state');
  if (keys.verify('approval', document, { signature, keyId }) !== 'valid')
    return untrusted('the approval is signed by no trusted key');
  return undefined;
};

const toPromotion = (
  records: RestoreRecords,
  restore: Restore,
  event: Of<'restore-promoted'>,
): Objection | undefined => {
  if (restore.approvedBy === event.by)
    return objection(
      'who approved a restore promotes it',
      new Failure(
        'refused-by-policy',
        `${event.by} approved restore ${event.restoreId}: another operator promotes it`,
        `${restore.requestedBy}, who ran it, may (--as ${restore.requestedBy}), or any other operator`,
      ),
    );
  for (const other of records.restores.values())
    if (other.state === 'promoted')
      for (const { establishment, timeline } of other.targets) {
        const own = restore.targets.find((target) => target.establishment === establishment)?.timeline.number ?? 0;
        if (own !== 0 && timeline.number > own)
          return objection(
            'another restore was promoted since this one was planned',
            new Failure(
              'refused-by-policy',
              `restore ${other.restoreId} of ${establishment} was promoted after this one was planned`,
              'roll that one back first, or plan again on top of it',
            ),
          );
      }
  return toResuming(records, restore, event.resumeAt);
};

const toRollBack = (
  records: RestoreRecords,
  restore: Restore,
  event: Of<'restore-rolled-back'>,
): Objection | undefined => {
  for (const { establishment, timeline } of restore.targets) {
    const live = records.currentTimeline(establishment).timeline.number;
    if (live !== timeline.number)
      return objection(
        'the restore is not the one that is live',
        new Failure(
          'refused-by-policy',
          `${establishment} is on timeline ${live} by now, not on this restore's ${timeline.number}`,
          'roll back what was promoted last',
        ),
      );
  }
  return toResuming(records, restore, event.resumeAt);
};

const plannedAtOf = (timeline: Timeline): number => ('parent' in timeline ? timeline.plannedAt : -1);

/** `resumeAt` is the newest position of each log at that moment: logs only grow. */
const toResuming = (
  records: RestoreRecords,
  { targets }: Restore,
  resumeAt: Readonly<Record<Finess, Position>>,
): Objection | undefined => {
  if (Object.keys(resumeAt).length !== targets.length)
    return objection('a position is said for each establishment of the restore, and for no other');
  for (const { establishment, timeline } of targets) {
    const at = resumeAt[establishment];
    if (at === undefined)
      return objection('a position is said for each establishment of the restore, and for no other');
    if (at < plannedAtOf(timeline) || at < records.currentTimeline(establishment).after)
      return objection(
        'the log goes on at a position that lies behind what was there already',
        new Failure(
          'refused-by-policy',
          `the log of ${establishment} ends at ${at}, before what was known of it`,
          'look whether its log was replaced: `reprise verify log`',
        ),
      );
  }
  return undefined;
};
