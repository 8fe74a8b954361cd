import { CliFailure } from './session/cli-failure.js';
import { segment } from './session/control-api.js';
import { exitCodes } from './session/exit-codes.js';
import { type Json, listAt, textAt } from './session/json.js';
import type { Session } from './session/session.js';

/** Replicas of a restore in this state of switching: `switched`, `pending`, `unreachable`. */
export const replicasThat = (answer: Json, state: string): readonly string[] =>
  listAt(answer, 'switches')
    .filter((one) => textAt(one, 'state') === state)
    .map((one) => textAt(one, 'replica'));

const everyMs = 300;
/** A replica that has not switched by then is named, and how to look at it is said; exit code 75. */
export const switchPatienceMs = 30_000;

/** The restore once each replica that answers has switched, or when that has taken too long. */
const awaitSwitch = async ({ api, flags, say, tell, terminal }: Session, id: string, decided: Json): Promise<Json> => {
  const begun = terminal.nowMs();
  let answer = decided;
  for (let asked = 1; replicasThat(answer, 'pending').length > 0; asked++) {
    if (terminal.nowMs() - begun > switchPatienceMs) break;
    if (asked === 2 && !flags.has('no-progress'))
      tell(say('switch.waits', { replicas: replicasThat(answer, 'pending').join(', ') }));
    await terminal.pause(everyMs);
    try {
      answer = await api.get(`/restores/${segment(id)}`);
    } catch (error) {
      // It is decided: a control that is away for a moment undoes nothing.
      if (!(error instanceof CliFailure) || error.exitCode !== exitCodes.tryAgain) throw error;
    }
  }
  return answer;
};

const why = (answer: Json, replica: string): string =>
  textAt(listAt(answer, 'switches').find((one) => textAt(one, 'replica') === replica) ?? null, 'reason');

/** After a promotion or the way back: waits for the replicas that answer. */
export const followSwitch = async (
  session: Session,
  id: string,
  decided: Json,
): Promise<{ readonly answer: Json; readonly exitCode: number }> => {
  session.whenInterrupted(session.say('switch.interrupted', { id }));
  const answer = await awaitSwitch(session, id, decided);
  return { answer, exitCode: tellSwitches(session, id, answer) };
};

/** Names the replicas that have not come to what was decided: they show the former state; exit code 75. */
export const tellSwitches = ({ say, tell }: Session, id: string, answer: Json): number => {
  const late = replicasThat(answer, 'pending');
  for (const replica of late) {
    tell(say('switch.late', { replica, id }));
    const reason = why(answer, replica);
    if (reason !== '') tell(say('progress.waits', { what: say.sentence(reason) }));
  }
  const away = replicasThat(answer, 'unreachable');
  for (const replica of away) tell(say('switch.away', { replica }));
  return late.length + away.length > 0 ? exitCodes.tryAgain : exitCodes.ok;
};
