// Builds the images of the commit that is checked out: `node deploy/images/build.mjs [--base IMAGE] [--only gateway,reader]
// [--tag TAG] [--context FOLDER] [--engine docker|podman] [--stage-only]`. Needs git, npm, GNU tar, and an engine for what comes after staging.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { commit, isEdited, stage } from './stage.mjs';

const { values } = parseArgs({
  options: {
    base: { type: 'string' },
    only: { type: 'string' },
    tag: { type: 'string' },
    context: { type: 'string' },
    engine: { type: 'string', default: 'docker' },
    'stage-only': { type: 'boolean', default: false },
  },
});

const say = (line) => console.error(line);
const made = commit();
if (isEdited()) say(`what is edited and not committed is not in the images: they are of ${made.revision}`);

const context = values.context ?? mkdtempSync(join(tmpdir(), 'reprise-context-'));
try {
  const sums = stage(context, made, say);
  for (const [layer, sum] of Object.entries(sums)) console.log(`${sum}  ${layer}.tar`);
  if (!values['stage-only']) build(context);
} finally {
  if (values.context === undefined) rmSync(context, { recursive: true, force: true });
}

/** A Docker client without buildx builds by itself only if it is told to. */
function environment() {
  const hasBuildx = spawnSync(values.engine, ['buildx', 'version'], { stdio: 'ignore' }).status === 0;
  return values.engine === 'docker' && !hasBuildx ? { ...process.env, DOCKER_BUILDKIT: '0' } : process.env;
}

function build(folder) {
  const dockerfile = readFileSync(join(folder, 'Dockerfile'), 'utf8');
  const targets = [...dockerfile.matchAll(/^FROM runtime AS (\S+)$/gm)].map(([, name]) => name);
  const wanted = values.only?.split(',') ?? targets;
  const tag = values.tag ?? made.version;
  const facts = {
    VERSION: made.version,
    REVISION: made.revision,
    CREATED: made.created,
    SOURCE_DATE_EPOCH: String(made.seconds),
    ...(values.base !== undefined && { BASE: values.base }),
  };
  const args = Object.entries(facts).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  for (const target of wanted) {
    const image = `reprise-${target}:${tag}`;
    execFileSync(values.engine, ['build', '--quiet', '--target', target, '--tag', image, ...args, folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: environment(),
    });
    console.log(image);
  }
}
