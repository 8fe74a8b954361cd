import { Failure, type Instant, type LogEvent } from '#domain';
import { type BatchFile, type MappedEvent, readEnvelope, readMessage, readMessageInSteps, type Reading } from '#hl7v2';
import { answersTo, toldAs, tooLarge, tooMuch } from './answer-hl7.js';
import type { Captured, Envelope } from './captured.js';
import { type KeepMessage, notNowWhenLogFails } from './keep-message.js';
import type { Publisher } from './publisher.js';
import type { SenderOrder } from './sender-order.js';
import type { Surroundings } from './surroundings.js';

/** `answers`: acknowledgements in ER7, in the order in which they are to be sent. */
export type Hl7Captured = Captured & { readonly answers: readonly Buffer[] };

/** Of a message that is answered without being taken, only so much is read: the answer repeats its head. */
const headBytes = 64 * 1024;

/** HL7 v2 messages, by whatever door: read, into the log or the journal, answered. */
export class CaptureHl7 {
  constructor(
    private readonly kept: KeepMessage,
    private readonly surroundings: Surroundings,
    private readonly order: SenderOrder,
  ) {}

  async message(publisher: Publisher, received: Uint8Array, envelope?: Envelope): Promise<Hl7Captured> {
    const receivedAt = this.surroundings.now();
    const { name } = publisher.sender;
    for (let busy = this.order.before(name); busy; busy = this.order.before(name)) await busy;
    const steps = readMessageInSteps(received, publisher);
    let step = steps.next();
    // What is read in one piece is read without waiting: messages that come together keep their order by that.
    let handOver: (() => void) | undefined;
    try {
      for (; !step.done; step = steps.next()) {
        const others = this.surroundings.letOthers?.();
        if (!others) continue;
        handOver ??= this.order.begin(name);
        await others;
      }
    } catch (error) {
      handOver?.();
      throw error;
    }
    const reading = step.value;
    // Handed on before it first waits, and before what waits for it goes on.
    const captured = reading.accepted
      ? this.accepted(publisher, { reading, receivedAt, envelope })
      : this.refused(publisher, { reading, receivedAt, envelope });
    handOver?.();
    return captured;
  }

  private async accepted(
    publisher: Publisher,
    {
      reading,
      receivedAt,
      envelope,
    }: {
      readonly reading: Extract<Reading, { accepted: true }>;
      readonly receivedAt: Instant;
      readonly envelope: Envelope | undefined;
    },
  ): Promise<Hl7Captured> {
    try {
      const captured = await notNowWhenLogFails(() => this.appendReading(publisher, { reading, receivedAt, envelope }));
      return { ...captured, answers: answersTo(reading, publisher, { outcome: captured.outcome, receivedAt }) };
    } catch (error) {
      if (!Failure.is(error, 'input.too-large')) throw error;
      const errors = [tooMuch[publisher.sender.language]];
      const refused = { accepted: false, head: reading.head, errors, received: reading.event.received } as const;
      return this.refused(publisher, { reading: refused, receivedAt, envelope });
    }
  }

  async around(publisher: Publisher, file: BatchFile): Promise<Captured | undefined> {
    const event = readEnvelope(file, publisher);
    if (event === undefined) return undefined;
    const told = { receivedAt: this.surroundings.now(), acknowledgement: 'none' };
    return notNowWhenLogFails(() => this.appendMapped(publisher, event, told));
  }

  async tooLarge(publisher: Publisher, start: Uint8Array): Promise<Hl7Captured> {
    const receivedAt = this.surroundings.now();
    const reading = readMessage(start, publisher);
    const errors = [tooLarge[publisher.sender.language]];
    const received = reading.accepted ? reading.event.received : reading.received;
    return this.refused(publisher, {
      reading: { accepted: false, head: reading.head, errors, received },
      receivedAt,
    });
  }

  notNow(publisher: Publisher, received: Uint8Array, failure: Failure): Hl7Captured {
    const reading = readMessage(received.subarray(0, headBytes), publisher);
    const receivedAt = this.surroundings.now();
    return { outcome: 'not-now', failure, answers: answersTo(reading, publisher, { outcome: 'not-now', receivedAt }) };
  }

  private appendReading(
    publisher: Publisher,
    {
      reading,
      receivedAt,
      envelope,
    }: {
      readonly reading: Extract<Reading, { accepted: true }>;
      readonly receivedAt: Instant;
      readonly envelope: Envelope | undefined;
    },
  ): Promise<Captured> {
    const event = {
      ...reading.event,
      ...(envelope && { messageId: envelope.messageId }),
      ...(envelope?.sentAt !== undefined && { sentAt: envelope.sentAt }),
    };
    const acknowledgement = toldAs(reading, publisher, 'durable');
    return this.appendMapped(publisher, event, { receivedAt, acknowledgement }, envelope);
  }

  private async appendMapped(
    publisher: Publisher,
    mapped: MappedEvent,
    told: Pick<LogEvent, 'receivedAt' | 'acknowledgement'>,
    envelope?: Envelope,
  ): Promise<Captured> {
    const { sender } = publisher;
    const event: LogEvent = { ...mapped, sender: sender.name, incarnation: sender.incarnation, ...told };
    const position = await this.kept.append(publisher, event, 'org.hl7.v2.message', envelope);
    return { outcome: 'durable', position, warnings: event.warnings };
  }

  /** In the journal under the id that the message would have in the log. */
  private async refused(
    publisher: Publisher,
    {
      reading,
      receivedAt,
      envelope,
    }: {
      readonly reading: Extract<Reading, { accepted: false }>;
      readonly receivedAt: Instant;
      readonly envelope?: Envelope | undefined;
    },
  ): Promise<Hl7Captured> {
    const { head, errors, received } = reading;
    const captured = await notNowWhenLogFails(async () => {
      await this.kept.refuse(publisher, {
        receivedAt,
        controlId: envelope?.messageId ?? head.controlId,
        label: head.label,
        charset: head.charset,
        acknowledgement: toldAs(reading, publisher, 'refused'),
        reasons: errors,
        received,
        answered: Buffer.concat(answersTo(reading, publisher, { outcome: 'refused', receivedAt })),
      });
      return { outcome: 'refused', reasons: errors };
    });
    return { ...captured, answers: answersTo(reading, publisher, { outcome: captured.outcome, receivedAt }) };
  }
}
