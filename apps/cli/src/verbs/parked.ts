import { column, facts, list } from '../output/columns.js';
import { CliFailure } from '../session/cli-failure.js';
import { type Json, listAt, textAt, valueAt } from '../session/json.js';
import { printable } from '../output/table.js';
import { type Query, segment } from '../session/control-api.js';
import { exitCodes } from '../session/exit-codes.js';
import type { RunVerb, Session } from '../session/session.js';

const columns = [
  column('messageId'),
  column('establishment'),
  column('position', 'number'),
  column('recordedAt', 'time'),
  column('label'),
  column('sender'),
  column('records'),
  column('waitingCount', 'number'),
  // Control names nobody unless it is asked to: then what they are.
  column('waiting', 'text', (row) => valueAt(row, 'waiting') ?? valueAt(row, 'waitingTypes')),
  column('reason', 'sentence'),
];

/** Below what waits: what was given up, by whom. */
const givenUp = list(
  [column('givenUp', 'text', (row) => textAt(row, 'messageId')), column('by'), column('at', 'time'), column('drainId')],
  'empty.items',
  (answer) => listAt(answer, 'givenUp'),
);

const outcomeView = facts(
  [
    column('drainId'),
    column('by'),
    column('released'),
    column('givenUp'),
    column('stillWaiting', 'number', (row) => listAt(row, 'waiting').length),
  ],
  [list(columns, 'empty.items', (answer) => listAt(answer, 'waiting'))],
);

const phi = ({ flags }: Session): Query => ({ showPhi: flags.has('show-phi') ? 'true' : undefined });

/** Ids can say who somebody is: they are withheld, and how to see them is said. */
const hintAtIds = ({ flags, say, suggest }: Session, verb: string): void => {
  if (!flags.has('show-phi')) suggest(say('next.parked-ids', { command: `reprise ${verb} --show-phi` }));
};

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
  const answer = await api.get('/parked', query);
  show(answer, { ...list(columns, 'empty.parked'), below: [givenUp] });
  if (listAt(answer, 'items').length > 0) hintAtIds(session, 'parked list');
  return exitCodes.ok;
};

export const showParked: RunVerb = async (session) => {
  const id = idOf(session, 'parked show');
  session.show(await session.api.get(`/parked/${segment(id)}`, phi(session)), facts(columns));
  hintAtIds(session, `parked show ${id}`);
  return exitCodes.ok;
};

/** What does not wait is refused before anything is asked. What is given up is asked for one by one, by what it is. */
const askToDrain = async (session: Session, id: string): Promise<void> => {
  const { api, flags, say, confirm } = session;
  const skipped = flags.many('skip').map((position) => `${id.replace(/-\d+$/, '')}-${position}`);
  const events = new Map<string, Json>();
  for (const one of [id, ...skipped])
    if (!events.has(one)) events.set(one, await api.get(`/parked/${segment(one)}`, phi(session)));
  if (skipped.length === 0) return confirm('parked drain', say('confirm.parked drain', { id }));
  for (const one of skipped) {
    const event = events.get(one) ?? null;
    const question = say('confirm.parked skip', {
      id: one,
      label: textAt(event, 'label'),
      sender: textAt(event, 'sender'),
      at: textAt(event, 'recordedAt'),
      records: textsAt(event, 'records').join(', '),
    });
    await confirm('parked drain --skip', printable([isNotAtFault(one, event, say), question].join(' ').trimStart()));
  }
};

/** Who gives up what only waits behind another loses what was good, and what is at fault goes on waiting. */
const isNotAtFault = (id: string, event: Json, say: Session['say']): string => {
  const faulty = /^waits behind position (\d+)/.exec(textAt(event, 'reason'))?.[1];
  return faulty === undefined
    ? ''
    : say('confirm.parked skip-behind', { id, faulty: `${id.replace(/-\d+$/, '')}-${faulty}` });
};

const textsAt = (answer: Json, path: string): readonly string[] =>
  listAt(answer, path).map((one) => textAt({ one }, 'one'));

const everyMs = 300;
/** Replicas that have not applied a drain by then are left to it, and how to look again is said; exit code 75. */
export const drainPatienceMs = 30_000;

/** What came of the drain; undefined where a replica has not come to it in time. */
const followDrain = async (
  { api, flags, say, tell, terminal }: Session,
  drainId: string,
): Promise<Json | undefined> => {
  const begun = terminal.nowMs();
  for (let asked = 1; ; asked++) {
    const outcome = await api.get(`/parked/drains/${segment(drainId)}`);
    if (textAt(outcome, 'isApplied') === 'true') return outcome;
    if (terminal.nowMs() - begun > drainPatienceMs) return undefined;
    if (asked === 2 && !flags.has('no-progress'))
      tell(say('drain.waits', { replicas: textsAt(outcome, 'pending').join(', ') || '…' }));
    await terminal.pause(everyMs);
  }
};

/** The patients are named by a parked event, so that nobody types an identifier. */
export const drainParked: RunVerb = async (session) => {
  const { api, flags, say, show, tell, suggest } = session;
  const id = idOf(session, 'parked drain');
  await askToDrain(session, id);
  const drainId = textAt(await api.post(`/parked/${segment(id)}/drain`, { skip: flags.many('skip') }), 'drainId');
  session.whenInterrupted(say('drain.later', { id: drainId }));
  const outcome = await followDrain(session, drainId);
  if (outcome === undefined) {
    tell(say('drain.later', { id: drainId }));
    return exitCodes.tryAgain;
  }
  show(outcome, outcomeView);
  for (const replica of textsAt(outcome, 'away')) tell(say('drain.away', { replica }));
  if (listAt(outcome, 'waiting').length > 0) {
    hintAtIds(session, 'parked list');
    suggest(say('next.parked'));
  }
  if (listAt(outcome, 'released').length + listAt(outcome, 'givenUp').length > 0) return exitCodes.ok;
  tell(say('drain.nothing'));
  return exitCodes.failure;
};
