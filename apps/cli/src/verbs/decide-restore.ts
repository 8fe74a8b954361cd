import { followSwitch } from '../follow-switch.js';
import { segment } from '../session/control-api.js';
import { exitCodes } from '../session/exit-codes.js';
import { textAt } from '../session/json.js';
import type { RunVerb, Session } from '../session/session.js';
import { restoreView, suggestNext } from '../views.js';

export type Decision = 'resume' | 'cancel' | 'approve' | 'promote' | 'rollback';

/** Only what can be done is asked about, or said to be answered by `--yes`; there the step itself proves what is built. */
const confirmDecision = async (session: Session, decision: Exclude<Decision, 'resume'>): Promise<void> => {
  const { api, argument: id, flags, say, tell } = session;
  const proof = flags.has('yes') ? 'later' : undefined;
  const restore = await api.get(`/restores/${segment(id)}/may/${decision}`, { proof });
  const [planHash, eventsTotal, target, requestedBy] = ['planHash', 'eventsTotal', 'target', 'requestedBy'].map(
    (member) => textAt(restore, member) || '-',
  ) as [string, string, string, string];
  tell(say('restore.hash', { planHash, eventsTotal, target, requestedBy }));
  const who = flags.one('as') ?? say('confirm.first');
  await session.confirm(`restore ${decision}`, say(`confirm.restore ${decision}`, { id, who }));
};

export const decideRestore =
  (decision: Decision): RunVerb =>
  async (session) => {
    const { api, argument: id, show } = session;
    if (decision !== 'resume') await confirmDecision(session, decision);
    const decided = await api.post(`/restores/${segment(id)}/${decision}`);
    const switches = decision === 'promote' || decision === 'rollback';
    const { answer, exitCode } = switches
      ? await followSwitch(session, id, decided)
      : { answer: decided, exitCode: exitCodes.ok };
    show(answer, restoreView);
    suggestNext(session, answer);
    return exitCode;
  };
