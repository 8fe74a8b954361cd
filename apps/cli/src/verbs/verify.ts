import type { RunVerb } from '../session/session.js';
import { byEstablishment, concludeVerdict } from '../verdict.js';

const verify =
  (what: 'replica' | 'log'): RunVerb =>
  async (session) => {
    const establishment = session.flags.one('establishment');
    const query = establishment === undefined ? '' : `?establishment=${encodeURIComponent(establishment)}`;
    const answer = await session.api.post(`/verify/${what}${query}`);
    session.show(answer, byEstablishment);
    return concludeVerdict(session, answer);
  };

export const verifyReplica = verify('replica');
export const verifyLog = verify('log');
