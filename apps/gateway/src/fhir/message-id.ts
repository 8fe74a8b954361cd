import { Failure } from '#domain';
import type { IncomingHttpHeaders } from 'node:http';

/** Visible ASCII: it is shown, searched for and compared. */
const shape = /^[\x20-\x7e]{1,200}$/;

/** `Idempotency-Key`, else `X-Request-Id`, else empty; `input.invalid` where it cannot be kept. */
export const messageIdOf = (headers: IncomingHttpHeaders): string | Failure => {
  const given = headers['idempotency-key'] ?? headers['x-request-id'] ?? '';
  if (given === '') return '';
  if (typeof given === 'string' && shape.test(given)) return given;
  return new Failure(
    'input.invalid',
    'the Idempotency-Key or X-Request-Id cannot be kept',
    'send it once, with 1 to 200 visible ASCII characters',
  );
};
