import { column, facts, items, list } from '../output/columns.js';
import type { View } from '../output/view.js';
import { segment } from '../session/control-api.js';
import { exitCodes } from '../session/exit-codes.js';
import { type Json, listAt, valueAt } from '../session/json.js';
import { readNamedObject } from '../session/read-file.js';
import type { RunVerb } from '../session/session.js';
import { byEstablishment, concludeVerdict } from '../verdict.js';

/** Of one establishment the certificate itself; of several, all of them. */
const certificates = (answer: Json): readonly Json[] =>
  valueAt(answer, 'items') === undefined ? [answer] : items(answer);

const view: View = {
  ...facts([
    column('establishment'),
    column('timeline'),
    column('cut', 'position'),
    column('events', 'number'),
    column('records', 'number'),
    column('gaps'),
    column('logHash'),
    column('foldVersion'),
    column('stateDigest'),
    column('startedAt', 'time'),
    column('finishedAt', 'time'),
    column('keyId'),
    column('signature'),
  ]),
  rows: certificates,
};

const verification: View = {
  ...facts([
    column('verdict', 'word'),
    column('events', 'number', (answer) => valueAt(answer, 'examined.events')),
    column('records', 'number', (answer) => valueAt(answer, 'examined.records')),
  ]),
  below: [
    list(
      [column('what', 'sentence'), column('expected', 'sentence'), column('found', 'sentence'), column('ok', 'word')],
      'empty.items',
      (answer) => listAt(answer, 'checks'),
    ),
  ],
};

/** By the restore's id (all that it has), or by a certificate's own. */
export const showCertificate: RunVerb = async ({ api, argument, show }) => {
  show(await api.get(`/certificates/${segment(argument)}`), view);
  return exitCodes.ok;
};

export const verifyCertificate: RunVerb = async (session) => {
  const { api, argument: file, say, show } = session;
  const given = readNamedObject(file, say, {
    holds: () => true,
    invalid: say('usage.certificate-invalid', { file }),
    hint: say('usage.certificate-hint'),
  });
  const answer = await api.post('/certificates/verify', given);
  show(answer, valueAt(answer, 'establishments') === undefined ? verification : byEstablishment);
  return concludeVerdict(session, answer);
};
