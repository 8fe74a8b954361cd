import { type DeployCheck, held } from '../check.js';
import { withOverlays } from './built.js';
import { checkSchemas } from './check-schemas.js';
import { dryRun } from './dry-run.js';

const buildCheck: DeployCheck = {
  name: 'kubernetes: kustomize build',
  run: () =>
    withOverlays(async (built) => {
      const counts = built.map(({ overlay, yaml }) => `${overlay} ${yaml.match(/^kind: /gm)?.length ?? 0} manifests`);
      return held(counts.join(', '));
    }),
};

export const kubernetesChecks: readonly DeployCheck[] = [
  buildCheck,
  { name: 'kubernetes: schemas', run: () => withOverlays(checkSchemas) },
  { name: 'kubernetes: server-side dry run', run: () => withOverlays(dryRun) },
];
