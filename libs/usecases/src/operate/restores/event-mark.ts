import { type Finess, Instant, type Position } from '#domain';
import type { EstablishmentLog } from '../../ports/establishment-log.js';
import { walkLog, type Walked } from '../verify/walk-log.js';

/** One event as operators see it: where, who, when. Never content. */
export interface EventMark {
  readonly establishment: Finess;
  /** Decimal. */
  readonly position: string;
  readonly sender: string;
  readonly label: string;
  /** RFC 3339. */
  readonly recordedAt: string;
  readonly sentAt?: string;
  readonly occurredAt?: string;
}

export const markOf = (establishment: Finess, { recorded, recordedAt }: Walked): EventMark => ({
  establishment,
  position: String(recorded.position),
  sender: recorded.event.sender,
  label: recorded.event.label,
  recordedAt: Instant.iso(recordedAt),
  ...(recorded.event.sentAt !== undefined && { sentAt: Instant.iso(recorded.event.sentAt) }),
  ...(recorded.event.occurredAt !== undefined && { occurredAt: Instant.iso(recorded.event.occurredAt) }),
});

/** The event at a position; undefined outside the log. */
export const markAt = async (
  log: EstablishmentLog,
  establishment: Finess,
  at: Position,
  range: { readonly first: Position; readonly last: Position },
): Promise<EventMark | undefined> => {
  if (at < range.first || at > range.last || at < 0) return undefined;
  for await (const [walked] of walkLog(log, establishment, at, at)) if (walked) return markOf(establishment, walked);
  return undefined;
};
