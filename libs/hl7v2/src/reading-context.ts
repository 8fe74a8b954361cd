import type { Establishment, Sender } from '#domain';
import type { TimeZone } from './message/hl7-time.js';
import { offsetAt } from './message/zone-offset.js';
import type { MessageHead } from './message-head.js';

/** Who sent a message, and how its identifiers become FHIR ids. */
export interface ReadingContext {
  readonly sender: Sender;
  readonly establishment: Establishment;
  /**
   * A keyed hash that is a FHIR id and carries no identity. `kind`: `patient`, `visit`, `movement`, `account`, `location`, `placer`, `report`, `specimen`, `document`, `binary`,
   * `observation`, `allergy`, `condition`, `coverage`, `role`; `domain`: the authority that assigned the identifier, or the record (a patient,
   * a visit) within which it is told apart. The same function for all messages of an establishment: what
   * is remembered of a place is remembered by it.
   */
  readonly idOf: (kind: string, domain: string, identifier: string) => string;
}

/** IANA zone in which local times of the sender are read. */
export const zoneOf = ({ sender, establishment }: Pick<ReadingContext, 'sender' | 'establishment'>): string =>
  sender.hl7?.timeZone ?? establishment.timeZone;

/**
 * MSH-7 names an offset that is not the establishment's at that instant, and no zone is set for the sender: what stands in the message
 * without an offset is read in that of MSH-7.
 */
export const isForeignOffset = (
  { sentAt, sentOffset }: Pick<MessageHead, 'sentAt' | 'sentOffset'>,
  { sender, establishment }: ReadingContext,
): boolean =>
  sender.hl7?.timeZone === undefined &&
  sentAt !== undefined &&
  sentOffset !== undefined &&
  offsetAt(establishment.timeZone, sentAt) !== sentOffset;

/**
 * Where times of a message without an offset of their own are read: the sender's setting; else the zone of MSH-7 (HL7 v2.5, section
 * 2.15.9.7); else the establishment's. MSH-7 has an offset alone: where it is the establishment's on that day its zone is meant, so
 * that a date of winter that is told in summer keeps the offset of winter.
 */
export const messageZone = (head: Pick<MessageHead, 'sentAt' | 'sentOffset'>, context: ReadingContext): TimeZone =>
  isForeignOffset(head, context) ? (head.sentOffset ?? zoneOf(context)) : zoneOf(context);
