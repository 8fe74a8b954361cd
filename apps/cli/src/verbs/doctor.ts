import { column, list } from '../output/columns.js';
import { CliFailure } from '../session/cli-failure.js';
import { exitCodes } from '../session/exit-codes.js';
import { type Json, type JsonObject, listAt, textAt } from '../session/json.js';
import { conditionExit } from '../condition-exit.js';
import type { RunVerb, Session } from '../session/session.js';

const view = list(
  [column('what', 'sentence'), column('state', 'word'), column('detail', 'sentence'), column('hint', 'sentence')],
  'empty.items',
);

/** As for `status`. */
const withinMs = 2_900;

interface Examined {
  readonly state: string;
  readonly items: readonly Json[];
  readonly exitCode: number;
}

/** What can be seen from here comes first: without it nothing else can be asked. */
const examineFromHere = async ({ api, say }: Session): Promise<Examined> => {
  try {
    const answer = await api.get('/doctor', {}, withinMs);
    const here: JsonObject = {
      what: say('doctor.api'),
      state: 'ok',
      detail: say('doctor.api-ok', { url: api.url }),
      hint: '',
    };
    const exitCode = conditionExit(listAt(answer, 'items'));
    return { state: textAt(answer, 'state'), items: [here, ...listAt(answer, 'items')], exitCode };
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    const what = say(error.exitCode === exitCodes.usage ? 'doctor.credentials' : 'doctor.api');
    return {
      state: 'wrong',
      items: [{ what, state: 'wrong', detail: error.message, hint: error.hint }],
      exitCode: error.exitCode,
    };
  }
};

export const examine: RunVerb = async (session) => {
  const { state, items, exitCode } = await examineFromHere(session);
  session.show({ state, items }, view);
  return exitCode;
};
