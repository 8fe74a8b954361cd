import { readFileSync } from 'node:fs';
import { column, facts, list } from '../output/columns.js';
import type { View } from '../output/view.js';
import { CliFailure } from '../session/cli-failure.js';
import { segment } from '../session/control-api.js';
import { exitCodes } from '../session/exit-codes.js';
import { isObject, type JsonObject, listAt, numberAt, parseJson, valueAt } from '../session/json.js';
import type { RunVerb, Session } from '../session/session.js';

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
    column('holds', 'word'),
    column('events', 'number', (answer) => valueAt(answer, 'examined.events')),
    column('records', 'number', (answer) => valueAt(answer, 'examined.records')),
  ]),
  below: [
    list([column('fact'), column('stated'), column('found')], 'empty.items', (answer) => listAt(answer, 'differences')),
  ],
};

/** By the restore's id, or by the certificate's own: `restore.establishment`. */
export const showCertificate: RunVerb = async ({ api, argument, flags, show }) => {
  const [restoreId = '', ofId] = argument.split('.');
  const establishment = flags.one('establishment') ?? ofId;
  show(await api.get(`/certificates/${segment(restoreId)}`, { establishment }), view);
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
  const { api, argument, say, show, tell } = session;
  const answer = await api.post('/certificates/verify', { certificate: readCertificate(argument, session) });
  show(answer, verification);
  if (valueAt(answer, 'holds') !== true) {
    tell(say('verify.differs'));
    return exitCodes.differs;
  }
  if (numberAt(answer, 'examined.events') <= 0) {
    tell(say('verify.nothing'));
    return exitCodes.failure;
  }
  session.suggest(say('verify.holds'));
  return exitCodes.ok;
};
