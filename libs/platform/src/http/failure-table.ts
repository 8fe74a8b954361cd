import type { FailureCode } from '#domain';

/** How HTTP tells of a failure. `issue`: code of OperationOutcome.issue (http://hl7.org/fhir/issue-type, R4). */
export interface HttpAnswer {
  readonly status: number;
  readonly issue: string;
  /** Sent as `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

const notNow = { status: 503, issue: 'transient', retryAfterSeconds: 2 } as const;
/** Somebody has to do something first: asking again soon is no use. */
const stopped = { status: 503, issue: 'exception', retryAfterSeconds: 60 } as const;

export const httpAnswers = {
  'input.invalid': { status: 400, issue: 'invalid' },
  'input.too-large': { status: 413, issue: 'too-long' },
  'input.not-supported': { status: 501, issue: 'not-supported' },
  'caller.unknown': { status: 401, issue: 'login' },
  'caller.forbidden': { status: 403, issue: 'forbidden' },
  // Asks for more at a time than its share.
  'caller.too-much': { status: 429, issue: 'throttled', retryAfterSeconds: 2 },
  'not-found': { status: 404, issue: 'not-found' },
  gone: { status: 410, issue: 'deleted' },
  'too-old': notNow,
  busy: { status: 409, issue: 'conflict' },
  'refused-by-policy': { status: 422, issue: 'business-rule' },
  'verification.differs': { status: 409, issue: 'conflict' },
  'log.unreachable': notNow,
  'log.settings': stopped,
  'log.gap': stopped,
  'log.truncated': stopped,
  'log.replaced': stopped,
  'log.too-new': stopped,
  'replica.unreachable': notNow,
  'replica.diverged': stopped,
  'replica.other-fold': stopped,
  'replica.taken-over': stopped,
  'disk.full': { status: 507, issue: 'no-store' },
} as const satisfies Record<FailureCode, HttpAnswer>;
