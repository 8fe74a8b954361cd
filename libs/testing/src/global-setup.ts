import { join } from 'node:path';
import { defaultServerConditions, runnerImport } from 'vite';
import { serversVariable, type StartedServers, type TestServers } from './servers-variable.js';

const conditions = ['source', ...defaultServerConditions];

/** Vitest loads this file without the condition `source`, so the libs behind `#domain` are loaded by a runner that knows it. */
const load = async <Module>(name: string): Promise<Module> => {
  const options = { configFile: false as const, environments: { inline: { resolve: { conditions } } } };
  return (await runnerImport<Module>(join(import.meta.dirname, `${name}.ts`), options)).module;
};

/** Runs once per vitest run and project, before the workers, which inherit the variables. Returns the teardown. */
export default async (project: { readonly name: string }): Promise<() => Promise<void>> => {
  const { startTestRun } = await load<{ readonly startTestRun: () => Promise<() => void> }>('test-run');
  const end = await startTestRun();
  if (project.name !== 'integration') return async () => end();
  const kind = process.env['REPRISE_TEST_SERVERS'] === 'containers' ? 'container' : 'embedded';
  try {
    const { startTestServers } = await load<{ readonly startTestServers: () => Promise<StartedServers> }>(
      `${kind}-test-servers`,
    );
    const { stop, ...servers } = await startTestServers();
    process.env[serversVariable] = JSON.stringify(servers satisfies TestServers);
    return async () => {
      await stop();
      end();
    };
  } catch (error) {
    end();
    throw error;
  }
};
