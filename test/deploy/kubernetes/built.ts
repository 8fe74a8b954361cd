import { join } from 'node:path';
import { notChecked, type Outcome } from '../check.js';
import { kubernetesDir, overlays } from './read-overlay.js';
import { goTool, run } from './tools.js';

/** An overlay as kustomize builds it. */
export interface Built {
  readonly overlay: string;
  readonly yaml: string;
}

const build = (tool: string): Promise<readonly Built[]> =>
  Promise.all(
    overlays.map(async (overlay) => {
      const { code, stdout, stderr } = await run(tool, ['build', join(kubernetesDir, overlay)]);
      if (code !== 0) throw new Error(`kustomize build ${overlay}: ${stderr.trim()}`);
      return { overlay, yaml: stdout };
    }),
  );

/** Does work with all overlays. */
export const withOverlays = async (work: (built: readonly Built[]) => Promise<Outcome>): Promise<Outcome> => {
  const tool = await goTool('kustomize', 'sigs.k8s.io/kustomize/kustomize/v5', 'v5.8.2');
  return tool === undefined ? notChecked('there is no kustomize, and no Go to install it') : work(await build(tool));
};
