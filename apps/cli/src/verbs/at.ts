import { column, list } from '../output/columns.js';
import { CliFailure } from '../session/cli-failure.js';
import { exitCodes } from '../session/exit-codes.js';
import { type Json, objectAt, textAt, valueAt } from '../session/json.js';
import type { RunVerb } from '../session/session.js';

/** One row a clock; an event as its position, when it was recorded, and what it is. */
const markText = (mark: Json | undefined): string =>
  ['position', 'recordedAt', 'label']
    .map((member) => textAt(mark, member))
    .filter((text) => text !== '')
    .join(' ');

const clocks = (answer: Json): readonly Json[] =>
  Object.entries(objectAt(answer, 'clocks')).map(([clock, moment]) => ({
    establishment: textAt(answer, 'establishment'),
    clock,
    ...objectAt({ moment }, 'moment'),
  }));

const view = list(
  [
    column('establishment'),
    column('clock', 'word'),
    column('cut', 'position'),
    column('lastIn', 'text', (row) => markText(valueAt(row, 'lastIn'))),
    column('firstOut', 'text', (row) => markText(valueAt(row, 'firstOut'))),
    column('leftOut', 'number'),
  ],
  'empty.items',
  clocks,
);

export const showMoment: RunVerb = async ({ api, argument, flags, say, show, suggest }) => {
  const establishment = flags.one('establishment');
  if (establishment === undefined)
    throw new CliFailure(
      exitCodes.usage,
      say('usage.needs', { flag: '--establishment F' }),
      say('usage.see-help', { command: 'reprise at' }),
    );
  const answer = await api.get('/at', { t: argument, establishment });
  show(answer, view);
  suggest(`${textAt(answer, 'establishment')} ${textAt(answer, 'at')}`.trim());
  return exitCodes.ok;
};
