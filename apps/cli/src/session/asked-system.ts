import { basename, relative } from 'node:path';
import type { Say } from '../words/words.js';
import { CliFailure } from './cli-failure.js';
import { exitCodes } from './exit-codes.js';
import type { Flags } from './flags.js';
import { type LocalSystem, localSystems, runningOn } from './local-system.js';

interface Place {
  readonly flags: Flags;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly say: Say;
}

/** Which system of this machine is asked. */
export interface AskedSystem {
  readonly system?: LocalSystem | undefined;
  /** Said before it is asked, where it is not the one on the usual ports. */
  readonly note?: string;
  /** Several run, and nothing says which one is meant. */
  readonly unclear?: CliFailure;
}

const shown = (folder: string, cwd: string): string => {
  const short = relative(cwd, folder);
  return short === '' || short.startsWith('..') ? folder : short;
};

/**
 * What the command line and the environment name comes first. Else the system on the usual ports if it runs, else the one that runs; of several
 * none is chosen, since an order to one would be given to another.
 */
export const askedSystem = ({ flags, env, cwd, say }: Place): AskedSystem => {
  const named = env['REPRISE_DATA_DIR'];
  if (named) return { system: runningOn(named) };
  const running = localSystems(cwd);
  const api = flags.one('api') ?? env['REPRISE_API'];
  if (api) return { system: running.find(({ control }) => control === api.replace(/\/+$/, '')) };
  const usual = running.find(({ folder }) => basename(folder) === '.reprise');
  if (usual) return { system: usual };
  const [system, other] = running;
  if (!system) return {};
  if (!other) return { system, note: say('local.asked', { folder: shown(system.folder, cwd), url: system.control }) };
  const choices = running.map(({ folder }) => `REPRISE_DATA_DIR=${shown(folder, cwd)} npx reprise`).join(', ');
  return { unclear: new CliFailure(exitCodes.usage, say('local.several'), say('local.choices', { choices })) };
};
