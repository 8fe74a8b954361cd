import { join } from 'node:path';
import { defaultServerConditions, runnerImport } from 'vite';
import { serversVariable, type StartedServers, type TestServers } from './servers-variable.js';

const conditions = ['source', ...defaultServerConditions];

/**
 * Runs once per vitest run, before the workers, which inherit the variable. Returns the teardown.
 * Vitest loads this file without the condition `source`, so the libs behind `#domain` are loaded by a runner that knows it.
 */
export default async (): Promise<() => Promise<void>> => {
  const kind = process.env['REPRISE_TEST_SERVERS'] === 'containers' ? 'container' : 'embedded';
  const { module } = await runnerImport<{ startTestServers(): Promise<StartedServers> }>(
    join(import.meta.dirname, `${kind}-test-servers.ts`),
    { configFile: false, environments: { inline: { resolve: { conditions } } } },
  );
  const { stop, ...servers } = await module.startTestServers();
  process.env[serversVariable] = JSON.stringify(servers satisfies TestServers);
  return stop;
};
