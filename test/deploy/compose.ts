import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DeployCheck, failed, held, notChecked, type Outcome } from './check.js';
import { installationPaths, services } from './compose-file.js';
import { lineFaults } from './compose-line.js';
import { composeCommand, ComposeSystem } from './compose-system.js';
import { docker, noEngine } from './engine.js';
import { checkTag } from './images.js';
import { partsImage } from './parts-image.js';

/** Grafana's image cannot be made here, what it shows is checked as data; the command of operators is run when it is needed. */
const without = ['grafana', 'cli'];

const withSystem = async (
  parts: string,
  use: (system: ComposeSystem) => Promise<Outcome>,
  command: readonly string[],
): Promise<Outcome> => {
  const system = await ComposeSystem.prepare(command, { parts, version: checkTag });
  try {
    return await use(system);
  } finally {
    await system.remove();
  }
};

const noCompose = 'neither `docker compose` nor docker-compose is on this machine';

const configuration: DeployCheck['run'] = async () => {
  const command = await composeCommand();
  if (command === undefined) return notChecked(noCompose);
  return withSystem(
    'any',
    async (system) => {
      const { code, stderr } = await system.compose('config', '--quiet');
      const named = Object.values(services()).flatMap(installationPaths);
      const missing = named.filter((path) => !existsSync(join(system.installation, path)));
      if (code !== 0) return failed([stderr]);
      if (missing.length > 0) return failed(missing.map((path) => `make-installation.mjs does not make ${path}`));
      return held(`${Object.keys(services()).length} services, ${named.length} files and folders of theirs are made`);
    },
    command,
  );
};

const readyMsMax = 420_000;

interface Targets {
  readonly data: { readonly activeTargets: readonly { readonly scrapeUrl: string; readonly health: string }[] };
}

/** Prometheus has the numbers of each process; throws with those that it has not. */
const assertScraped = (system: ComposeSystem): Promise<void> =>
  system.until(
    'Prometheus has the numbers of every process',
    async () => {
      const answer = await fetch(`http://127.0.0.1:${system.port('PROMETHEUS_PORT')}/api/v1/targets`);
      const { activeTargets } = ((await answer.json()) as Targets).data;
      return activeTargets.length > 0 && activeTargets.every(({ health }) => health === 'up');
    },
    60_000,
  );

/** What `doctor` ends with where something did not answer in time: try again. */
const tryAgain = 75;
const triesMax = 10;

/** What an operator is told where all is well: no problem. */
const doctorFaults = async (system: ComposeSystem, tries = 1): Promise<readonly string[]> => {
  const { code, stdout, stderr } = await system.compose('run', '--rm', 'cli', 'doctor');
  if (code === tryAgain && tries < triesMax) return doctorFaults(system, tries + 1);
  return code === 0 ? [] : [`doctor ends with ${code}: ${stdout}${stderr.slice(-1000)}`];
};

const run: DeployCheck['run'] = async () => {
  const why = await noEngine();
  if (why !== undefined) return notChecked(why);
  const command = await composeCommand();
  if (command === undefined) return notChecked(noCompose);
  if ((await docker('image', 'inspect', `reprise-gateway:${checkTag}`)).code !== 0)
    return notChecked('the images were not built (above)');
  const parts = await partsImage();
  if (parts === undefined)
    return notChecked('Kafka and Postgres as images: debootstrap is not here, and REPRISE_TEST_PARTS_IMAGE names none');
  return withSystem(
    parts,
    async (system) => {
      const names = Object.keys(services()).filter((name) => !without.includes(name));
      const startedAtMs = Date.now();
      await system.composes('up', '-d', ...names);
      const page = `http://127.0.0.1:${system.port('READY_PORT')}/ready`;
      await system.until('the page says that all is ready', async () => (await fetch(page)).ok, readyMsMax);
      const seconds = Math.round((Date.now() - startedAtMs) / 1000);
      const faults = [...(await lineFaults(system)), ...(await doctorFaults(system))];
      await assertScraped(system);
      if (faults.length > 0) return failed(faults);
      // One of two is enough, at once.
      await system.composes('kill', 'gateway-1', 'reader-a-1', 'reader-b-2', 'replicator-a-1', 'kafka-3');
      const after = await lineFaults(system, 'ENCORE');
      if (after.length > 0) return failed(after.map((fault) => `with one of two killed: ${fault}`));
      return held(
        `${names.length} services ready in ${seconds} s, a message read at both sites; again with one of each killed`,
      );
    },
    command,
  );
};

export const composeConfigurationCheck: DeployCheck = { name: 'compose config', run: configuration };
export const composeCheck: DeployCheck = { name: 'compose up (without Grafana)', run };
