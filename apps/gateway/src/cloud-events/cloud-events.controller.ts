import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { Failure } from '#domain';
import { type Language, said } from '#fhir';
import { Callers, httpAnswers, type SenderCaller, TheCaller } from '#platform';
import { type Captured, CaptureMessage, MethodNotAllowed, type Publisher } from '#usecases';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { countCaptured } from '../capture-metrics.js';
import { Publishers } from '../publishers.js';
import { SenderShares } from '../sender-shares.js';
import { takeInOrder } from '../take-in-order.js';
import { captureEvent } from './capture-event.js';
import { problemJson, sendProblem } from './problem.js';
import { type ReadEvent, readCloudEvents, type ReadEvents } from './read-cloud-events.js';

/** What became of one event. */
interface Told {
  readonly index: number;
  readonly id: string;
  readonly outcome: Captured['outcome'];
  readonly position?: string;
  readonly code?: string;
  readonly reasons?: readonly { readonly code: string; readonly location: string; readonly text: string }[];
}

const untried = new Failure('log.unreachable', 'an earlier event could not be taken', 'send the batch again');

/**
 * CloudEvents 1.0 (contract, section 4): 202 = all durable. The events of a batch go into the log in their order and in one append;
 * when any is refused the answer is 422, when one could not be taken now the answer is 503. Either tells of every event what became
 * of it, and sending the whole again is safe.
 */
@Controller('establishments/:finess/events')
@Callers('sender')
export class CloudEventsController {
  constructor(
    @Inject(Publishers) private readonly publishers: Publishers,
    @Inject(CaptureMessage) private readonly capture: CaptureMessage,
    @Inject(SenderShares) private readonly shares: SenderShares,
  ) {}

  @Post()
  async take(
    @Req() request: FastifyRequest<{ Body: Buffer | undefined }>,
    @Res() reply: FastifyReply,
    @TheCaller() caller: SenderCaller,
  ): Promise<void> {
    const publisher = this.publishers.of(caller);
    if (publisher instanceof Failure) throw publisher;
    const body = request.body ?? Buffer.alloc(0);
    const told = this.shares.of(caller.name, body.byteLength, async () =>
      this.takeAll(publisher, this.read(request, body)),
    );
    await answer(reply, await told, publisher.sender.language);
  }

  @Get()
  async get(@Res() reply: FastifyReply, @TheCaller() caller: SenderCaller): Promise<void> {
    const publisher = this.publishers.of(caller);
    const language = publisher instanceof Failure ? 'fr' : publisher.sender.language;
    await sendProblem(reply.header('Allow', 'POST'), new MethodNotAllowed(), language);
  }

  private read({ headers }: FastifyRequest, body: Buffer): ReadEvents {
    try {
      return readCloudEvents(headers, body);
    } catch (failure) {
      if (!Failure.is(failure)) throw failure;
      return { mode: 'structured', events: [{ failure, id: '', bytes: body }] };
    }
  }

  private async takeAll(publisher: Publisher, { events }: ReadEvents): Promise<readonly Told[]> {
    const take = async (event: ReadEvent): Promise<Captured> => {
      const since = performance.now();
      const captured = await captureEvent(this.capture, publisher, event);
      countCaptured('cloudevents', captured.outcome, since);
      return captured;
    };
    const captured = await takeInOrder(events, take, () => ({ outcome: 'not-now', failure: untried }));
    return captured.map((one, index) => tell(index, events[index]?.id ?? '', one));
  }
}

const tell = (index: number, id: string, captured: Captured): Told => {
  const { outcome } = captured;
  switch (outcome) {
    case 'durable':
      return { index, id, outcome, position: String(captured.position) };
    case 'refused':
      return { index, id, outcome, reasons: captured.reasons };
    case 'not-now':
      return { index, id, outcome, code: captured.failure.code };
  }
};

const answer = (reply: FastifyReply, events: readonly Told[], language: Language): FastifyReply => {
  const last = events.findLast(({ position }) => position !== undefined)?.position;
  if (last !== undefined) void reply.header('Reprise-Position', last);
  if (events.every(({ outcome }) => outcome === 'durable')) return reply.code(202).send({ events });
  const isAway = events.some(({ outcome }) => outcome === 'not-now');
  const status = isAway ? 503 : 422;
  if (isAway) void reply.header('Retry-After', String(httpAnswers['log.unreachable'].retryAfterSeconds));
  const hint = said('sending all of them again is safe', language);
  const title = isAway ? 'not all events could be taken now' : 'some events will never be taken as they are';
  return reply
    .code(status)
    .header('Content-Type', problemJson)
    .send({ type: 'about:blank', title: said(title, language), status, hint, events });
};
