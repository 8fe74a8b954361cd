import { Failure } from '#domain';
import { inLanguage } from '#fhir';
import type { SenderCaller } from '#platform';
import type { CaptureMessage } from '#usecases';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { countCaptured } from './capture-metrics.js';
import { sendProblem } from './cloud-events/problem.js';
import { messageIdOfHeaders } from './cloud-events/read-cloud-events.js';
import { messageIdOf } from './fhir/message-id.js';
import { sendFailure } from './fhir/outcome.js';
import type { Publishers } from './publishers.js';

const methods = ['PUT', 'POST', 'PATCH', 'DELETE'] as const;

/** The other door's addresses hold a `/fhir`, and may end with anything. */
export const isOfEvents = ({ url }: FastifyRequest): boolean => /^\/establishments\/[^/]+\/events\/?(?:\?|$)/.test(url);

/** The sender whose own address this is: what anybody else sends is no message of the establishment. */
export const senderOf = (request: FastifyRequest): SenderCaller | undefined => {
  const { caller, params } = request;
  const { finess } = params as { readonly finess?: string };
  return caller?.kind === 'sender' && caller.finess === finess ? caller : undefined;
};

/** What is kept of a body that is too large, as of an MLLP frame: enough to tell what it was. */
export const keptBytes = 4096;

export const bodyTooLarge = (bytesMax: number): Failure =>
  new Failure('input.too-large', `the body is larger than ${bytesMax} bytes`, 'split it');

/** Refuses requests whose body does not even reach a controller, as any message is refused: into the journal, then the answer. */
export class RefuseRequest {
  constructor(
    private readonly publishers: Publishers,
    private readonly capture: CaptureMessage,
  ) {}

  /** Gives what is to be answered: the refusal, or why it could not be kept. */
  async keep(
    request: FastifyRequest,
    caller: SenderCaller,
    { body, failure }: { readonly body: Uint8Array; readonly failure: Failure },
  ): Promise<Failure> {
    const since = performance.now();
    const publisher = this.publishers.of(caller, body.byteLength);
    if (publisher instanceof Failure) return publisher;
    const ofEvents = isOfEvents(request);
    const messageId = ofEvents ? messageIdOfHeaders(request.headers) : messageIdOf(request.headers);
    const method = methods.find((known) => known === request.method) ?? 'POST';
    const envelope = { messageId: messageId instanceof Failure ? '' : messageId };
    const told = inLanguage(failure, publisher.sender.language);
    const captured = await this.capture.refuseWrite(publisher, { method, body }, envelope, told);
    countCaptured({ door: ofEvents ? 'cloudevents' : 'fhir', sender: caller }, captured.outcome, since);
    return captured.failure;
  }

  answer(request: FastifyRequest, reply: FastifyReply, caller: SenderCaller, failure: Failure): FastifyReply {
    const language = this.publishers.languageOf(caller);
    return (isOfEvents(request) ? sendProblem : sendFailure)(reply, failure, language);
  }
}
