import type { Failure } from '#domain';
import { refusedStatus } from '#usecases';
import { inLanguage, type Language } from '#fhir';
import { problemJson } from '#platform';
import type { FastifyReply } from 'fastify';
import { httpAnswerOf } from '../sender-quota.js';

/** RFC 9457: a failure of the whole request, in the sender's language. */
export const sendProblem = (reply: FastifyReply, failure: Failure, language: Language): FastifyReply => {
  const { status: usualStatus, retryAfterSeconds } = httpAnswerOf(failure);
  if (retryAfterSeconds !== undefined) void reply.header('Retry-After', String(retryAfterSeconds));
  const { message, hint } = inLanguage(failure, language);
  const status = refusedStatus(failure) ?? usualStatus;
  return reply
    .code(status)
    .header('Content-Type', problemJson)
    .send({ type: 'about:blank', title: message, status, code: failure.code, hint });
};
