import { Instant } from '#domain';
import type { EventAttributes } from '../ports/establishment-log.js';
import type { Envelope } from './captured.js';
import type { EventHead } from './read-hl7.js';

/**
 * CloudEvents 1.0, Kafka protocol binding, binary mode: attributes as `ce_` headers. `source` + `id` identify; a message without
 * an id of its own gets a new one.
 */
export const eventAttributes = (
  event: EventHead,
  type: string,
  envelope: Envelope | undefined,
  newId: () => string,
): EventAttributes => ({
  ce_specversion: '1.0',
  ce_type: type,
  ce_source: envelope?.cloudEvent?.source ?? `/senders/${encodeURIComponent(event.sender)}`,
  ce_id: envelope?.cloudEvent?.id ?? (event.messageId === '' ? newId() : event.messageId),
  ce_time: Instant.iso(event.sentAt ?? event.receivedAt),
  'content-type': 'application/vnd.reprise.event',
});
