import { type IncomingMessage, ServerResponse } from 'node:http';
import type { HttpLimits } from './connections.js';

type Begin = (request: IncomingMessage, answer: ServerResponse) => unknown;

/**
 * The class of responses for `http.createServer`: tells of each one when it is made. Before any route, hook or framework, so that
 * nothing is answered without it.
 */
export const answerClass = (begin: Begin, { unreadAnswerMsMax }: HttpLimits): typeof ServerResponse =>
  class Answer<Request extends IncomingMessage> extends ServerResponse<Request> {
    constructor(...made: ConstructorParameters<typeof ServerResponse<Request>>) {
      super(...made);
      begin(this.req, this);
      // From here on it is only taken: a socket's timeout begins anew with every byte that is.
      this.once('prefinish', () => this.socket?.setTimeout(unreadAnswerMsMax));
    }
  };

/** What every answer says, whatever is answered: it may be about patients, so nobody stores it, and nobody guesses its type. */
export const everyAnswer: Readonly<Record<string, string>> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};
