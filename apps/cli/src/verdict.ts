import { column, list } from './output/columns.js';
import { exitCodes } from './session/exit-codes.js';
import { isObject, type Json, listAt, textAt } from './session/json.js';
import type { Session } from './session/session.js';

/** One row a check; an establishment of which nothing was examined has a row as well. */
const checks = (answer: Json): readonly Json[] =>
  listAt(answer, 'establishments').flatMap((one): readonly Json[] => {
    const place = { establishment: textAt(one, 'establishment'), verdict: textAt(one, 'verdict') };
    const made = listAt(one, 'checks');
    return made.length === 0 ? [place] : made.map((check) => ({ ...place, ...(isObject(check) && check) }));
  });

/** A verification of several establishments. */
export const byEstablishment = list(
  [
    column('establishment'),
    column('verdict', 'word'),
    column('what', 'sentence'),
    column('expected', 'sentence'),
    column('found', 'sentence'),
    column('ok', 'word'),
  ],
  'empty.items',
  checks,
);

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
