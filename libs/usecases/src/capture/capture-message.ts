import { createHash } from 'node:crypto';
import { encodeEvent, Failure, type Instant, type LogEvent, type Position } from '#domain';
import {
  inLanguage,
  InvalidContent,
  operationOutcome,
  readWriteInSteps,
  type WriteContext,
  type WriteRequest,
  type Written,
} from '#fhir';
import {
  acknowledge,
  answers,
  type BatchFile,
  type MappedEvent,
  type MessageError,
  type Outcome,
  readEnvelope,
  readMessage,
  readMessageInSteps,
  type Reading,
} from '#hl7v2';
import type { EstablishmentLog } from '../ports/establishment-log.js';
import type { Refusal, RefusalJournal } from '../ports/refusal-journal.js';
import { type Captured, type Envelope, type Reason, refusedStatus } from './captured.js';
import { eventAttributes } from './event-attributes.js';
import { fhirMessageId } from './fhir-message-id.js';
import type { Publisher } from './publisher.js';

/** Clock and ids of the process that captures. */
export interface Surroundings {
  readonly now: () => Instant;
  /** A new id that nobody has, and that is a FHIR id. */
  readonly newId: () => string;
  /** Called now and then in the midst of work that may take seconds; where it gives a promise, that is waited for. */
  readonly letOthers?: () => Promise<void> | undefined;
}

/** `answers`: acknowledgements in ER7, in the order in which they are to be sent. */
export type Hl7Captured = Captured & { readonly answers: readonly Buffer[] };

export type FhirCaptured =
  | (Extract<Captured, { outcome: 'durable' }> & { readonly written: Written })
  | (Extract<Captured, { outcome: 'refused' }> & { readonly failure: Failure })
  | Extract<Captured, { outcome: 'not-now' }>;

/** Of a message that is answered without being taken, only so much is read: the answer repeats its head. */
const headBytes = 64 * 1024;

/** Raised when changes that the same bytes give come out otherwise. */
const fhirMapping = { name: 'fhir-r4', version: 1 } as const;

/**
 * A message in, an answer out. What is accepted is in the log before the answer is made, what is refused is in the journal. Keeps
 * no state: the same bytes get the same code and the same id, because the answer is a function of the bytes and of when they came.
 * Failures of the log are an outcome (`not-now`); anything else that is thrown is a bug.
 */
export class CaptureMessage {
  /** By sender: its message that is being read piece by piece. What of it comes behind waits, so that its order stays. */
  private readonly inPieces = new Map<string, Promise<void>>();

  constructor(
    private readonly log: EstablishmentLog,
    private readonly journal: RefusalJournal,
    private readonly surroundings: Surroundings,
  ) {}

  /** One HL7 v2 message, without its frame. */
  async hl7(publisher: Publisher, received: Uint8Array, envelope?: Envelope): Promise<Hl7Captured> {
    const receivedAt = this.surroundings.now();
    const { name } = publisher.sender;
    while (this.inPieces.has(name)) await this.inPieces.get(name);
    const steps = readMessageInSteps(received, publisher);
    let step = steps.next();
    // What is read in one piece is read without waiting: messages that come together keep their order by that.
    let handOver: (() => void) | undefined;
    try {
      for (; !step.done; step = steps.next()) {
        const others = this.surroundings.letOthers?.();
        if (!others) continue;
        handOver ??= this.beginPieces(name);
        await others;
      }
    } catch (error) {
      handOver?.();
      throw error;
    }
    const reading = step.value;
    // Handed on before it first waits, and before what waits for it goes on.
    const captured = reading.accepted
      ? this.hl7Accepted(publisher, { reading, receivedAt, envelope })
      : this.hl7Refused(publisher, { reading, receivedAt, envelope });
    handOver?.();
    return captured;
  }

  /** What is returned ends it. */
  private beginPieces(sender: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.inPieces.set(sender, promise);
    return () => {
      this.inPieces.delete(sender);
      resolve();
    };
  }

  private async hl7Accepted(
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
      return this.hl7Refused(publisher, { reading: refused, receivedAt, envelope });
    }
  }

  /** What stands around the messages of a batch, behind them in the log; undefined where nothing does. It can be refused by nobody. */
  async hl7Envelope(publisher: Publisher, file: BatchFile): Promise<Captured | undefined> {
    const event = readEnvelope(file, publisher);
    if (event === undefined) return undefined;
    const told = { receivedAt: this.surroundings.now(), acknowledgement: 'none' };
    return notNowWhenLogFails(() => this.appendMapped(publisher, event, told));
  }

  /** A message that is longer than a frame may be; `start` are its first bytes. */
  async hl7TooLarge(publisher: Publisher, start: Uint8Array): Promise<Hl7Captured> {
    const receivedAt = this.surroundings.now();
    const reading = readMessage(start, publisher);
    const errors = [tooLarge[publisher.sender.language]];
    const received = reading.accepted ? reading.event.received : reading.received;
    return this.hl7Refused(publisher, {
      reading: { accepted: false, head: reading.head, errors, received },
      receivedAt,
    });
  }

  /** The answer when nothing can be taken: written nowhere. */
  hl7NotNow(publisher: Publisher, received: Uint8Array, failure: Failure): Hl7Captured {
    const reading = readMessage(received.subarray(0, headBytes), publisher);
    const receivedAt = this.surroundings.now();
    return { outcome: 'not-now', failure, answers: answersTo(reading, publisher, { outcome: 'not-now', receivedAt }) };
  }

  /** One FHIR R4 write. `told`: the status that says durable. */
  async fhir(
    publisher: Publisher,
    request: WriteRequest,
    { told, ...envelope }: Envelope & { readonly told: string },
  ): Promise<FhirCaptured> {
    const receivedAt = this.surroundings.now();
    while (this.inPieces.has(publisher.sender.name)) await this.inPieces.get(publisher.sender.name);
    try {
      const steps = readWriteInSteps(request, this.writeContext(publisher, request.body, envelope.messageId));
      // What has no steps is read without waiting: events that come together keep their order by that.
      let step = steps.next();
      for (; !step.done; step = steps.next()) {
        const others = this.surroundings.letOthers?.();
        if (others) await others;
      }
      const written = step.value;
      const { sender } = publisher;
      const event: LogEvent = {
        format: 'fhir',
        sender: sender.name,
        incarnation: sender.incarnation,
        messageId: envelope.cloudEvent ? envelope.messageId : fhirMessageId(request, envelope.messageId),
        receivedAt,
        ...(envelope.sentAt !== undefined && { sentAt: envelope.sentAt }),
        ...(written.occurredAt !== undefined && { occurredAt: written.occurredAt }),
        mapping: fhirMapping,
        label: written.label,
        charset: 'utf-8',
        acknowledgement: told,
        warnings: written.warnings,
        changes: written.changes,
        received: request.body,
      };
      const type = `org.hl7.fhir.r4.${request.method.toLowerCase()}`;
      const position = await this.append(publisher, event, type, envelope);
      return { outcome: 'durable', position, warnings: written.warnings, written };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return this.refuseWrite(publisher, request, envelope, error);
    }
  }

  /** Refuses what could not even be read as a write, for the journal. */
  async refuseWrite(
    publisher: Publisher,
    { method, body }: Pick<WriteRequest, 'method' | 'body'>,
    { messageId }: Pick<Envelope, 'messageId'>,
    thrown: Failure,
  ): Promise<Exclude<FhirCaptured, { outcome: 'durable' }>> {
    if (isLogFailure(thrown)) return { outcome: 'not-now', failure: thrown };
    const failure = inLanguage(thrown, publisher.sender.language);
    const status = refusedStatus(failure);
    if (status === undefined) throw failure;
    const outcome = operationOutcome(failure, publisher.sender.language);
    try {
      await this.refuse(publisher, {
        receivedAt: this.surroundings.now(),
        controlId: messageId,
        label: method,
        charset: 'utf-8',
        acknowledgement: String(status),
        reasons: reasonsOf(failure),
        received: body,
        answered: Buffer.from(JSON.stringify(outcome)),
      });
    } catch (error) {
      if (isLogFailure(error)) return { outcome: 'not-now', failure: error };
      throw error;
    }
    return { outcome: 'refused', reasons: reasonsOf(failure), failure };
  }

  /**
   * With a key of its sender's, what has no id gets one that the same request gets again. Another body under that key is another
   * request: a proxy may give one X-Request-Id to all that a click sends.
   */
  private writeContext({ sender, idOf }: Publisher, body: Uint8Array, messageId: string): WriteContext {
    let given = 0;
    let request: string | undefined;
    return {
      sender,
      newId: () => {
        if (messageId === '') return this.surroundings.newId();
        request ??= `${messageId} ${createHash('sha256').update(body).digest('hex')}`;
        return idOf('assigned', sender.name, `${request} ${given++}`);
      },
      derivedId: (uuid) => idOf('urn:uuid', sender.name, uuid),
    };
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
    const position = await this.append(publisher, event, 'org.hl7.v2.message', envelope);
    return { outcome: 'durable', position, warnings: event.warnings };
  }

  /** In the journal under the id that the message would have in the log. */
  private async hl7Refused(
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
      await this.refuse(publisher, {
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

  private refuse({ sender, establishment }: Publisher, refusal: Omit<Refusal, 'sender'>): Promise<void> {
    return this.journal.append(establishment.finess, { ...refusal, sender: sender.name });
  }

  private append(
    { establishment }: Publisher,
    event: LogEvent,
    type: string,
    envelope: Envelope | undefined,
  ): Promise<Position> {
    const attributes = eventAttributes(event, type, envelope, this.surroundings.newId);
    return this.log.append(establishment.finess, encodeEvent(event), attributes);
  }
}

const isLogFailure = (error: unknown): error is Failure => error instanceof Failure && error.code.startsWith('log.');

const notNowWhenLogFails = async (work: () => Promise<Captured>): Promise<Captured> => {
  try {
    return await work();
  } catch (error) {
    if (isLogFailure(error)) return { outcome: 'not-now', failure: error };
    throw error;
  }
};

/** MSH-7 is the moment that the log keeps as `receivedAt`: from there the answer is made again, to the byte. */
const answersTo = (
  reading: Reading,
  { sender }: Publisher,
  { outcome, receivedAt }: { readonly outcome: Outcome; readonly receivedAt: Instant },
): readonly Buffer[] => {
  const errors = outcome === 'not-now' ? [notNow[sender.language]] : reading.accepted ? [] : reading.errors;
  const content = { at: receivedAt, errors, isUnmapped: reading.accepted && reading.event.changes.length === 0 };
  return answers(reading.head, sender, outcome).map((code) => acknowledge(reading.head, code, content));
};

/** For people: `AA`, `CA AA`, `none`. */
const toldAs = ({ head }: Reading, { sender }: Publisher, outcome: Outcome): string =>
  answers(head, sender, outcome).join(' ') || 'none';

const reasonsOf = (failure: Failure): readonly Reason[] =>
  failure instanceof InvalidContent
    ? failure.issues
        .filter(({ severity }) => severity === 'error')
        .map(({ code, location, text }) => ({ code, location, text }))
    : [{ code: failure.code, location: '', text: failure.message }];

/** No fault of the message: ERR names no place. */
const notNow = {
  fr: { location: '', code: '207', text: 'le message ne peut pas être pris en ce moment : le renvoyer' },
  en: { location: '', code: '207', text: 'the message cannot be taken at this moment: send it again' },
} as const satisfies Record<string, MessageError>;

const tooLarge = {
  fr: { location: 'MSH^1', code: '207', text: 'le message dépasse la taille admise : le découper' },
  en: { location: 'MSH^1', code: '207', text: 'the message is larger than is taken: split it' },
} as const satisfies Record<string, MessageError>;

/** Within a frame's size, and yet more than the log takes of one event: what is made of a message may be longer than it is. */
const tooMuch = {
  fr: {
    location: 'MSH^1',
    code: '207',
    text: 'ce que le message donne à écrire dépasse la taille admise : le découper',
  },
  en: { location: 'MSH^1', code: '207', text: 'what the message comes to is larger than is taken: split it' },
} as const satisfies Record<string, MessageError>;
