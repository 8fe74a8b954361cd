import { column, list } from '../output/columns.js';
import { isObject, type Json, listAt, textAt } from '../session/json.js';
import type { RunVerb } from '../session/session.js';
import { concludeVerdict } from '../verdict.js';

/** One row a check; an establishment of which nothing was examined has a row as well. */
const checks = (answer: Json): readonly Json[] =>
  listAt(answer, 'establishments').flatMap((one): readonly Json[] => {
    const place = { establishment: textAt(one, 'establishment'), verdict: textAt(one, 'verdict') };
    const made = listAt(one, 'checks');
    return made.length === 0 ? [place] : made.map((check) => ({ ...place, ...(isObject(check) && check) }));
  });

const view = list(
  [
    column('establishment'),
    column('verdict', 'word'),
    column('what'),
    column('expected'),
    column('found'),
    column('ok', 'word'),
  ],
  'empty.items',
  checks,
);

const verify =
  (what: 'replica' | 'log'): RunVerb =>
  async (session) => {
    const establishment = session.flags.one('establishment');
    const query = establishment === undefined ? '' : `?establishment=${encodeURIComponent(establishment)}`;
    const answer = await session.api.post(`/verify/${what}${query}`);
    session.show(answer, view);
    return concludeVerdict(session, answer);
  };

export const verifyReplica = verify('replica');
export const verifyLog = verify('log');
