import type { Instant } from '#domain';
import type { Tracing } from '../ports/tracing.js';
import type { Publisher } from './publisher.js';
import type { Hl7Message, ReadHl7 } from './read-hl7.js';

/** Clock and ids of the process that captures. */
export interface Surroundings {
  readonly now: () => Instant;
  /** A new id that nobody has, and that is a FHIR id. */
  readonly newId: () => string;
  /** None unless given. */
  readonly tracing?: Tracing;
  /** Called now and then in the midst of a large FHIR write; where it gives a promise, that is waited for. */
  readonly letOthers?: () => Promise<void> | undefined;
  /** `readHl7` of a large message, beside the work on all others. */
  readonly readLarge?: (publisher: Publisher, message: Hl7Message) => Promise<ReadHl7>;
}
