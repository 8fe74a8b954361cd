import { conditionExit } from '../condition-exit.js';
import { column, items, list } from '../output/columns.js';
import { type Json, listAt, numberAt, textAt, valueAt } from '../session/json.js';
import { printable } from '../output/table.js';
import type { View } from '../output/view.js';
import type { RunVerb, Session } from '../session/session.js';

/** Name, timeline and position, which a log in which nothing is yet has none of; behind them what it does where it does not follow. */
const replicaText = (replica: Json, word: (state: string) => string): string => {
  const [name, timeline, position, state = ''] = ['replica', 'timeline', 'position', 'state'].map((member) =>
    textAt(replica, member),
  );
  const place = position === '' || position === '-1' ? timeline : `${timeline}-${position}`;
  return `${name}:${[place, state === 'following' ? '' : word(state)].filter((part) => part !== '').join(',')}`;
};

/** Words only where people read: csv has them as they came. */
const replicasOf =
  ({ output, say }: Session) =>
  (row: Json): string =>
    listAt(row, 'replicas')
      .map((replica) => replicaText(replica, output === 'table' ? say.value : (state) => state))
      .join(' ');

const senders = (row: Json): readonly Json[] => listAt(row, 'senders');

const alarms = (row: Json): string =>
  senders(row)
    .filter((sender) => numberAt(sender, 'alarms.count') > 0)
    .map((sender) => `${textAt(sender, 'name')}:${textAt(sender, 'alarms.count')}`)
    .join(' ');

/** Of the senders that number; none of them: not known. */
const missing = (row: Json): Json | undefined => {
  const known = senders(row).filter((sender) => textAt(sender, 'missing') !== '');
  return known.length === 0 ? undefined : known.reduce<number>((sum, sender) => sum + numberAt(sender, 'missing'), 0);
};

const viewOf = (session: Session): View =>
  list(
    [
      column('establishment'),
      column('name'),
      column('source', 'word'),
      column('lagSeconds', 'seconds'),
      column('trend', 'word', (row) => valueAt(row, 'trend') ?? 'unknown'),
      column('parked', 'number'),
      column('sealAgeSeconds', 'seconds'),
      column('lastProvenRestore', 'time', (row) => valueAt(row, 'lastProvenRestore.finishedAt')),
      column('rtoSeconds', 'seconds'),
      column('silentSeconds', 'seconds'),
      column('missing', 'number', missing),
      column('alarms', 'text', alarms),
      column('replicas', 'text', replicasOf(session)),
    ],
    'empty.status',
  );

/** Each kind of its own; a control of before counted ids alone. */
const alarmsOf = (sender: Json): readonly Json[] => {
  const count = numberAt(sender, 'alarms.count');
  const codes = listAt(sender, 'alarms.codes');
  return codes.length > 0 || !(count > 0)
    ? codes
    : [{ code: 'message-id-reused', count, since: textAt(sender, 'alarms.since') }];
};

/** What is wrong, above everything else; the rest is counted. */
const head = ({ say, tell, suggest }: Session, answer: Json): void => {
  const problems = listAt(answer, 'problems');
  if (problems.length === 0) return suggest(say('status.well'));
  for (const problem of problems.slice(0, problemsShown)) {
    const wrong = textAt(problem, 'state') === 'wrong';
    const text = say.sentence(textAt(problem, 'text'));
    const sentence = say(wrong ? 'status.wrong' : 'status.warning', { text, command: textAt(problem, 'command') });
    (wrong ? tell : suggest)(printable(sentence));
  }
  if (problems.length > problemsShown) tell(say('status.more', { count: problems.length - problemsShown }));
};

/** What should not be overlooked in a wide table. */
const warn = ({ say, suggest }: Session, answer: Json): void => {
  for (const sender of items(answer).flatMap(senders)) {
    const name = textAt(sender, 'name');
    for (const alarm of alarmsOf(sender)) {
      const values = { name, count: numberAt(alarm, 'count'), since: textAt(alarm, 'since') };
      const code = textAt(alarm, 'code');
      if (code === 'message-id-reused' || code === 'filler-number-reused') suggest(say(`sender.alarm.${code}`, values));
    }
    if (textAt(sender, 'isIncarnationProposed') === 'true') suggest(say('sender.proposed', { name }));
  }
};

const everyMs = 2000;
const problemsShown = 8;
/** Control asks all others in less than three seconds; one that takes longer is away itself. */
const withinMs = 2_900;

const again = async (session: Session): Promise<never> => {
  const { api, show, output, terminal } = session;
  const redraws = output === 'table' && terminal.stdout.isTTY === true && terminal.env['TERM'] !== 'dumb';
  session.whenInterrupted(session.say('interrupted.go-on', { command: 'reprise status --watch' }));
  for (;;) {
    const answer = await api.get('/status', {}, withinMs);
    if (redraws) terminal.stdout.write('\u001b[H\u001b[2J');
    head(session, answer);
    show(answer, viewOf(session));
    warn(session, answer);
    await terminal.pause(everyMs);
  }
};

export const showStatus: RunVerb = async (session) => {
  if (session.flags.has('watch')) return again(session);
  const answer = await session.api.get('/status', {}, withinMs);
  head(session, answer);
  session.show(answer, viewOf(session));
  warn(session, answer);
  return conditionExit(listAt(answer, 'problems'));
};
