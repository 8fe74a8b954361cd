import type { Instant } from '#domain';

/** Clock and ids of the process that captures. */
export interface Surroundings {
  readonly now: () => Instant;
  /** A new id that nobody has, and that is a FHIR id. */
  readonly newId: () => string;
  /** Called now and then in the midst of work that may take seconds; where it gives a promise, that is waited for. */
  readonly letOthers?: () => Promise<void> | undefined;
}
