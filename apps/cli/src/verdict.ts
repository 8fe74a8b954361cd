import { exitCodes } from './session/exit-codes.js';
import { type Json, textAt } from './session/json.js';
import type { Session } from './session/session.js';

/** The exit code of a verification, said in words as well. Nothing examined is never a pass. */
export const concludeVerdict = ({ say, tell, suggest }: Session, answer: Json): number => {
  switch (textAt(answer, 'verdict')) {
    case 'same':
      suggest(say('verify.holds'));
      return exitCodes.ok;
    case 'nothing-examined':
      tell(say('verify.nothing'));
      return exitCodes.failure;
    default:
      tell(say('verify.differs'));
      return exitCodes.differs;
  }
};
