import { describe, expect, it } from 'vitest';
import type { DeployCheck } from './deploy/check.js';
import { composeCheck, composeConfigurationCheck } from './deploy/compose.js';
import { imagesCheck } from './deploy/images.js';

/** The machine checks of the images; minutes where a Docker engine runs, an instant where none does: then they say so, and start none. */
describe('images and compose', () => {
  const checks: readonly DeployCheck[] = [imagesCheck, composeConfigurationCheck, composeCheck];

  it.each(checks)(
    '$name: holds, or cannot be tried on this machine',
    async ({ run }) => {
      const outcome = await run();
      expect(outcome.kind === 'failed' ? outcome.faults : []).toEqual([]);
    },
    1_800_000,
  );
});
