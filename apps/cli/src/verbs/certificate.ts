import { readFileSync } from 'node:fs';
import { column, facts, list } from '../output/columns.js';
import type { View } from '../output/view.js';
import { CliFailure } from '../session/cli-failure.js';
import { segment } from '../session/control-api.js';
import { exitCodes } from '../session/exit-codes.js';
import { isObject, type JsonObject, listAt, parseJson, valueAt } from '../session/json.js';
import type { RunVerb, Session } from '../session/session.js';
import { concludeVerdict } from '../verdict.js';

const view = facts([
  column('establishment'),
  column('timeline'),
  column('cut'),
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
]);

const verification: View = {
  ...facts([
    column('verdict', 'word'),
    column('events', 'number', (answer) => valueAt(answer, 'examined.events')),
    column('records', 'number', (answer) => valueAt(answer, 'examined.records')),
  ]),
  below: [
    list([column('what'), column('expected'), column('found'), column('ok', 'word')], 'empty.items', (answer) =>
      listAt(answer, 'checks'),
    ),
  ],
};

/** By the restore's id, or by the certificate's own. */
export const showCertificate: RunVerb = async ({ api, argument, show }) => {
  show(await api.get(`/certificates/${segment(argument)}`), view);
  return exitCodes.ok;
};

const readCertificate = (file: string, { say }: Session): JsonObject => {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    const hint = say('usage.certificate-unreadable-hint', { file });
    throw new CliFailure(exitCodes.usage, say('usage.certificate-unreadable', { file }), hint);
  }
  try {
    const certificate = parseJson(text);
    if (isObject(certificate)) return certificate;
  } catch {
    // Said below: what does not parse is no certificate either.
  }
  const hint = say('usage.certificate-unreadable-hint', { file });
  throw new CliFailure(exitCodes.usage, say('usage.certificate-invalid', { file }), hint);
};

export const verifyCertificate: RunVerb = async (session) => {
  const answer = await session.api.post('/certificates/verify', readCertificate(session.argument, session));
  session.show(answer, verification);
  return concludeVerdict(session, answer);
};
