import { Failure } from '#domain';

/** Why an event is not accepted. */
export interface Objection {
  /** Fixed words of the rule that it breaks: for logs and alarms, which repeat nothing of what was refused. */
  readonly reason: string;
  /** For the one who decides: names what he named, and what to do. */
  readonly failure: Failure;
}

/** Without a `failure` of its own the one who decides is told the reason. */
export const objection = (reason: string, failure = new Failure('refused-by-policy', reason)): Objection => ({
  reason,
  failure,
});
