import { column, list } from '../output/columns.js';
import { segment } from '../session/control-api.js';
import { exitCodes } from '../session/exit-codes.js';
import { isObject, type Json, listAt, objectAt, textAt, valueAt } from '../session/json.js';
import type { RunVerb } from '../session/session.js';
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

/** That the restored state differs from the live one is what a restore is for: it is an answer, and ends with 0. */
export const compareRestore: RunVerb = async ({ api, argument: id, flags, say, show, suggest }) => {
  const wish = (name: string): string | undefined => (flags.has(name) ? 'true' : undefined);
  const query = { patients: wish('patients'), fields: wish('fields'), showPhi: wish('show-phi') };
  const answer = await api.get(`/restores/${segment(id)}/compare`, query);
  show(answer, view);
  if (valueAt(answer, 'afterCut') !== undefined)
    suggest(say('compare.after-cut', { count: textAt(answer, 'afterCut') }));
  // Control names patients only to who says that they may be shown.
  if (flags.has('patients') && !flags.has('show-phi')) suggest(say('next.phi'));
  suggest(say('next.compared', { id }));
  return exitCodes.ok;
};
