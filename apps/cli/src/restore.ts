import { type Json, numberAt, textAt, valueAt } from './session/json.js';

/** A restore as far as the terminal reads it; the data it prints is what control said, whole. */
export interface Restore {
  readonly restoreId: string;
  readonly state: string;
  readonly phase: string;
  /** RFC 3339 on the recorded clock; empty before the first event. */
  readonly eventTimeReached: string;
  readonly target: string;
  readonly eventsDone: number;
  readonly eventsTotal: number;
  readonly etaSeconds: number | undefined;
}

export const restoreOf = (answer: Json): Restore => ({
  restoreId: textAt(answer, 'restoreId'),
  state: textAt(answer, 'state'),
  phase: textAt(answer, 'phase'),
  eventTimeReached: textAt(answer, 'eventTimeReached'),
  target: textAt(answer, 'target'),
  eventsDone: numberAt(answer, 'eventsDone'),
  eventsTotal: numberAt(answer, 'eventsTotal'),
  etaSeconds: typeof valueAt(answer, 'etaSeconds') === 'number' ? numberAt(answer, 'etaSeconds') : undefined,
});
