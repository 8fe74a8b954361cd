import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { Failure } from '#domain';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ProcessLog } from '../logging/process-log.js';
import { type HttpAnswer, httpAnswers } from './failure-table.js';

/** What is told of an error: never more than its own sentence, and of an unknown error only where to look it up. */
interface Told extends HttpAnswer {
  readonly code: string;
  readonly text: string;
  readonly hint: string;
}

/** Fastify's and Nest's own refusals, told by their status: their sentences may quote the request. */
const byStatus: Readonly<Record<number, readonly [issue: string, text: string]>> = {
  400: ['invalid', 'the request cannot be read'],
  404: ['not-found', 'nothing is served at this address'],
  405: ['not-supported', 'this method is not served here'],
  406: ['not-supported', 'none of the accepted content types is served here'],
  408: ['timeout', 'the request took too long'],
  413: ['too-long', 'the body is too large: split it'],
  414: ['too-long', 'the address is too long'],
  415: ['not-supported', 'this content type is not taken here'],
  503: ['transient', 'the service is stopping or overloaded'],
};

const statusOf = (error: unknown): number | undefined => {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'statusCode' in error && 'code' in error && String(error.code).startsWith('FST_'))
    return Number(error.statusCode);
  return undefined;
};

const tell = (error: unknown, correlationId: string): Told => {
  if (error instanceof Failure)
    return { ...httpAnswers[error.code], code: error.code, text: error.message, hint: error.hint };
  const status = statusOf(error);
  const known = status === undefined ? undefined : byStatus[status];
  if (status !== undefined && known)
    return { status, issue: known[0], code: `http.${status}`, text: known[1], hint: '' };
  return {
    status: 500,
    issue: 'exception',
    code: 'http.500',
    text: `something failed here; the log tells more under ${correlationId}`,
    hint: '',
  };
};

const outcome = ({ issue, text, hint }: Told): string =>
  JSON.stringify({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: issue, diagnostics: hint === '' ? text : `${text}: ${hint}` }],
  });

/** RFC 9457 */
const problem = ({ status, code, text, hint }: Told, correlationId: string): string =>
  JSON.stringify({ type: 'about:blank', title: text, status, code, ...(hint !== '' && { hint }), correlationId });

/** The last word on every request that failed. FHIR addresses answer an OperationOutcome, all others problem JSON. */
@Catch()
export class FailureFilter implements ExceptionFilter {
  constructor(private readonly log: ProcessLog) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    answerFailure(error, request, http.getResponse<FastifyReply>(), this.log);
  }
}

export const answerFailure = (error: unknown, request: FastifyRequest, reply: FastifyReply, log: ProcessLog): void => {
  if (reply.sent) return;
  const told = tell(error, request.id);
  if (told.status === 500)
    log.fault('http.failed', error, {
      correlationId: request.id,
      method: request.method,
      ...(request.routeOptions?.url !== undefined && { route: request.routeOptions.url }),
    });
  const isFhir = /\/fhir(?:[/?]|$)/.test(request.url);
  void reply
    .code(told.status)
    .header('X-Correlation-Id', request.id)
    .header(
      'Content-Type',
      isFhir ? 'application/fhir+json; charset=utf-8' : 'application/problem+json; charset=utf-8',
    );
  if (told.status === 401) void reply.header('WWW-Authenticate', 'Bearer realm="reprise"');
  if (told.retryAfterSeconds !== undefined) void reply.header('Retry-After', String(told.retryAfterSeconds));
  // What is left of a body that was refused unread would be taken for the next request.
  if (told.status === 413) void reply.header('Connection', 'close');
  void reply.send(isFhir ? outcome(told) : problem(told, request.id));
};
