import type { Clock, Instant } from './instant.js';
import type { LogEvent } from './log-event.js';
import type { Position } from './position.js';

/** Which events a restore leaves out, besides those after its cut. An event that matches any rule is out. */
export interface Exclusions {
  readonly senders: readonly string[];
  /** `LogEvent.label` or its first word: `ADT^A40`, `ORU`, `DELETE`. */
  readonly types: readonly string[];
  /** Intervals of the plan's clock, both ends included. */
  readonly between: readonly (readonly [Instant, Instant])[];
  /** On the clocks `sent` and `occurred` a time is no cut: what is later on that clock is left out. */
  readonly after?: Instant;
  readonly clock: Clock;
}

/**
 * A parent timeline, a branch position, and what counts after it. Timeline 1 is the log itself.
 * Numbers are given by the directory log and never reused within an establishment.
 */
export type Timeline =
  | { readonly number: 1 }
  | {
      readonly number: number;
      /** The timeline that was live at the cut. */
      readonly parent: Timeline;
      /** Up to here, inclusive, every event counts as it does in the parent; versions keep the parent's ids. */
      readonly branch: Position;
      readonly cut: Position;
      readonly exclusions: Exclusions;
      /** Log end when the plan was made: exclusions reach no further. */
      readonly plannedAt: Position;
      readonly afterCut: 'omit' | 'replay';
      /** Where the promoted timeline takes up the log again: behind it everything counts. */
      readonly resumeAt: Position | 'not-promoted';
    };

export const originalTimeline: Timeline = { number: 1 };

/** The event's time on a clock; what a message does not say is taken from the next clock that knows. */
export const eventTime = (clock: Clock, event: LogEvent, recordedAt: Instant): Instant => {
  switch (clock) {
    case 'recorded':
      return recordedAt;
    case 'sent':
      return event.sentAt ?? recordedAt;
    case 'occurred':
      return event.occurredAt ?? event.sentAt ?? recordedAt;
  }
};

export const isExcluded = (exclusions: Exclusions, event: LogEvent, recordedAt: Instant): boolean => {
  if (event.format === 'control') return false;
  if (exclusions.senders.includes(event.sender)) return true;
  if (exclusions.types.some((type) => event.label === type || event.label.split(/[\s^]/, 1)[0] === type)) return true;
  if (exclusions.between.length === 0 && exclusions.after === undefined) return false;
  const time = eventTime(exclusions.clock, event, recordedAt);
  if (exclusions.after !== undefined && time > exclusions.after) return true;
  return exclusions.between.some(([from, to]) => time >= from && time <= to);
};

const branched = (timeline: Timeline): Exclude<Timeline, { number: 1 }> | undefined =>
  'parent' in timeline ? timeline : undefined;

/** Does this event have effect on this timeline? */
export const counts = (
  timeline: Timeline,
  at: { readonly position: Position; readonly recordedAt: Instant; readonly event: LogEvent },
): boolean => {
  const own = branched(timeline);
  if (!own) return true;
  if (at.position <= own.branch) return counts(own.parent, at);
  if (own.resumeAt !== 'not-promoted' && at.position > own.resumeAt) return true;
  const excluded = at.position <= own.plannedAt && isExcluded(own.exclusions, at.event, at.recordedAt);
  return !excluded && (at.position <= own.cut ? counts(own.parent, at) : own.afterCut === 'replay');
};

/** The timeline number that a version made at this position carries. */
export const timelineAt = (timeline: Timeline, position: Position): number => {
  const own = branched(timeline);
  return !own ? 1 : position <= own.branch ? timelineAt(own.parent, position) : own.number;
};
