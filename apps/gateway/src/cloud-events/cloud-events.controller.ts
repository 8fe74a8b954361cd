import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { Failure, type Warning } from '#domain';
import { type Language, said } from '#fhir';
import { Callers, httpAnswers, problemJson, type SenderCaller, TheCaller } from '#platform';
import { type Captured, CaptureMessage, MethodNotAllowed, type Publisher, refusedStatus } from '#usecases';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { countCaptured } from '../capture-metrics.js';
import { Publishers } from '../publishers.js';
import { SenderShares } from '../sender-shares.js';
import { takeInOrder } from '../take-in-order.js';
import { captureEvent } from './capture-event.js';
import { sendProblem } from './problem.js';
import { type CloudEventsMode, type ReadEvent, readCloudEvents, type ReadEvents } from './read-cloud-events.js';

/** What became of one event. */
interface Told {
  readonly index: number;
  readonly id: string;
  readonly outcome: Captured['outcome'];
  readonly position?: string;
  readonly code?: string;
  readonly reasons?: readonly { readonly code: string; readonly location: string; readonly text: string }[];
  /** What helps, where that is known. */
  readonly hint?: string;
  /** What is worth saying of what is durable. */
  readonly warnings?: readonly Warning[];
  /** How many of them are not told here: they stand in the log. */
  readonly moreWarnings?: number;
}

/**
 * In one answer, of all its events together.
 * @limit Gateway | warnings in one answer to CloudEvents | further ones are counted; all are in the journal
 */
const toldWarningsMax = 1_000;

interface Answer {
  readonly status: number;
  readonly events: readonly Told[];
}

const untried = new Failure('log.unreachable', 'an earlier event could not be taken', 'send the batch again');

/**
 * CloudEvents 1.0 (contract, section 4): 202 = all durable. The events of a batch go into the log in their order and in one append;
 * when any is refused the answer is 422 (415, 413 where the request itself is in a form that is not taken), when one could not be
 * taken now the answer is 503. Either tells of every event what became of it; after a 503 sending the whole again is safe.
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
    const body = request.body ?? Buffer.alloc(0);
    const publisher = this.publishers.of(caller, body.byteLength);
    if (publisher instanceof Failure) {
      await sendProblem(reply, publisher, this.publishers.languageOf(caller));
      return;
    }
    const told = this.shares.of(caller.name, body.byteLength, async () =>
      this.takeAll(publisher, this.read(request, body)),
    );
    await answer(reply, await told, publisher.sender.language);
  }

  @Get()
  async get(@Res() reply: FastifyReply, @TheCaller() caller: SenderCaller): Promise<void> {
    await sendProblem(reply.header('Allow', 'POST'), new MethodNotAllowed(), this.publishers.languageOf(caller));
  }

  private read({ headers }: FastifyRequest, body: Buffer): ReadEvents {
    try {
      return readCloudEvents(headers, body);
    } catch (failure) {
      if (!Failure.is(failure)) throw failure;
      return { mode: 'binary', events: [{ failure, id: '', messageId: '', bytes: body }] };
    }
  }

  private async takeAll(publisher: Publisher, { mode, events }: ReadEvents): Promise<Answer> {
    const take = async (event: ReadEvent): Promise<Captured> => {
      const since = performance.now();
      const captured = await captureEvent(this.capture, publisher, event);
      countCaptured({ door: 'cloudevents', sender: publisher.sender }, captured.outcome, since);
      return captured;
    };
    const captured = await takeInOrder(events, take, () => ({ outcome: 'not-now', failure: untried }));
    let tellable = toldWarningsMax;
    const told = captured.map((one, index) => {
      const of = tell({ index, id: events[index]?.id ?? '' }, one, tellable);
      tellable -= of.warnings?.length ?? 0;
      return of;
    });
    return { status: statusOf(mode, captured), events: told };
  }
}

const tell = (event: Pick<Told, 'index' | 'id'>, captured: Captured, tellable: number): Told => {
  const { outcome } = captured;
  switch (outcome) {
    case 'durable':
      return { ...event, outcome, position: String(captured.position), ...warningsOf(captured.warnings, tellable) };
    case 'refused':
      return { ...event, outcome, reasons: captured.reasons, ...hintOf(captured) };
    case 'not-now':
      return { ...event, outcome, code: captured.failure.code };
  }
};

const warningsOf = (warnings: readonly Warning[], tellable: number): Pick<Told, 'warnings' | 'moreWarnings'> => ({
  ...(warnings.length > 0 && { warnings: warnings.slice(0, tellable) }),
  ...(warnings.length > tellable && { moreWarnings: warnings.length - tellable }),
});

const hintOf = (captured: Captured): { readonly hint?: string } =>
  'failure' in captured && captured.failure instanceof Failure && captured.failure.hint !== ''
    ? { hint: captured.failure.hint }
    : {};

/** What the headers of the request say wrongly of its body is told as over FHIR; of an event within a body it is content. */
const statusOf = (mode: CloudEventsMode, captured: readonly Captured[]): number => {
  if (captured.every(({ outcome }) => outcome === 'durable')) return 202;
  if (captured.some(({ outcome }) => outcome === 'not-now')) return 503;
  const [only] = captured;
  if (mode !== 'binary' || !only || !('failure' in only) || !(only.failure instanceof Failure)) return 422;
  const status = refusedStatus(only.failure);
  return status === 415 || status === 413 ? status : 422;
};

const answer = (reply: FastifyReply, { status, events }: Answer, language: Language): FastifyReply => {
  const last = events.findLast(({ position }) => position !== undefined)?.position;
  if (last !== undefined) void reply.header('Reprise-Position', last);
  if (status === 202) return reply.code(status).send({ events });
  const isAway = status === 503;
  if (isAway) void reply.header('Retry-After', String(httpAnswers['log.unreachable'].retryAfterSeconds));
  const title = isAway ? 'not all events could be taken now' : 'some events will never be taken as they are';
  return reply
    .code(status)
    .header('Content-Type', problemJson)
    .send({
      type: 'about:blank',
      title: said(title, language),
      status,
      hint: isAway ? said('sending all of them again is safe', language) : refusedHint(events, language),
      events,
    });
};

const refusedHint = (events: readonly Told[], language: Language): string => {
  const [first, ...others] = events.filter(({ outcome }) => outcome === 'refused');
  if (first?.hint !== undefined && others.length === 0) return first.hint;
  return said(
    'correct what is refused as its reasons say, and send that; what is durable need not be sent again',
    language,
  );
};
