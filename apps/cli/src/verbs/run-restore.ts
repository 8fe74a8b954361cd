import { existsSync } from 'node:fs';
import { concluded, followRestore } from '../follow-restore.js';
import { isObject, type JsonObject, textAt } from '../session/json.js';
import { readNamedObject } from '../session/read-file.js';
import type { RunVerb, Session } from '../session/session.js';
import { canRedraw } from '../session/terminal.js';
import { restoreView } from '../views.js';

/** Ids have neither dot nor slash; a file without either is one where it is there. */
const isFile = (planOrFile: string): boolean => /[./\\]/.test(planOrFile) || existsSync(planOrFile);

/** A plan that control made before it was restarted is known by its file alone: it is given whole. */
const asked = ({ argument, say }: Session): JsonObject => {
  if (!isFile(argument)) return { planId: argument };
  const plan = readNamedObject(argument, say, {
    holds: ({ hash, request }) => typeof hash === 'string' && isObject(request),
    invalid: say('usage.plan-invalid', { file: argument }),
    hint: say('usage.plan-hint'),
  });
  return { plan };
};

/** Starts a restore; who sits before a terminal sees it being built, a script goes on with its id. */
export const runRestore: RunVerb = async (session) => {
  const { api, flags, say, show, tell, terminal } = session;
  const started = await api.post('/restores', asked(session));
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
