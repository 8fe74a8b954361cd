import type { Failure, Warning } from '#domain';
import { type Language, operationOutcome, type OperationOutcome, warningIssues } from '#fhir';
import { fhirJson } from '#platform';
import { refusedStatus } from '#usecases';
import type { FastifyReply } from 'fastify';
import { httpAnswerOf } from '../sender-quota.js';

/** A failure as a write is answered: an OperationOutcome in the sender's language. */
export const sendFailure = (reply: FastifyReply, failure: Failure, language: Language): FastifyReply => {
  const { status: usualStatus, retryAfterSeconds } = httpAnswerOf(failure);
  if (retryAfterSeconds !== undefined) void reply.header('Retry-After', String(retryAfterSeconds));
  return reply
    .code(refusedStatus(failure) ?? usualStatus)
    .header('Content-Type', fhirJson)
    .send(JSON.stringify(operationOutcome(failure, language)));
};

const durable = {
  fr: (position: number) =>
    `dans le journal à la position ${position} : durable, visible dès que les réplicas l'ont appliqué`,
  en: (position: number) =>
    `in the log at position ${position}: durable, visible as soon as the replicas have applied it`,
};

/** What was taken, and what is worth saying of it. */
export const takenOutcome = (position: number, warnings: readonly Warning[], language: Language): OperationOutcome => ({
  resourceType: 'OperationOutcome',
  issue: [
    { severity: 'information', code: 'informational', diagnostics: durable[language](position) },
    ...warningIssues(warnings),
  ],
});
