import type { Failure } from '#domain';
import { httpAnswers } from '#platform';
import { refusedStatus } from '#usecases';
import { inLanguage, type Language } from '#fhir';
import type { FastifyReply } from 'fastify';

export const problemJson = 'application/problem+json; charset=utf-8';

/** RFC 9457: a failure of the whole request, in the sender's language. */
export const sendProblem = (reply: FastifyReply, failure: Failure, language: Language): FastifyReply => {
  const answer: { status: number; retryAfterSeconds?: number } = httpAnswers[failure.code];
  if (answer.retryAfterSeconds !== undefined) void reply.header('Retry-After', String(answer.retryAfterSeconds));
  const { message, hint } = inLanguage(failure, language);
  const status = refusedStatus(failure) ?? answer.status;
  return reply
    .code(status)
    .header('Content-Type', problemJson)
    .send({ type: 'about:blank', title: message, status, code: failure.code, hint });
};
