import { Failure } from '#domain';
import { repeatedMember } from '#usecases';
import type { FastifyInstance, FastifyRequest } from 'fastify';

type Done = (error: Error | null, body?: unknown) => void;

/** Reads JSON as Fastify does, but for a body with a member that stands twice: of a certificate, one of them would be shown and the other checked. */
export const jsonBody = (fastify: FastifyInstance) => {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  return (request: FastifyRequest, body: Buffer, done: Done): void => {
    const text = body.toString('utf8');
    const member = repeatedMember(text);
    if (member === undefined) void parse(request, text, done);
    else
      done(
        new Failure(
          'input.invalid',
          `the member "${member.slice(0, 40)}" stands twice in one object of the body`,
          'say it once',
        ),
      );
  };
};
