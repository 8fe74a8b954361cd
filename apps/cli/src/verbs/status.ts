import { column, list } from '../output/columns.js';
import { exitCodes } from '../session/exit-codes.js';
import { type Json, listAt, textAt, valueAt } from '../session/json.js';
import type { RunVerb, Session } from '../session/session.js';

const replicas = (row: Json): string =>
  listAt(row, 'replicas')
    .map((replica) => `${textAt(replica, 'replica')}:${textAt(replica, 'timeline')}-${textAt(replica, 'position')}`)
    .join(' ');

const view = list(
  [
    column('establishment'),
    column('name'),
    column('source', 'word'),
    column('lagSeconds', 'seconds'),
    column('trend', 'word'),
    column('parked', 'number'),
    column('sealAgeSeconds', 'seconds'),
    column('lastProvenRestore', 'time', (row) => valueAt(row, 'lastProvenRestore.finishedAt')),
    column('rtoSeconds', 'seconds'),
    column('silentSeconds', 'seconds'),
    column('replicas', 'text', replicas),
  ],
  'empty.status',
);

const everyMs = 2000;

const again = async (session: Session): Promise<never> => {
  const { api, show, output, terminal } = session;
  const redraws = output === 'table' && terminal.stdout.isTTY === true && terminal.env['TERM'] !== 'dumb';
  session.whenInterrupted(session.say('interrupted.go-on', { command: 'reprise status --watch' }));
  for (;;) {
    const answer = await api.get('/status');
    if (redraws) terminal.stdout.write('\u001b[H\u001b[2J');
    show(answer, view);
    await terminal.pause(everyMs);
  }
};

export const showStatus: RunVerb = async (session) => {
  if (session.flags.has('watch')) return again(session);
  session.show(await session.api.get('/status'), view);
  return exitCodes.ok;
};
