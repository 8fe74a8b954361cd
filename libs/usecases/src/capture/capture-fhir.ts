import { createHash } from 'node:crypto';
import { encodeEvent, Failure, type LogEvent } from '#domain';
import {
  inLanguage,
  InvalidContent,
  operationOutcome,
  readWriteInSteps,
  type WriteContext,
  type WriteRequest,
  type Written,
} from '#fhir';
import { noTracing } from '../ports/tracing.js';
import { type Captured, type Envelope, type Reason, refusedStatus } from './captured.js';
import { fhirMessageId } from './fhir-message-id.js';
import { isLogFailure, type KeepMessage } from './keep-message.js';
import type { Publisher } from './publisher.js';
import type { SenderOrder } from './sender-order.js';
import type { Surroundings } from './surroundings.js';

export type FhirCaptured =
  | (Extract<Captured, { outcome: 'durable' }> & { readonly written: Written })
  | (Extract<Captured, { outcome: 'refused' }> & { readonly failure: Failure })
  | Extract<Captured, { outcome: 'not-now' }>;

/** Raised when changes that the same bytes give come out otherwise. */
const fhirMapping = { name: 'fhir-r4', version: 1 } as const;

/** FHIR R4 writes, by whatever door: read, into the log or the journal. */
export class CaptureFhir {
  constructor(
    private readonly kept: KeepMessage,
    private readonly surroundings: Surroundings,
    private readonly order: SenderOrder,
  ) {}

  async write(
    publisher: Publisher,
    request: WriteRequest,
    { told, ...envelope }: Envelope & { readonly told: string },
  ): Promise<FhirCaptured> {
    const receivedAt = this.surroundings.now();
    const { name } = publisher.sender;
    for (let busy = this.order.before(name); busy; busy = this.order.before(name)) await busy;
    try {
      const reading = (this.surroundings.tracing ?? noTracing).span('gateway.map', {}, () =>
        this.read(request, this.writeContext(publisher, request.body, envelope.messageId)),
      );
      const written = reading instanceof Promise ? await reading : reading;
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
      const position = await this.kept.append(publisher, { event, encoded: encodeEvent(event) }, type, envelope);
      return { outcome: 'durable', position, warnings: written.warnings, written };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return this.refuse(publisher, request, envelope, error);
    }
  }

  /** What has no steps is read without waiting: events that come together keep their order by that. */
  private read(request: WriteRequest, context: WriteContext): Written | Promise<Written> {
    const steps = readWriteInSteps(request, context);
    const goOn = (): Written | Promise<Written> => {
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done) return step.value;
        const others = this.surroundings.letOthers?.();
        if (others) return others.then(goOn);
      }
    };
    return goOn();
  }

  async refuse(
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
      await this.kept.refuse(publisher, {
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
}

const reasonsOf = (failure: Failure): readonly Reason[] =>
  failure instanceof InvalidContent
    ? failure.issues
        .filter(({ severity }) => severity === 'error')
        .map(({ code, location, text }) => ({ code, location, text }))
    : [{ code: failure.code, location: '', text: failure.message }];
