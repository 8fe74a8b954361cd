import { checkProfiles, type ProfileFault } from '#usecases';
import { column, items, list } from '../output/columns.js';
import type { View } from '../output/view.js';
import { CliFailure } from '../session/cli-failure.js';
import { exitCodes } from '../session/exit-codes.js';
import { type Json, listAt, textAt } from '../session/json.js';
import { readNamedFile } from '../session/read-file.js';
import type { RunVerb, Session } from '../session/session.js';

const faults = list(
  [column('place', 'text'), column('field'), column('wrong'), column('rule'), column('remedy')],
  'empty.items',
  (answer) => listAt(answer, 'faults'),
);

const checked: View = {
  ...list([column('file'), column('name'), column('establishment'), column('ok', 'word')]),
  below: [faults],
};

const faultOf = ({ file, line, column: at, field, rule, wrong, remedy }: ProfileFault, { say }: Session): Json => ({
  place: `${file}:${line}:${at}`,
  file,
  line,
  column: at,
  field,
  rule,
  wrong: wrong[say.language],
  remedy: remedy[say.language],
});

/** Checks files here, by the rules that control starts with; which establishments are declared only control knows. */
const check = (session: Session): { readonly answer: Json; readonly isSound: boolean } => {
  const files = session.arguments.map((file) => ({ file, bytes: readNamedFile(file, session.say) }));
  const { profiles, faults: found } = checkProfiles(files);
  const itemsOfFiles = files.map(({ file, bytes }) => {
    const [profile] = checkProfiles([{ file, bytes }]).profiles;
    const ok = !found.some((fault) => fault.file === file);
    return { file, name: profile?.name ?? null, establishment: profile?.finess ?? null, ok };
  });
  const isSound = found.length === 0 && profiles.length > 0;
  return { answer: { items: itemsOfFiles, faults: found.map((fault) => faultOf(fault, session)) }, isSound };
};

/** 0 where all are sound, 2 where one is not. */
export const checkSenders: RunVerb = async (session) => {
  const { answer, isSound } = check(session);
  session.show(answer, checked);
  return isSound ? exitCodes.ok : exitCodes.usage;
};

export const declareSender: RunVerb = async (session) => {
  const { api, argument: file, say, show, suggest } = session;
  const { answer, isSound } = check({ ...session, arguments: [file] });
  if (!isSound) {
    show(answer, checked);
    throw new CliFailure(exitCodes.usage, say('sender.faults', { count: listAt(answer, 'faults').length }));
  }
  await api.post('/senders', { file, yaml: readNamedFile(file, say).toString('utf8') });
  show(answer, checked);
  for (const one of items(answer)) suggest(say('sender.declared', { name: textAt(one, 'name') }));
  return exitCodes.ok;
};
