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
import type { Certificate, DirectoryEvent, OpenedIncarnation, RestoreTarget } from './directory-event.js';

export type RestoreState = 'requested' | 'built' | 'approved' | 'promoted' | 'rolled-back' | 'cancelled';

export interface Restore {
  readonly restoreId: string;
  readonly planId: string;
  readonly planHash: string;
  readonly target: string;
  readonly targets: readonly RestoreTarget[];
  readonly state: RestoreState;
  readonly requestedBy: string;
  readonly approvedBy?: string;
  readonly certificates: readonly Certificate[];
  /** How often an operator has asked to go on. */
  readonly resumed: number;
}

/** From position `after` (exclusive) on, this timeline is the live one. */
export interface TimelineSwitch {
  readonly after: Position;
  readonly timeline: Timeline;
  /** The restore that was promoted; empty for a return to a former timeline. */
  readonly restoreId: string;
}

/** What the directory says of a sender besides its profile. */
export interface SenderHistory {
  /** When its profile was last declared. */
  readonly declaredAt: Instant;
  /** Oldest first; the first incarnation is opened by nobody. */
  readonly incarnations: readonly (OpenedIncarnation & { readonly at: Instant; readonly by: string })[];
}

/** The fold of the directory log. */
export class Directory {
  readonly territories = new Map<string, string>();
  readonly establishments = new Map<Finess, Establishment>();
  readonly senders = new Map<string, Sender>();
  readonly memberships: Membership[] = [];
  readonly restores = new Map<string, Restore>();
  readonly senderHistories = new Map<string, SenderHistory>();
  private readonly switches = new Map<Finess, readonly TimelineSwitch[]>();
  private readonly timelinesGiven = new Map<Finess, number>();

  apply({ event }: DirectoryEntry): void {
    if ('restoreId' in event) this.applyRestore(event);
    else this.declare(event);
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
