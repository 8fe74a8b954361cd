import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import { Failure } from '#domain';
import { UnsupportedMedia } from '#fhir';
import type { ConnectionError, FastifyReply, FastifyRequest } from 'fastify';
import type { ProcessLog } from '../logging/process-log.js';
import { everyAnswer } from './answer-class.js';
import { type HttpAnswer, httpAnswers } from './failure-table.js';
import { fhirJson, problemJson } from './media-type.js';

/** What is told of an error: never more than its own sentence, and of an unknown error only where to look it up. */
interface Told extends HttpAnswer {
  readonly code: string;
  readonly text: string;
  readonly hint: string;
}

/** Fastify's and Nest's own refusals, told by their status: their sentences may quote the request. */
const byStatus: Readonly<Record<number, readonly [issue: string, text: string, hint: string]>> = {
  400: [
    'invalid',
    'the request cannot be read',
    'check that in the address two hexadecimal digits follow each %, and make up UTF-8, and that the length of the body is right',
  ],
  404: [
    'not-found',
    'nothing is served at this address',
    'check the address and the method: /fhir/metadata of a gateway or reader, /api/openapi.json of control says what is served',
  ],
  405: ['not-supported', 'this method is not served here', 'the header Allow names those that are'],
  406: [
    'not-supported',
    'none of the accepted content types is served here',
    'accept application/fhir+json or application/json',
  ],
  408: ['timeout', 'the request took too long', 'send it again'],
  413: ['too-long', 'the body is too large', 'split it'],
  414: ['too-long', 'the address is too long', 'send a search as a form: POST {Type}/_search'],
  415: ['not-supported', 'this content type is not taken here', 'send JSON, or a search as a form'],
  417: ['not-supported', 'this expectation is not met here', 'send Expect: 100-continue, or no Expect'],
  431: [
    'too-long',
    'the address and the headers are too long',
    'send 16 KB of them at most, and a search as a form: POST {Type}/_search',
  ],
  503: ['transient', 'the service is stopping or overloaded', 'send it again shortly'],
};

const statusOf = (error: unknown): number | undefined => {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'statusCode' in error && 'code' in error && String(error.code).startsWith('FST_'))
    return Number(error.statusCode);
  return undefined;
};

const tell = (error: unknown, correlationId: string): Told => {
  if (error instanceof Failure) {
    const { code, message, hint } = error;
    return {
      ...httpAnswers[code],
      ...(error instanceof UnsupportedMedia && { status: 415 }),
      code,
      text: message,
      hint,
    };
  }
  const status = statusOf(error);
  const known = status === undefined ? undefined : byStatus[status];
  if (status !== undefined && known)
    return { status, issue: known[0], code: `http.${status}`, text: known[1], hint: known[2] };
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
const problem = ({ status, code, text, hint }: Told, correlationId?: string): string =>
  JSON.stringify({
    type: 'about:blank',
    title: text,
    status,
    code,
    ...(hint !== '' && { hint }),
    ...(correlationId !== undefined && { correlationId }),
  });

/** A sentence in the language of who asked. */
export type Say = (sentence: string, request: FastifyRequest) => string;

/** The last word on every request that failed. FHIR addresses answer an OperationOutcome, all others problem JSON. */
@Catch()
export class FailureFilter implements ExceptionFilter {
  constructor(
    private readonly log: ProcessLog,
    private readonly say: Say,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    answerFailure(error, request, http.getResponse<FastifyReply>(), { log: this.log, say: this.say });
  }
}

export const answerFailure = (
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { log, say }: { readonly log: ProcessLog; readonly say: Say },
): void => {
  if (reply.sent) return;
  const { text, hint, ...answer } = tell(error, request.id);
  const told = { ...answer, text: say(text, request), hint: hint === '' ? '' : say(hint, request) };
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
    .header('Content-Type', isFhir ? fhirJson : problemJson);
  if (told.status === 401) void reply.header('WWW-Authenticate', 'Bearer realm="reprise"');
  if (told.retryAfterSeconds !== undefined) void reply.header('Retry-After', String(told.retryAfterSeconds));
  // What is left of a body that was refused unread would be taken for the next request.
  if (told.status === 413) void reply.header('Connection', 'close');
  void reply.send(isFhir ? outcome(told) : problem(told, request.id));
};

/** By Node's code of what it could not even parse. */
const unparsed: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 };

/** What Node refuses before there is a request: nobody has asked, and the connection is of no more use. */
export const answerUnparsed = (error: ConnectionError, socket: Socket, tell: (status: number) => void): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status = unparsed[error.code] ?? 400;
  tell(status);
  const [issue = '', text = '', hint = ''] = byStatus[status] ?? [];
  const told = { status, issue, code: `http.${status}`, text, hint };
  const sent: unknown = error.rawPacket;
  const start = Buffer.isBuffer(sent) ? sent.toString('latin1', 0, 200) : '';
  const isFhir = /^[A-Z]+ \S*\/fhir(?:[/?\s]|$)/.test(start);
  const body = isFhir ? outcome(told) : problem(told);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `Content-Type: ${isFhir ? fhirJson : problemJson}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    ...Object.entries(everyAnswer).map(([name, value]) => `${name}: ${value}`),
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroy(error);
};
