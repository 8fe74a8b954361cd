import { encodeEvent, type Instant, type LogEvent } from '#domain';
import { type MessageHead, type Reading, readMessage } from '#hl7v2';
import type { Envelope } from './captured.js';
import { toldAs } from './answer-hl7.js';
import type { Publisher } from './publisher.js';

/** A message without its frame, and what is known of it besides. */
export interface Hl7Message {
  readonly received: Uint8Array;
  readonly receivedAt: Instant;
  readonly envelope?: Envelope | undefined;
}

/** What of an event its attributes and its answer are made of. */
export type EventHead = Pick<LogEvent, 'sender' | 'messageId' | 'label' | 'sentAt' | 'receivedAt' | 'warnings'>;

/** What the log gets of a message, and what its answer is made of. Plain data: it may come from another thread. */
export type ReadHl7 =
  | {
      readonly accepted: true;
      readonly head: MessageHead;
      readonly event: EventHead;
      readonly isUnmapped: boolean;
      /** The event, for the log. */
      readonly encoded: Buffer;
      /** The message as it may be kept. */
      readonly received: Uint8Array;
    }
  | Extract<Reading, { accepted: false }>;

/** All work on a message that needs no log. A function of what is given. */
export const readHl7 = (publisher: Publisher, { received, receivedAt, envelope }: Hl7Message): ReadHl7 => {
  const reading = readMessage(received, publisher);
  if (!reading.accepted) return reading;
  const { head } = reading;
  const { name, incarnation } = publisher.sender;
  const event: LogEvent = {
    ...reading.event,
    ...(envelope && { messageId: envelope.messageId }),
    ...(envelope?.sentAt !== undefined && { sentAt: envelope.sentAt }),
    sender: name,
    incarnation,
    receivedAt,
    acknowledgement: toldAs(head, publisher, 'durable'),
  };
  const { changes, received: kept } = event;
  return {
    accepted: true,
    head,
    event: headOf(event),
    isUnmapped: changes.length === 0,
    encoded: encodeEvent(event),
    received: kept,
  };
};

const headOf = ({ sender, messageId, label, sentAt, receivedAt, warnings }: LogEvent): EventHead => ({
  sender,
  messageId,
  label,
  ...(sentAt !== undefined && { sentAt }),
  receivedAt,
  warnings,
});
