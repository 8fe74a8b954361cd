import { column, facts, list } from './output/columns.js';
import { replicasThat } from './follow-switch.js';
import { restoreOf } from './restore.js';
import type { Json } from './session/json.js';
import type { Session } from './session/session.js';

/** One restore. */
export const restoreView = facts([
  column('restoreId'),
  column('planId'),
  column('establishments'),
  column('state', 'word'),
  column('phase', 'word'),
  column('eventTimeReached', 'time'),
  column('target', 'time'),
  column('eventsDone', 'number'),
  column('eventsTotal', 'number'),
  column('etaSeconds', 'seconds'),
  column('requestedBy'),
  column('approvedBy'),
  column('certificateId'),
  column('waitsFor', 'sentence', (row) => restoreOf(row).waitsFor),
  column('failure', 'sentence'),
  column('switched', 'text', (row) => replicasThat(row, 'switched')),
]);

export const restoresView = list(
  [
    column('restoreId'),
    column('establishments'),
    column('state', 'word'),
    column('phase', 'word'),
    column('eventsDone', 'number'),
    column('eventsTotal', 'number'),
    column('eventTimeReached', 'time'),
    column('target', 'time'),
    column('certificateId'),
  ],
  'empty.restores',
);

/** What an operator does after this state. */
export const suggestNext = ({ say, suggest }: Session, answer: Json): void => {
  const { restoreId: id, state } = restoreOf(answer);
  switch (state) {
    case 'running':
      return suggest(say('next.run', { id }));
    case 'built':
      return suggest(say('next.built', { id }));
    case 'approved':
      return suggest(say('next.approved', { id }));
    case 'promoted':
    case 'rolled-back': {
      const replicas = replicasThat(answer, 'switched').join(', ');
      return replicas === '' ? undefined : suggest(say(`next.${state}`, { id, replicas }));
    }
    case 'failed':
      return suggest(say('next.failed', { id }));
    default:
      return undefined;
  }
};
