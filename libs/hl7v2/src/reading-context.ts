import type { Establishment, Sender } from '#domain';

/** Who sent a message, and how its identifiers become FHIR ids. */
export interface ReadingContext {
  readonly sender: Sender;
  readonly establishment: Establishment;
  /**
   * A keyed hash that is a FHIR id and carries no identity. `kind`: `patient`, `visit`, `movement`, `account`, `location`, `report`, `specimen`, `document`, `binary`,
   * `observation`; `domain`: the authority that assigned the identifier. The same function for all messages of an establishment: what
   * is remembered of a place is remembered by it.
   */
  readonly idOf: (kind: string, domain: string, identifier: string) => string;
}

/** IANA zone in which local times of the sender are read. */
export const zoneOf = ({ sender, establishment }: Pick<ReadingContext, 'sender' | 'establishment'>): string =>
  sender.hl7?.timeZone ?? establishment.timeZone;
