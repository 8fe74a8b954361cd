import { column, list } from '../output/columns.js';
import { CliFailure } from '../session/cli-failure.js';
import { exitCodes } from '../session/exit-codes.js';
import { type Json, type JsonObject, listAt, valueAt } from '../session/json.js';
import type { RunVerb, Session } from '../session/session.js';

const view = list([column('name'), column('ok', 'word'), column('text'), column('hint')], 'empty.items', (answer) =>
  listAt(answer, 'checks'),
);

interface Examined {
  readonly checks: readonly Json[];
  readonly exitCode: number;
}

/** What can be seen from here comes first: without it nothing else can be asked. */
const examineFromHere = async ({ api, say }: Session): Promise<Examined> => {
  try {
    const answer = await api.get('/doctor');
    const here: JsonObject = {
      name: say('doctor.api'),
      ok: true,
      text: say('doctor.api-ok', { url: api.url }),
      hint: '',
    };
    const healthy = valueAt(answer, 'healthy') === true;
    return { checks: [here, ...listAt(answer, 'checks')], exitCode: healthy ? exitCodes.ok : exitCodes.failure };
  } catch (error) {
    if (!(error instanceof CliFailure)) throw error;
    const name = say(error.exitCode === exitCodes.usage ? 'doctor.credentials' : 'doctor.api');
    return { checks: [{ name, ok: false, text: error.message, hint: error.hint }], exitCode: error.exitCode };
  }
};

export const examine: RunVerb = async (session) => {
  const { checks, exitCode } = await examineFromHere(session);
  session.show({ healthy: exitCode === exitCodes.ok, checks }, view);
  return exitCode;
};
