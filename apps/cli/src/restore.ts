import { type Json, listAt, numberAt, textAt, valueAt } from './session/json.js';

/** A restore as far as the terminal reads it; the data it prints is what control said, whole. */
export interface Restore {
  readonly restoreId: string;
  readonly state: string;
  readonly phase: string;
  /** Of several establishments, the one that is being built; empty before and after. */
  readonly building: string;
  /** RFC 3339 on the recorded clock, of what is being built; empty before the first event. */
  readonly eventTimeReached: string;
  readonly target: string;
  readonly eventsDone: number;
  readonly eventsTotal: number;
  readonly etaSeconds: number | undefined;
  /** A sentence for each replica that builds nothing now. */
  readonly waitsFor: readonly string[];
}

const isOfSeveral = (answer: Json): boolean =>
  new Set(listAt(answer, 'builds').map((build) => textAt(build, 'establishment'))).size > 1;

export const restoreOf = (answer: Json): Restore => ({
  restoreId: textAt(answer, 'restoreId'),
  state: textAt(answer, 'state'),
  phase: textAt(answer, 'phase'),
  building: isOfSeveral(answer) ? textAt(answer, 'building') : '',
  eventTimeReached: textAt(answer, 'eventTimeReached'),
  target: textAt(answer, 'target'),
  eventsDone: numberAt(answer, 'eventsDone'),
  eventsTotal: numberAt(answer, 'eventsTotal'),
  waitsFor: listAt(answer, 'waitsFor').map(String),
  etaSeconds: typeof valueAt(answer, 'etaSeconds') === 'number' ? numberAt(answer, 'etaSeconds') : undefined,
});
