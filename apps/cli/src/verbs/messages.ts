import { tellOlder } from '../older-messages.js';
import { column, facts, list } from '../output/columns.js';
import { printable } from '../output/table.js';
import type { View } from '../output/view.js';
import { segment } from '../session/control-api.js';
import { exitCodes } from '../session/exit-codes.js';
import { type Json, listAt, textAt, valueAt } from '../session/json.js';
import type { RunVerb, Session } from '../session/session.js';
import { hasUnicode } from '../session/terminal.js';
import { blockChart } from '../output/block-chart.js';

const warnings = column('warnings', 'text', (row) =>
  listAt(row, 'warnings').map((warning) =>
    [textAt(warning, 'code'), textAt(warning, 'location')].join('@').replace(/@$/, ''),
  ),
);

const columns = [
  column('messageId'),
  column('establishment'),
  column('sender'),
  column('label'),
  column('controlId'),
  column('receivedAt', 'time'),
  column('state', 'word'),
  column('acknowledgement'),
  column('position', 'number'),
  column('records'),
  warnings,
];

const messages = list(columns, 'empty.messages');
const message = facts(
  [
    // With their milliseconds: how long the answer took is read from them.
    ...columns.map((one) => (one.name === 'receivedAt' ? column('receivedAt') : one)),
    column('incarnation', 'number'),
    column('recordedAt'),
    column('acknowledgedAt'),
    column('duplicateOf'),
    column('waitsFor', 'sentence', (row) =>
      [textAt(row, 'waitsFor.behind'), textAt(row, 'waitsFor.reason')].filter((text) => text !== ''),
    ),
    column('charset'),
    column('sizeBytes', 'number'),
    column('raw'),
    column('acknowledgementRaw'),
  ],
  [
    list([column('code'), column('location'), column('text', 'sentence')], 'empty.items', (row) =>
      listAt(row, 'warnings'),
    ),
    list(
      [
        column('sameId', 'text', (row) => textAt(row, 'messageId')),
        column('state', 'word'),
        column('sameBytes', 'word'),
      ],
      'empty.items',
      (row) => listAt(row, 'sameId'),
    ),
  ],
);

const scopeFlags = ['sender', 'state', 'since', 'until', 'type', 'record', 'id', 'warning', 'establishment'] as const;

export const listMessages: RunVerb = async (session) => {
  const { apiOfSenders, flags, say, show, suggest } = session;
  const scope = Object.fromEntries(scopeFlags.map((name) => [name, flags.one(name)]));
  const query = { ...scope, limit: flags.one('limit'), cursor: flags.one('cursor') };
  const isSummary = flags.has('summary');
  const answer = await apiOfSenders.get(isSummary ? '/messages/summary' : '/messages', query);
  show(answer, isSummary ? summaryView(session) : messages);
  if (isSummary) conclude(session, answer);
  const next = textAt(answer, 'next');
  if (next === '') return exitCodes.ok;
  suggest(say('next.page', { next }));
  if (!isSummary) await tellOlder(session, scope, answer);
  return exitCodes.ok;
};

/** Rows of type, time and sender; below them, in a table, each type of a sender over the whole interval. */
const summaryView = ({ terminal }: Session): View => ({
  ...list(
    [
      column('from', 'time'),
      column('establishment'),
      column('sender'),
      column('type'),
      column('messages', 'number'),
      column('parked', 'number'),
      column('refused', 'number'),
      column('records', 'number'),
      column('removed', 'number'),
    ],
    'empty.messages',
  ),
  below: [
    list(
      [
        column('sender'),
        column('type'),
        column('messages', 'number'),
        column('removed', 'number'),
        column('peak', 'time', (row) => valueAt(row, 'peak.from')),
        column('most', 'number', (row) => valueAt(row, 'peak.messages')),
        column('chart', 'text', (row) => blockChart(numbersOf(row), hasUnicode(terminal))),
      ],
      'empty.messages',
      (answer) => listAt(answer, 'series'),
    ),
  ],
});

const numbersOf = (row: Json): readonly number[] => listAt(row, 'counts').map(Number);

const conclude = ({ say, suggest, tell }: Session, answer: Json): void => {
  if (textAt(answer, 'complete') === 'false') tell(say('summary.incomplete'));
  const { why, command } = { why: textAt(answer, 'closer.why'), command: textAt(answer, 'closer.command') };
  if (command === '') return;
  const [since, until] = [textAt(answer, 'since'), textAt(answer, 'until')];
  suggest(say('summary.scale', { since, until, piece: say(pieces[textAt(answer, 'piece')] ?? 'piece.minute') }));
  const sender = textAt(answer, 'closer.sender');
  const closer = why === 'removed' || why === 'rewritten' ? (`closer.${why}` as const) : 'closer.busiest';
  suggest(printable(say(closer, { sender, command })));
};

const pieces: Readonly<Record<string, 'piece.minute' | 'piece.ten-minutes' | 'piece.hour' | 'piece.day'>> = {
  minute: 'piece.minute',
  'ten-minutes': 'piece.ten-minutes',
  hour: 'piece.hour',
  day: 'piece.day',
};

export const showMessage: RunVerb = async ({ apiOfSenders, argument, flags, say, show, suggest }) => {
  const phi = flags.has('show-phi');
  show(await apiOfSenders.get(`/messages/${segment(argument)}`, { showPhi: phi ? 'true' : undefined }), message);
  if (!phi) suggest(say('next.phi'));
  return exitCodes.ok;
};
