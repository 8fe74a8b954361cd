import { Failure, type FailureCode, type Instant, type Position, type Warning } from '#domain';
import { UnsupportedMedia } from '#fhir';

/** Why a message will never be accepted as it is. No patient data. */
export interface Reason {
  readonly code: string;
  readonly location: string;
  readonly text: string;
}

/** What became of a message: in the log; never to be accepted as it is; not now, perhaps written, send it again. */
export type Captured =
  | { readonly outcome: 'durable'; readonly position: Position; readonly warnings: readonly Warning[] }
  | { readonly outcome: 'refused'; readonly reasons: readonly Reason[] }
  | { readonly outcome: 'not-now'; readonly failure: Failure };

const refusedStatuses: Partial<Record<FailureCode, number>> = {
  'input.invalid': 422,
  'refused-by-policy': 422,
  'input.too-large': 413,
  'input.not-supported': 501,
};

/** A read where there are only writes (405). */
export class MethodNotAllowed extends Failure {
  constructor() {
    super('input.not-supported', 'this address takes writes only', 'send reads to a reader');
  }
}

/** The HTTP status of a write that will never be accepted as it is (contract, section 4); none where it is not the content's fault. */
export const refusedStatus = (failure: Failure): number | undefined =>
  failure instanceof UnsupportedMedia ? 415 : failure instanceof MethodNotAllowed ? 405 : refusedStatuses[failure.code];

/** What the way that a message came by says of it, where the message does not say it itself. */
export interface Envelope {
  /** CloudEvents `source` + space + `id`, `Idempotency-Key`, `X-Request-Id`; empty where there was none. */
  readonly messageId: string;
  readonly sentAt?: Instant;
  /** CloudEvents attributes as they came. */
  readonly cloudEvent?: { readonly source: string; readonly id: string };
}
