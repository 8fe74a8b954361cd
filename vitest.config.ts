import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

/** Brokers of their own, and feeds of others. */
const onceOnly = ['test/three-brokers.e2e.spec.ts', 'test/samples.e2e.spec.ts'];

/** Layers by name: `.unit.spec.ts` is pure, `.int.spec.ts` needs real Kafka or Postgres, `test/` crosses processes. */
export default defineConfig({
  // As Node resolves packages: what some of them keep for bundlers beside it (`module`) cannot be run.
  ssr: {
    resolve: {
      conditions: ['source', ...defaultServerConditions.filter((condition) => condition !== 'module')],
      mainFields: ['main'],
    },
  },
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
          include: ['{apps,libs,test}/**/*.int.spec.ts'],
          globalSetup: ['libs/testing/src/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
        },
      },
      ...['open', 'closed'].map((wires) => ({
        extends: true,
        test: {
          // The same tests with every wire closed by TLS; what is no matter of wires runs once.
          name: wires === 'closed' ? 'e2e-closed' : 'e2e',
          env: { TEST_WIRES: wires },
          include: ['test/**/*.e2e.spec.ts'],
          ...(wires === 'closed' && { exclude: onceOnly }),
          globalSetup: ['libs/testing/src/global-setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          maxWorkers: 1,
        },
      })),
    ],
  },
});
