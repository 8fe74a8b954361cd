import { column, list } from '../output/columns.js';
import { segment } from '../session/control-api.js';
import { exitCodes } from '../session/exit-codes.js';
import { isObject, type Json, listAt, numberAt, objectAt, textAt, valueAt } from '../session/json.js';
import type { RunVerb, Session } from '../session/session.js';
import type { View } from '../output/view.js';

const named = (answer: Json, member: string): readonly (readonly [string, Json | undefined])[] =>
  Object.entries(objectAt(answer, member));

const byType = (answer: Json): readonly Json[] =>
  named(answer, 'byType').map(([type, counts]) => ({ type, ...(isObject(counts) && counts) }));

const patientsRow = (answer: Json): readonly Json[] => {
  const patients = objectAt(answer, 'patients');
  return Object.keys(patients).length === 0 ? [] : [{ type: 'patients', ...patients }];
};

const fieldRows = (answer: Json): readonly Json[] =>
  named(answer, 'fields').flatMap(([type, members]) =>
    Object.entries(isObject(members) ? members : {}).map(([member, count]) => ({ type, member, count })),
  );

const counts = (['added', 'changed', 'removed', 'same'] as const).map((name) => column(name, 'number'));

const view: View = {
  ...list([column('type'), ...counts], 'empty.differences', byType),
  below: [
    list([column('type', 'word'), ...counts.slice(0, 3)], 'empty.items', patientsRow),
    list([column('type'), column('member'), column('count', 'number')], 'empty.items', fieldRows),
    list([column('patient'), column('difference', 'word')], 'empty.items', (answer) => listAt(answer, 'patientList')),
  ],
};

/** 3 where a record differs; where none was compared, nothing was examined. */
const conclude = ({ say, tell }: Session, answer: Json): number => {
  const types = byType(answer);
  if (types.length === 0) {
    tell(say('verify.nothing'));
    return exitCodes.failure;
  }
  const differ = types.some((type) => ['added', 'changed', 'removed'].some((how) => numberAt(type, how) > 0));
  if (differ) tell(say('compare.differs'));
  return differ ? exitCodes.differs : exitCodes.ok;
};

export const compareRestore: RunVerb = async (session) => {
  const { api, argument: id, flags, say, show, suggest } = session;
  const wish = (name: string): string | undefined => (flags.has(name) ? 'true' : undefined);
  const query = { patients: wish('patients'), fields: wish('fields'), showPhi: wish('show-phi') };
  const answer = await api.get(`/restores/${segment(id)}/compare`, query);
  show(answer, view);
  if (valueAt(answer, 'afterCut') !== undefined)
    suggest(say('compare.after-cut', { count: textAt(answer, 'afterCut') }));
  // Control names patients only to who says that they may be shown.
  if (flags.has('patients') && !flags.has('show-phi')) suggest(say('next.phi'));
  suggest(say('next.compared', { id }));
  return conclude(session, answer);
};
