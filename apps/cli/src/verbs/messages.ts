import { column, facts, list } from '../output/columns.js';
import { segment } from '../session/control-api.js';
import { exitCodes } from '../session/exit-codes.js';
import { listAt, textAt } from '../session/json.js';
import type { RunVerb } from '../session/session.js';

const warnings = column('warnings', 'text', (row) =>
  listAt(row, 'warnings').map((warning) =>
    [textAt(warning, 'code'), textAt(warning, 'location')].join('@').replace(/@$/, ''),
  ),
);

const columns = [
  column('messageId'),
  column('sender'),
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
    column('label'),
    column('incarnation', 'number'),
    column('recordedAt'),
    column('acknowledgedAt'),
    column('duplicateOf'),
    column('waitsFor', 'text', (row) =>
      [textAt(row, 'waitsFor.behind'), textAt(row, 'waitsFor.reason')].filter((text) => text !== '').join(': '),
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

export const listMessages: RunVerb = async ({ apiOfSenders, flags, say, show, suggest }) => {
  const names = ['sender', 'state', 'since', 'id', 'warning', 'establishment', 'limit', 'cursor'];
  const query = Object.fromEntries(names.map((name) => [name, flags.one(name)]));
  const answer = await apiOfSenders.get('/messages', query);
  show(answer, messages);
  const next = textAt(answer, 'next');
  if (next !== '') suggest(say('next.page', { next }));
  return exitCodes.ok;
};

export const showMessage: RunVerb = async ({ apiOfSenders, argument, flags, say, show, suggest }) => {
  const phi = flags.has('show-phi');
  show(await apiOfSenders.get(`/messages/${segment(argument)}`, { showPhi: phi ? 'true' : undefined }), message);
  if (!phi) suggest(say('next.phi'));
  return exitCodes.ok;
};
