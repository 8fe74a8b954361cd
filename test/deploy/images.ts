import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeployCheck, failed, held, notChecked } from './check.js';
import { targets } from './dockerfile.js';
import { baseImage, buildEnvironment, docker, dockerSays, noEngine, ran } from './engine.js';

const builder = 'deploy/images/build.mjs';

/** The images of this check, beside those that are in use here. */
export const checkTag = 'deploy-check';

const node = (...args: readonly string[]): Promise<string> =>
  ran(process.execPath, args).then(({ code, stdout, stderr }) => {
    if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr.trim().slice(-2000)}`);
    return stdout;
  });

const sumsOf = (output: string): string => (output.match(/^[0-9a-f]{64} .*\.tar$/gm) ?? []).join('\n');

interface Package {
  readonly name: string;
}

/** What an image must show: it starts with a read-only root, no rights, no network, and says which settings are missing. */
const faultsOf = async (app: string): Promise<readonly string[]> => {
  const image = `reprise-${app}:${checkTag}`;
  const closed = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--network', 'none'];
  const isCli = app === 'cli';
  const { code, stdout, stderr } = await docker('run', '--rm', ...closed, image, ...(isCli ? ['--help'] : []));
  const user = await dockerSays('inspect', '--format', '{{.Config.User}}', image);
  const says = isCli ? code === 0 && stdout.includes('restore') : code === 2 && stdout.includes(`${app}.misconfigured`);
  return [
    ...(says ? [] : [`${image} ended with ${code}: ${(stderr || stdout).slice(-500)}`]),
    ...(/^[1-9]\d*:/.test(user) ? [] : [`${image} runs as "${user}"`]),
  ];
};

const layersOf = (image: string): Promise<string> =>
  dockerSays('inspect', '--format', '{{json .RootFS.Layers}}', image);

const run: DeployCheck['run'] = async () => {
  const why = await noEngine();
  if (why !== undefined) return notChecked(why);
  const base = await baseImage();
  if (base === undefined)
    return notChecked('no base image: debootstrap is not here, and REPRISE_TEST_BASE_IMAGE names none');
  const work = mkdtempSync(join(tmpdir(), 'reprise-images-check-'));
  const [once, again] = [join(work, 'once'), join(work, 'again')];
  try {
    const first = sumsOf(await node(builder, '--base', base, '--tag', checkTag, '--context', once));
    const second = sumsOf(await node(builder, '--stage-only', '--context', again));
    const faults: string[] = first !== '' && first === second ? [] : [`two builds differ:\n${first}\n${second}`];
    const args = ['--build-arg', `BASE=${base}`, '--no-cache', '--target', 'gateway', '--tag', `${checkTag}-again`];
    const built = await ran('docker', ['build', '--quiet', ...args, again], { env: await buildEnvironment() });
    if (built.code !== 0) return failed([built.stderr]);
    if ((await layersOf(`reprise-gateway:${checkTag}`)) !== (await layersOf(`${checkTag}-again`)))
      faults.push('the layers of two builds differ');
    await dockerSays('rmi', `${checkTag}-again`);
    const { components } = JSON.parse(readFileSync(join(once, 'sbom.cdx.json'), 'utf8')) as { components: Package[] };
    const apps = targets().map(({ name }) => name);
    for (const app of apps) faults.push(...(await faultsOf(app)));
    if (faults.length > 0) return failed(faults);
    return held(
      `${apps.length} of commit ${await headOf()}, twice the same layers, SBOM of ${components.length} packages`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};

const headOf = async (): Promise<string> => (await ran('git', ['rev-parse', '--short', 'HEAD'])).stdout.trim();

export const imagesCheck: DeployCheck = { name: 'images', run };
