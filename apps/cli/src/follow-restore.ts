import { ProgressOnTerminal } from './output/progress.js';
import { restoreOf } from './restore.js';
import { CliFailure } from './session/cli-failure.js';
import { segment } from './session/control-api.js';
import { exitCodes } from './session/exit-codes.js';
import { type Json, textAt } from './session/json.js';
import type { Session } from './session/session.js';
import { canRedraw } from './session/terminal.js';
import { tellSwitches } from './follow-switch.js';
import { suggestNext } from './views.js';

/** For so long control may be away (it is restarted, or the machine is busy) before watching gives up. */
const patienceMs = 60_000;

/** Shows the progress of a restore until it runs no longer, then the restore; the exit code of how it ended. */
export const followRestore = async (session: Session, id: string): Promise<Json> => {
  const { api, terminal, say, flags, tell } = session;
  session.whenInterrupted(say('interrupted.watch', { command: `reprise restore watch ${id}` }));
  const progress = new ProgressOnTerminal(terminal, say, flags.has('no-progress'));
  const everyMs = canRedraw(terminal) ? 300 : 1000;
  let answeredAt = terminal.nowMs();
  let away = false;
  for (;;) {
    try {
      const answer = await api.get(`/restores/${segment(id)}`);
      answeredAt = terminal.nowMs();
      away = false;
      const restore = restoreOf(answer);
      progress.update(restore);
      if (restore.state === 'running') progress.waits(restore.waitsFor);
      else {
        progress.end();
        return answer;
      }
    } catch (error) {
      const again = error instanceof CliFailure && error.exitCode === exitCodes.tryAgain;
      if (!again || terminal.nowMs() - answeredAt > patienceMs) {
        progress.end();
        throw error;
      }
      if (!away) {
        progress.end();
        tell(say('progress.waiting'));
      }
      away = true;
    }
    await terminal.pause(everyMs);
  }
};

/** 0 for what was built (and what may come after it), 1 for what was not. */
export const concluded = (session: Session, answer: Json): number => {
  suggestNext(session, answer);
  const { state } = restoreOf(answer);
  const switched = tellSwitches(session, textAt(answer, 'restoreId'), answer);
  return state === 'failed' || state === 'cancelled' ? exitCodes.failure : switched;
};
