import {
  type Establishment,
  type Finess,
  type Instant,
  type Membership,
  originalTimeline,
  Position,
  type Sender,
  type Timeline,
} from '#domain';
import type { DirectoryEntry } from '../ports/directory-log.js';
import { noTrustedKeys, type TrustedKeys } from '../ports/trusted-keys.js';
import { objectionToDeclaration } from './declaration-rules.js';
import type { DirectoryEvent, OpenedIncarnation } from './directory-event.js';
import type { Objection } from './objection.js';
import type { Restore, RestoreRecords, TimelineSwitch } from './restore.js';
import { objectionToRestore } from './restore-rules.js';

/** What the directory says of a sender besides its profile. */
export interface SenderHistory {
  /** When its profile was last declared. */
  readonly declaredAt: Instant;
  /** Oldest first; the first incarnation is opened by nobody. */
  readonly incarnations: readonly (OpenedIncarnation & { readonly at: Instant; readonly by: string })[];
}

/** An entry that was passed over: where it stands, what it says it is, and the rule that it breaks. Nothing that it holds. */
export interface RefusedEntry {
  readonly position: Position;
  readonly at: Instant;
  readonly kind: DirectoryEvent['kind'] | 'unknown';
  readonly reason: string;
}

/**
 * Refused entries that are kept by name, the newest; `refusedCount` counts them all.
 * @limit Directory | refused entries that are kept by name | the newest are; all are counted
 */
export const refusalsKeptMax = 100;

/**
 * The fold of the directory log, a state machine: what is not whole, not allowed where things stand, or not signed by a key that is
 * trusted here changes nothing, is recorded, and stops nothing. Without keys no certificate and no approval is accepted.
 */
export class Directory implements RestoreRecords {
  readonly territories = new Map<string, string>();
  readonly establishments = new Map<Finess, Establishment>();
  readonly senders = new Map<string, Sender>();
  readonly memberships: Membership[] = [];
  readonly restores = new Map<string, Restore>();
  readonly senderHistories = new Map<string, SenderHistory>();
  private readonly switches = new Map<Finess, readonly TimelineSwitch[]>();
  private readonly timelinesGiven = new Map<Finess, number>();
  private refused: readonly RefusedEntry[] = [];
  /** Of all refused entries, those too that are no longer kept. */
  refusedCount = 0;

  constructor(private readonly keys: TrustedKeys = noTrustedKeys) {}

  /** The newest refused entries, oldest first. */
  get refusals(): readonly RefusedEntry[] {
    return this.refused;
  }

  /** Why this event would be refused now; undefined where it would be accepted. */
  objection(event: DirectoryEvent): Objection | undefined {
    return 'restoreId' in event ? objectionToRestore(this, this.keys, event) : objectionToDeclaration(this, event);
  }

  /** The refusal, where the entry changed nothing. Never throws on what a log holds. */
  apply({ position, appendedAt: at, event }: DirectoryEntry): RefusedEntry | undefined {
    if (event.kind === 'unreadable') return this.refuse({ position, at, kind: event.as, reason: event.reason });
    const found = this.objection(event);
    if (found) return this.refuse({ position, at, kind: event.kind, reason: found.reason });
    if ('restoreId' in event) this.applyRestore(event);
    else this.declare(event);
    return undefined;
  }

  private refuse(entry: RefusedEntry): RefusedEntry {
    this.refused = [...this.refused.slice(1 - refusalsKeptMax), entry];
    this.refusedCount += 1;
    return entry;
  }

  private declare(event: Exclude<DirectoryEvent, { restoreId: string }>): void {
    switch (event.kind) {
      case 'territory-declared':
        this.territories.set(event.code, event.name);
        return;
      case 'establishment-declared':
        this.establishments.set(event.establishment.finess, event.establishment);
        return;
      case 'sender-declared':
        this.declareSender(event);
        return;
      case 'incarnation-opened':
        this.openIncarnation(event);
        return;
      case 'membership-declared':
        this.memberships.push(event.membership);
        return;
    }
  }

  private declareSender({ sender, at }: Extract<DirectoryEvent, { kind: 'sender-declared' }>): void {
    const { name } = sender;
    const known = this.senders.get(name)?.incarnation ?? 1;
    this.senders.set(name, { ...sender, incarnation: Math.max(known, sender.incarnation) });
    const incarnations = this.senderHistories.get(name)?.incarnations ?? [];
    this.senderHistories.set(name, { declaredAt: at, incarnations });
  }

  private openIncarnation(event: Extract<DirectoryEvent, { kind: 'incarnation-opened' }>): void {
    const { sender: name, opened, at, by } = event;
    const [sender, history] = [this.senders.get(name), this.senderHistories.get(name)];
    if (!sender || !history) return;
    this.senders.set(name, { ...sender, incarnation: Math.max(sender.incarnation, opened.number) });
    this.senderHistories.set(name, { ...history, incarnations: [...history.incarnations, { ...opened, at, by }] });
  }

  /** Establishments of the territory now. */
  members(territory: string): readonly Finess[] {
    const current = new Set<Finess>();
    for (const { territory: code, establishment, to } of this.memberships) {
      if (code !== territory) continue;
      if (to === undefined) current.add(establishment);
      else current.delete(establishment);
    }
    return [...current];
  }

  /** The timeline whose state readers saw at this position of the log. */
  liveTimeline(establishment: Finess, at: Position): Timeline {
    return this.switches.get(establishment)?.findLast(({ after }) => after < at)?.timeline ?? originalTimeline;
  }

  /** What every replica has to show now. */
  currentTimeline(establishment: Finess): TimelineSwitch {
    return (
      this.switches.get(establishment)?.at(-1) ?? { after: Position.none, timeline: originalTimeline, restoreId: '' }
    );
  }

  /** The number that the establishment's next timeline gets. */
  nextTimeline(establishment: Finess): number {
    return (this.timelinesGiven.get(establishment) ?? 1) + 1;
  }

  private applyRestore(event: Extract<DirectoryEvent, { restoreId: string }>): void {
    if (event.kind === 'restore-requested') {
      this.request(event);
      return;
    }
    const restore = this.restores.get(event.restoreId);
    if (!restore) return;
    const change = (changed: Partial<Restore>): void => {
      this.restores.set(restore.restoreId, { ...restore, ...changed });
    };
    switch (event.kind) {
      case 'restore-resumed':
        return change({ resumed: restore.resumed + 1 });
      case 'restore-cancelled':
        return change({ state: 'cancelled' });
      case 'restore-built':
        return change({ state: 'built', certificates: event.certificates });
      case 'restore-approved':
        return change({ state: 'approved', approvedBy: event.by });
      case 'restore-promoted':
        this.promote(restore, event.resumeAt);
        return change({ state: 'promoted' });
      case 'restore-rolled-back':
        this.rollBack(restore, event.resumeAt);
        return change({ state: 'rolled-back' });
    }
  }

  private request(event: Extract<DirectoryEvent, { kind: 'restore-requested' }>): void {
    const { restoreId, planId, planHash, target, targets, by } = event;
    for (const { establishment, timeline } of targets)
      this.timelinesGiven.set(establishment, Math.max(timeline.number, this.timelinesGiven.get(establishment) ?? 1));
    this.restores.set(restoreId, {
      restoreId,
      planId,
      planHash,
      target,
      targets,
      state: 'requested',
      requestedBy: by,
      certificates: [],
      resumed: 0,
    });
  }

  private promote(restore: Restore, resumeAt: Readonly<Record<string, Position>>): void {
    for (const { establishment, timeline } of restore.targets) {
      const after = resumeAt[establishment] ?? Position.none;
      this.switchTo(establishment, { after, timeline: resumed(timeline, after), restoreId: restore.restoreId });
    }
  }

  private rollBack(restore: Restore, resumeAt: Readonly<Record<string, Position>>): void {
    for (const { establishment } of restore.targets) {
      const after = resumeAt[establishment] ?? Position.none;
      this.switchTo(establishment, { after, timeline: this.beforePromotion(establishment, restore), restoreId: '' });
    }
  }

  /** What was live when this restore was promoted, whatever was promoted and rolled back since. */
  private beforePromotion(establishment: Finess, { restoreId }: Restore): Timeline {
    const switches = this.switches.get(establishment) ?? [];
    const own = switches.findLastIndex((made) => made.restoreId === restoreId);
    return switches[own - 1]?.timeline ?? originalTimeline;
  }

  private switchTo(establishment: Finess, made: TimelineSwitch): void {
    this.switches.set(establishment, [...(this.switches.get(establishment) ?? []), made]);
  }
}

/** The timeline of a promotion: the one that was built, with where it takes up the log. */
export const resumed = (timeline: Timeline, resumeAt: Position): Timeline =>
  'parent' in timeline ? { ...timeline, resumeAt } : timeline;
