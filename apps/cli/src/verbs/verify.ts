import { column, list } from '../output/columns.js';
import type { View } from '../output/view.js';
import { exitCodes } from '../session/exit-codes.js';
import { type Json, listAt, numberAt, valueAt } from '../session/json.js';
import type { RunVerb, Session } from '../session/session.js';

const replicaView = list([
  column('establishment'),
  column('position', 'number'),
  column('holds', 'word'),
  column('records', 'number'),
  column('digests'),
]);

const logView = list([column('establishment'), column('events', 'number'), column('chainHash'), column('gaps')]);

/** A gap is told before a difference: it is the reason. Nothing examined is never a pass. */
const concluded = ({ say, tell, suggest }: Session, answer: Json, examined: 'records' | 'events'): number => {
  const rows = listAt(answer, 'items');
  const gaps = rows.some((row) => listAt(row, 'gaps').length > 0);
  if (gaps || valueAt(answer, 'holds') !== true) {
    tell(say('verify.differs'));
    return gaps ? exitCodes.logGap : exitCodes.differs;
  }
  if (rows.reduce<number>((sum, row) => sum + numberAt(row, examined), 0) <= 0) {
    tell(say('verify.nothing'));
    return exitCodes.failure;
  }
  suggest(say('verify.holds'));
  return exitCodes.ok;
};

const verify =
  (what: 'replica' | 'log', view: View, examined: 'records' | 'events'): RunVerb =>
  async (session) => {
    const establishment = session.flags.one('establishment');
    const answer = await session.api.post(`/verify/${what}`, { establishment });
    session.show(answer, view);
    return concluded(session, answer, examined);
  };

export const verifyReplica = verify('replica', replicaView, 'records');
export const verifyLog = verify('log', logView, 'events');
