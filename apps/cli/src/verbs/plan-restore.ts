import { column, facts, list } from '../output/columns.js';
import { printable } from '../output/table.js';
import { CliFailure } from '../session/cli-failure.js';
import { exitCodes } from '../session/exit-codes.js';
import { isObject, type Json, type JsonObject, listAt, textAt, valueAt } from '../session/json.js';
import type { RunVerb, Session } from '../session/session.js';

/** Of every establishment, also where there is no such event. */
const marks = (answer: Json): readonly Json[] =>
  (['lastIn', 'firstOut'] as const).flatMap((side) =>
    listAt(answer, 'scope.establishments').map((establishment) => {
      const mark = listAt(answer, side).find((one) => valueAt(one, 'establishment') === establishment);
      return { side: side === 'lastIn' ? 'last-in' : 'first-out', establishment, ...(isObject(mark) && mark) };
    }),
  );

const view = facts(
  [
    column('planId'),
    column('hash'),
    column('establishments', 'text', (plan) => valueAt(plan, 'scope.establishments')),
    column('clock', 'word'),
    column('to', 'time'),
    column('cuts', 'position'),
    column('events', 'number'),
    column('excluded', 'number'),
    column('bytes', 'number'),
    column('gaps'),
    column('afterCut', 'word'),
    column('estimateSeconds', 'seconds'),
  ],
  [
    list(
      [
        column('mark', 'word', (mark) => valueAt(mark, 'side')),
        column('establishment'),
        column('position', 'number'),
        column('recordedAt', 'time'),
        column('sender'),
        column('label'),
      ],
      'empty.items',
      marks,
    ),
  ],
);

const exactlyOne = ({ flags, say }: Session, names: readonly string[]): void => {
  if (names.filter((name) => flags.has(name)).length === 1) return;
  const spelled = names.map((name) => `--${name}`).join(', ');
  throw new CliFailure(
    exitCodes.usage,
    say('usage.give-one', { flags: spelled }),
    say('usage.see-help', { command: 'reprise restore plan' }),
  );
};

const interval = (text: string, { say }: Session): readonly [string, string] => {
  const [from = '', to = '', ...more] = text.split(',').map((part) => part.trim());
  if (from === '' || to === '' || more.length > 0)
    throw new CliFailure(exitCodes.usage, say('usage.between', { value: text }), say('usage.between-hint'));
  return [from, to];
};

/** What was written goes to control as it was written: what T means is decided there. */
const requestOf = (session: Session): JsonObject => {
  const { flags } = session;
  exactlyOne(session, ['establishment', 'territory']);
  exactlyOne(session, ['to', 'to-position', 'before-event']);
  const given = {
    establishment: flags.one('establishment'),
    territory: flags.one('territory'),
    to: flags.one('to'),
    toPosition: flags.one('to-position'),
    beforeEvent: flags.one('before-event'),
    clock: flags.one('clock'),
    afterCut: flags.one('after-cut'),
  };
  return {
    ...given,
    excludeSenders: flags.many('exclude-sender'),
    excludeTypes: flags.many('exclude-type'),
    excludeBetween: flags.many('exclude-between').map((text) => interval(text, session)),
    ...(flags.has('allow-empty') && { allowEmpty: true }),
  };
};

export const planRestore: RunVerb = async (session) => {
  const plan = await session.api.post('/restores/plan', requestOf(session));
  session.show(plan, view);
  for (const warning of listAt(plan, 'warnings')) {
    const text = session.say.sentence(textAt(warning, 'text'));
    session.tell(printable(session.say('status.warning', { text, command: textAt(warning, 'command') })));
  }
  session.suggest(session.say('next.plan', { id: textAt(plan, 'planId') }));
  return exitCodes.ok;
};
