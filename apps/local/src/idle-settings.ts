import { portUses } from './port-plan.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** Of this command, of `npx reprise`, and of tests: the last two may well be set where the system is started. */
const others = ['REPRISE_DATA_DIR', 'REPRISE_CACHE_DIR', 'REPRISE_API', 'REPRISE_TEST_SERVERS'];
const ofPorts = new Set<string>(Object.values(portUses).map(({ variable }) => variable));

/** A sentence for each setting that has no effect on this start: who set it believes that it has. */
export const idleSettings = (
  { portBase, ephemeral }: { readonly portBase?: number; readonly ephemeral: boolean },
  environment: Environment,
): readonly string[] =>
  Object.entries(environment)
    .filter(([name, value]) => name.startsWith('REPRISE_') && value !== '')
    .flatMap(([name]) => {
      if (ofPorts.has(name))
        return portBase === undefined ? [] : [`${name} has no effect: --port-base gives all ports`];
      if (name === 'REPRISE_DATA_DIR' && ephemeral)
        return [`${name} has no effect: --ephemeral has a temporary folder of its own`];
      return others.includes(name) ? [] : [`${name} is no setting of npm start: it has no effect`];
    });
