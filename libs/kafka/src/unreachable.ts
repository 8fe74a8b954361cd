import { Failure } from '#domain';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whatever the client library says on the way to a log that did not answer. */
export const unreachable = (topic: string, error: unknown): Failure =>
  Failure.is(error)
    ? error
    : new Failure(
        'log.unreachable',
        `${topic}: ${messageOf(error)}`,
        'check the brokers; what was being appended is perhaps written, and sending it again is safe',
        { cause: error },
      );
