import type { Establishment, Sender } from '#domain';
import type { IdOf } from './record-ids.js';

/** Who publishes a message: the sender with its settings, the establishment that it belongs to, and the ids of its records. */
export interface Publisher {
  readonly sender: Sender;
  readonly establishment: Establishment;
  readonly idOf: IdOf;
}
