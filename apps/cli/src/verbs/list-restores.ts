import { exitCodes } from '../session/exit-codes.js';
import type { RunVerb } from '../session/session.js';
import { restoresView } from '../views.js';

export const listRestores: RunVerb = async ({ api, show }) => {
  show(await api.get('/restores'), restoresView);
  return exitCodes.ok;
};
