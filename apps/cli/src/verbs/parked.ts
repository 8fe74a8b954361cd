import { column, facts, list } from '../output/columns.js';
import { CliFailure } from '../session/cli-failure.js';
import { type Query, segment } from '../session/control-api.js';
import { exitCodes } from '../session/exit-codes.js';
import type { RunVerb, Session } from '../session/session.js';

const columns = [
  column('establishment'),
  column('position', 'number'),
  column('waiting'),
  column('since', 'time'),
  column('reason'),
];

const phi = ({ flags }: Session): Query => ({ showPhi: flags.has('show-phi') ? 'true' : undefined });

const establishmentOf = ({ flags, say }: Session, verb: string): string => {
  const named = flags.one('establishment');
  if (named !== undefined) return named;
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
  const { api, argument, show } = session;
  const establishment = establishmentOf(session, 'parked show');
  const answer = await api.get(`/parked/${segment(establishment)}/${segment(argument)}`, phi(session));
  show(answer, facts(columns));
  return exitCodes.ok;
};

/** The patients are named by a parked event, so that nobody types an identifier; or by `--patient`. */
export const drainParked: RunVerb = async (session) => {
  const { api, argument, flags, say, show } = session;
  const establishment = establishmentOf(session, 'parked drain');
  const patient = flags.one('patient');
  if ((argument === '') === (patient === undefined))
    throw new CliFailure(
      exitCodes.usage,
      say('usage.give-one', { flags: 'P, --patient' }),
      say('usage.see-help', { command: 'reprise parked drain' }),
    );
  const id = `${establishment} ${argument || patient}`;
  await session.confirm('parked drain', say('confirm.parked drain', { id }));
  const body = {
    establishment,
    ...(patient === undefined ? { position: argument } : { patient }),
    skip: flags.many('skip'),
  };
  const answer = await api.post('/parked/drain', body);
  show(answer, facts([column('establishment'), column('position', 'number'), column('settled')]));
  return exitCodes.ok;
};
