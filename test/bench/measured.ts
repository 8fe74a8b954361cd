import type { BenchSystem } from './bench-system.js';
import type { Loaded } from './parts/mllp-load.js';
import { type Costs, type Pids, startMeter } from './process-costs.js';

/**
 * Runs a client and counts what these processes spend meanwhile; `node` is the client itself where no other is named.
 * Throws when anything was not accepted.
 */
export const measured = async (
  system: BenchSystem,
  pids: Pids,
  [part, argument]: readonly [string, unknown],
): Promise<Loaded & { readonly costs: Costs }> => {
  let stop: (() => Costs) | undefined;
  let costs: Costs | undefined;
  const loaded = await system.part<Loaded>(part, argument, (mark, pid) => {
    if (mark === 'begin') stop = startMeter({ node: pid, ...pids });
    else costs = stop?.();
  });
  if (!costs || loaded.refused > 0 || loaded.done === 0)
    throw new Error(`${part}: ${loaded.refused} of ${loaded.done + loaded.refused} were not accepted`);
  return { ...loaded, costs };
};
