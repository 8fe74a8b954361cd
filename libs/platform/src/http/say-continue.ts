import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';

const waiting = new WeakSet<IncomingMessage>();

/** Does the caller wait for a word before it sends the body? Whoever reads the body lets it be said. */
export const awaitsContinue = ({ raw }: FastifyRequest): boolean => waiting.has(raw);

/**
 * `Expect: 100-continue` (RFC 9110, section 10.1.1): 100 is said when somebody begins to read the body. Who is refused by the head of
 * the request gets the final answer at once, and Node ends the connection behind it.
 */
export const sayContinueWhenRead = (server: Server): void => {
  server.on('checkContinue', (request: IncomingMessage, answer: ServerResponse) => {
    waiting.add(request);
    request.once('resume', () => {
      // Behind an answer Node reads on, to drop what it reads.
      if (waiting.delete(request) && !answer.headersSent) answer.writeContinue();
    });
    server.emit('request', request, answer);
  });
};
