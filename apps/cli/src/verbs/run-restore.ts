import { concluded, followRestore } from '../follow-restore.js';
import { textAt } from '../session/json.js';
import type { RunVerb } from '../session/session.js';
import { canRedraw } from '../session/terminal.js';
import { restoreView } from '../views.js';

/** Starts a restore; who sits before a terminal sees it being built, a script goes on with its id. */
export const runRestore: RunVerb = async (session) => {
  const { api, argument, flags, say, show, tell, terminal } = session;
  const started = await api.post('/restores', { planId: argument });
  if (!canRedraw(terminal) || flags.has('no-progress')) {
    show(started, restoreView);
    return concluded(session, started);
  }
  const id = textAt(started, 'restoreId');
  tell(say('next.run', { id }));
  const answer = await followRestore(session, id);
  show(answer, restoreView);
  return concluded(session, answer);
};
