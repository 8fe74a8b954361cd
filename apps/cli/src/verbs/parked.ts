import { column, facts, list } from '../output/columns.js';
import { CliFailure } from '../session/cli-failure.js';
import { type Query, segment } from '../session/control-api.js';
import { exitCodes } from '../session/exit-codes.js';
import type { RunVerb, Session } from '../session/session.js';

const columns = [
  column('messageId'),
  column('establishment'),
  column('position', 'number'),
  column('recordedAt', 'time'),
  column('waitingCount', 'number'),
  column('waiting'),
  column('reason'),
];

const phi = ({ flags }: Session): Query => ({ showPhi: flags.has('show-phi') ? 'true' : undefined });

/** The id that `parked list` shows (`990000010-815`), or a position with its establishment. */
const idOf = ({ argument, flags, say }: Session, verb: string): string => {
  if (!/^\d+$/.test(argument)) return argument;
  const establishment = flags.one('establishment');
  if (establishment !== undefined) return `${establishment}-${argument}`;
  throw new CliFailure(
    exitCodes.usage,
    say('usage.needs', { flag: '--establishment F' }),
    say('usage.see-help', { command: `reprise ${verb}` }),
  );
};

export const listParked: RunVerb = async (session) => {
  const { api, flags, show } = session;
  const query = { establishment: flags.one('establishment'), ...phi(session) };
  show(await api.get('/parked', query), list(columns, 'empty.parked'));
  return exitCodes.ok;
};

export const showParked: RunVerb = async (session) => {
  const id = idOf(session, 'parked show');
  session.show(await session.api.get(`/parked/${segment(id)}`, phi(session)), facts(columns));
  return exitCodes.ok;
};

/** The patients are named by a parked event, so that nobody types an identifier. */
export const drainParked: RunVerb = async (session) => {
  const { api, flags, say, show } = session;
  const id = idOf(session, 'parked drain');
  await session.confirm('parked drain', say('confirm.parked drain', { id }));
  show(await api.post(`/parked/${segment(id)}/drain`, { skip: flags.many('skip') }), facts([column('positions')]));
  return exitCodes.ok;
};
