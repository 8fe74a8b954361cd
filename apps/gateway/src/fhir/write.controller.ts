import { Controller, Delete, Get, Inject, Patch, Post, Put, Req, Res } from '@nestjs/common';
import { Failure } from '#domain';
import {
  inLanguage,
  type Language,
  operationOutcome,
  patchTypes,
  type RefusedEntry,
  type ResponseEntry,
  warningIssues,
  type WriteRequest,
  writeResponse,
  type WrittenEntry,
} from '#fhir';
import { Callers, fhirJson, type SenderCaller, TheCaller } from '#platform';
import { CaptureMessage, type FhirCaptured, MethodNotAllowed, type Publisher, refusedStatus } from '#usecases';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { countCaptured } from '../capture-metrics.js';
import { Publishers } from '../publishers.js';
import { SenderShares } from '../sender-shares.js';
import { messageIdOf } from './message-id.js';
import { sendFailure, takenOutcome } from './outcome.js';

type HttpWrite = FastifyRequest<{ Params: { finess: string; '*'?: string }; Body: Buffer | undefined }>;

const everyPath = ['', '*'];

/** FHIR R4 writes (contract, section 4). Every address below the base is taken: what is not supported is refused by name. */
@Controller('establishments/:finess/fhir')
@Callers('sender')
export class WriteController {
  constructor(
    @Inject(Publishers) private readonly publishers: Publishers,
    @Inject(CaptureMessage) private readonly capture: CaptureMessage,
    @Inject(SenderShares) private readonly shares: SenderShares,
  ) {}

  @Post(everyPath)
  post(@Req() request: HttpWrite, @Res() reply: FastifyReply, @TheCaller() caller: SenderCaller): Promise<void> {
    return this.write(writeOf('POST', request), { request, reply, caller });
  }
  @Put(everyPath)
  put(@Req() request: HttpWrite, @Res() reply: FastifyReply, @TheCaller() caller: SenderCaller): Promise<void> {
    return this.write(writeOf('PUT', request), { request, reply, caller });
  }
  @Patch(everyPath)
  patch(@Req() request: HttpWrite, @Res() reply: FastifyReply, @TheCaller() caller: SenderCaller): Promise<void> {
    return this.write(writeOf('PATCH', request), { request, reply, caller });
  }
  @Delete(everyPath)
  delete(@Req() request: HttpWrite, @Res() reply: FastifyReply, @TheCaller() caller: SenderCaller): Promise<void> {
    return this.write(writeOf('DELETE', request), { request, reply, caller });
  }

  @Get(everyPath)
  async get(@Res() reply: FastifyReply, @TheCaller() caller: SenderCaller): Promise<void> {
    await sendFailure(
      reply.header('Allow', 'POST, PUT, PATCH, DELETE'),
      new MethodNotAllowed(),
      this.publishers.languageOf(caller),
    );
  }

  private async write(
    write: WriteRequest,
    { request, reply, caller }: { request: HttpWrite; reply: FastifyReply; caller: SenderCaller },
  ): Promise<void> {
    const since = performance.now();
    const publisher = this.publishers.of(caller, write.body.byteLength);
    if (publisher instanceof Failure) {
      countCaptured({ door: 'fhir', sender: caller }, 'not-now', since);
      await sendFailure(reply, publisher, this.publishers.languageOf(caller));
      return;
    }
    const captured = await this.shares.of(caller.name, write.body.byteLength, () =>
      this.take(publisher, write, request),
    );
    countCaptured({ door: 'fhir', sender: caller }, captured.outcome, since);
    await answer(reply, captured, { write, publisher, base: `/establishments/${request.params.finess}/fhir` });
  }

  private async take(publisher: Publisher, write: WriteRequest, request: HttpWrite): Promise<FhirCaptured> {
    const messageId = messageIdOf(request.headers);
    const { language } = publisher.sender;
    if (messageId instanceof Failure)
      return this.capture.refuseWrite(publisher, write, { messageId: '' }, inLanguage(messageId, language));
    const captured = await this.capture.fhir(publisher, write, { messageId, told: String(durableStatus(write)) });
    if (captured.outcome !== 'durable') return captured;
    // What of a batch is refused stands in the journal before the answer, as any refusal; sending the whole again is safe.
    const refused = (captured.written.entries ?? []).filter((entry) => 'failure' in entry);
    const kept = await Promise.all(
      refused.map(({ failure, bytes }) =>
        this.capture.refuseWrite(publisher, { method: 'POST', body: bytes }, { messageId }, failure),
      ),
    );
    return kept.find(({ outcome }) => outcome === 'not-now') ?? captured;
  }
}

const nothing = Buffer.alloc(0);

/** The router has decoded the path once; a query makes it conditional, which is refused by name. A `?` with nothing behind it is none. */
const writeOf = (method: WriteRequest['method'], { params, url, headers, body }: HttpWrite): WriteRequest => ({
  method,
  path: `${params['*'] ?? ''}${/\?./.test(url) ? '?' : ''}`,
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value?.toString()])),
  body: body ?? nothing,
});

const durableStatus = ({ method, path }: WriteRequest): 200 | 201 => (method === 'POST' && path !== '' ? 201 : 200);

const responseEntry = (entry: WrittenEntry | RefusedEntry, language: Language): ResponseEntry => {
  if ('failure' in entry)
    return { status: String(refusedStatus(entry.failure)), outcome: operationOutcome(entry.failure, language) };
  const { record, status, warnings } = entry;
  if (!warnings) return { record, status };
  return { record, status, outcome: { resourceType: 'OperationOutcome', issue: warningIssues(warnings) } };
};

const answer = (
  reply: FastifyReply,
  captured: FhirCaptured,
  { write, publisher, base }: { write: WriteRequest; publisher: Publisher; base: string },
): FastifyReply => {
  const { language } = publisher.sender;
  if (captured.outcome !== 'durable') {
    // RFC 5789, section 2.2.
    if (write.method === 'PATCH') void reply.header('Accept-Patch', [...patchTypes].join(', '));
    return sendFailure(reply, captured.failure, language);
  }
  const { written, position, warnings } = captured;
  const [change] = written.changes;
  void reply.code(durableStatus(write)).header('Content-Type', fhirJson).header('Reprise-Position', String(position));
  if (written.entries) {
    const entries = written.entries.map((entry) => responseEntry(entry, language));
    return reply.send(writeResponse(written.label === 'Bundle batch' ? 'batch' : 'transaction', base, entries));
  }
  // Without a version: durable is not yet visible.
  if (change && 'record' in change) void reply.header('Location', `${base}/${change.record}`);
  return reply.send(JSON.stringify(takenOutcome(position, warnings, language)));
};
