import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { HttpException } from '@nestjs/common';
import { Failure } from '#domain';
import type { FastifyRequest } from 'fastify';

const unmet = new WeakSet<IncomingMessage>();

/** An expectation that is none of ours goes on as a request, so that it is refused with a body as all others are. */
export const takeExpectations = (server: Server): void => {
  server.on('checkExpectation', (request: IncomingMessage, answer: ServerResponse) => {
    unmet.add(request);
    server.emit('request', request, answer);
  });
};

/** What Node itself would answer without a word, were it asked to (`requireHostHeader`, `checkExpectation`): RFC 9110, section 10.1.1; RFC 9112, section 3.2. */
export const unmetHead = ({ raw }: FastifyRequest): Error | undefined => {
  if (unmet.has(raw)) return new HttpException('', 417);
  const lacksHost = raw.httpVersion === '1.1' && raw.headers.host === undefined;
  return lacksHost
    ? new Failure('input.invalid', 'the request has no header Host', 'send it (RFC 9112, section 3.2)')
    : undefined;
};
