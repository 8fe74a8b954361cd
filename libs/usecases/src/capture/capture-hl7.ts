import { encodeEvent, Failure, type LogEvent } from '#domain';
import { type BatchFile, type Outcome, readEnvelope, readHead } from '#hl7v2';
import { answersTo, toldAs, tooLarge, tooMuch } from './answer-hl7.js';
import { noTracing, type Tracing } from '../ports/tracing.js';
import type { Captured, Envelope } from './captured.js';
import { type KeepMessage, notNowWhenLogFails } from './keep-message.js';
import type { Publisher } from './publisher.js';
import { type Hl7Message, readHl7, type ReadHl7 } from './read-hl7.js';
import type { SenderOrder } from './sender-order.js';
import type { Surroundings } from './surroundings.js';

/** `answers`: acknowledgements in ER7, in the order in which they are to be sent. */
export type Hl7Captured = Captured & { readonly answers: readonly Buffer[] };

/** Of a message that is answered without being taken, only so much is read: the answer repeats its head. */
const headBytes = 64 * 1024;

/** From here on reading a message of many segments takes longer than others should wait (some 10 ms), and handing it over a hundredth of that. */
const largeFromBytes = 16 * 1024;

/** HL7 v2 messages, by whatever door: read, into the log or the journal, answered. */
export class CaptureHl7 {
  private readonly tracing: Tracing;

  constructor(
    private readonly kept: KeepMessage,
    private readonly surroundings: Surroundings,
    private readonly order: SenderOrder,
  ) {
    this.tracing = surroundings.tracing ?? noTracing;
  }

  async message(publisher: Publisher, received: Uint8Array, envelope?: Envelope): Promise<Hl7Captured> {
    const message = { received, receivedAt: this.surroundings.now(), envelope };
    const { name } = publisher.sender;
    for (let busy = this.order.before(name); busy; busy = this.order.before(name)) await busy;
    const { readLarge } = this.surroundings;
    if (!readLarge || received.byteLength < largeFromBytes)
      // Without waiting: messages that come together keep their order by that.
      return this.taken(
        publisher,
        message,
        this.tracing.span('gateway.map', {}, () => readHl7(publisher, message)),
      );
    const handOver = this.order.begin(name);
    let captured: Promise<Hl7Captured>;
    try {
      const read = await this.tracing.span('gateway.map', {}, () => readLarge(publisher, message));
      // Handed on before it first waits, and before what waits for it goes on.
      captured = this.taken(publisher, message, read);
    } finally {
      handOver();
    }
    return captured;
  }

  async around(publisher: Publisher, file: BatchFile): Promise<Captured | undefined> {
    const mapped = readEnvelope(file, publisher);
    if (mapped === undefined) return undefined;
    const { name, incarnation } = publisher.sender;
    const told = { receivedAt: this.surroundings.now(), acknowledgement: 'none' };
    const event: LogEvent = { ...mapped, sender: name, incarnation, ...told };
    return this.append(publisher, { event, encoded: encodeEvent(event) });
  }

  async tooLarge(publisher: Publisher, start: Uint8Array): Promise<Hl7Captured> {
    const message = { received: start, receivedAt: this.surroundings.now() };
    const errors = [tooLarge[publisher.sender.language]];
    return this.refused(publisher, message, { ...readHead(start, publisher), errors });
  }

  notNow(publisher: Publisher, received: Uint8Array, failure: Failure): Hl7Captured {
    const { head } = readHead(received.subarray(0, headBytes), publisher);
    const told = { outcome: 'not-now', receivedAt: this.surroundings.now() } as const;
    return { outcome: 'not-now', failure, answers: answersTo({ head }, publisher, told) };
  }

  /** Into the log or the journal, and answered. */
  private async taken(publisher: Publisher, message: Hl7Message, read: ReadHl7): Promise<Hl7Captured> {
    if (!read.accepted) return this.refused(publisher, message, read);
    const { receivedAt, envelope } = message;
    try {
      const captured = await this.append(publisher, read, envelope);
      return { ...captured, answers: answersTo(read, publisher, { outcome: captured.outcome, receivedAt }) };
    } catch (error) {
      if (!Failure.is(error, 'input.too-large')) throw error;
      const { head, received } = read;
      return this.refused(publisher, message, { head, errors: [tooMuch[publisher.sender.language]], received });
    }
  }

  private append(
    publisher: Publisher,
    read: Pick<Extract<ReadHl7, { accepted: true }>, 'event' | 'encoded'>,
    envelope?: Envelope,
  ): Promise<Captured> {
    return notNowWhenLogFails(async () => {
      const position = await this.kept.append(publisher, read, 'org.hl7.v2.message', envelope);
      return { outcome: 'durable', position, warnings: read.event.warnings };
    });
  }

  /** In the journal under the id that the message would have in the log. */
  private async refused(
    publisher: Publisher,
    { receivedAt, envelope }: Hl7Message,
    refused: Omit<Extract<ReadHl7, { accepted: false }>, 'accepted'>,
  ): Promise<Hl7Captured> {
    const { head, errors, received } = refused;
    const answered = (outcome: Outcome): readonly Buffer[] => answersTo(refused, publisher, { outcome, receivedAt });
    const captured = await notNowWhenLogFails(async () => {
      await this.kept.refuse(publisher, {
        receivedAt,
        controlId: envelope?.messageId ?? head.controlId,
        label: head.label,
        charset: head.charset,
        acknowledgement: toldAs(head, publisher, 'refused'),
        reasons: errors,
        received,
        answered: Buffer.concat(answered('refused')),
      });
      return { outcome: 'refused', reasons: errors };
    });
    return { ...captured, answers: answered(captured.outcome) };
  }
}
