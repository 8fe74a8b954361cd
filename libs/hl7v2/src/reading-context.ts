import type { Establishment, Sender } from '#domain';

/** Who sent a message, and how its identifiers become FHIR ids. */
export interface ReadingContext {
  readonly sender: Sender;
  readonly establishment: Establishment;
  /**
   * A keyed hash that is a FHIR id and carries no identity. `kind`: `patient`, `visit`, `movement`, `location`, `report`,
   * `observation`; `domain`: the authority that assigned the identifier.
   */
  readonly idOf: (kind: string, domain: string, identifier: string) => string;
}
