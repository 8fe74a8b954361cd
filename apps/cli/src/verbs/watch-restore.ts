import { concluded, followRestore } from '../follow-restore.js';
import type { RunVerb } from '../session/session.js';
import { restoreView } from '../views.js';

export const watchRestore: RunVerb = async (session) => {
  const answer = await followRestore(session, session.argument);
  session.show(answer, restoreView);
  return concluded(session, answer);
};
