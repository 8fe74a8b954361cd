import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

/** Layers by name: `.unit.spec.ts` is pure, `.int.spec.ts` needs real Kafka or Postgres, `test/` crosses processes. */
export default defineConfig({
  ssr: { resolve: { conditions: ['source', ...defaultServerConditions] } },
  test: {
    isolate: false,
    // A busy machine is no failure.
    expect: { poll: { timeout: 30_000 } },
    projects: [
      { extends: true, test: { name: 'unit',
          globalSetup: ['libs/testing/src/global-setup.ts'],
          // Some start processes or run a linter.
          testTimeout: 60_000, include: ['{apps,libs}/**/*.unit.spec.ts', 'test/**/*.unit.spec.ts'] } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['{apps,libs}/**/*.int.spec.ts'],
          globalSetup: ['libs/testing/src/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
        },
      },
      {
        extends: true,
        test: { name: 'e2e', include: ['test/**/*.e2e.spec.ts'], globalSetup: ['libs/testing/src/global-setup.ts'], testTimeout: 300_000, hookTimeout: 300_000, maxWorkers: 1 },
      },
    ],
  },
});
