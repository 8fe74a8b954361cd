import { execFile, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end; a command that is not there is code 127. */
export const ran = (
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(command, args, { ...options, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127;
      resolve({ code, stdout, stderr });
    });
  });

export const docker = (...args: readonly string[]): Promise<Ran> => ran('docker', args);

/** As `docker`; throws with what it said where it fails. */
export const dockerSays = async (...args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await docker(...args);
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr.trim() || stdout.trim()}`);
  return stdout.trim();
};

/** As `build.mjs` builds: a client without buildx builds by itself only if it is told to. */
export const buildEnvironment = async (): Promise<NodeJS.ProcessEnv> =>
  (await docker('buildx', 'version')).code === 0 ? process.env : { ...process.env, DOCKER_BUILDKIT: '0' };

/** Why no image can be built or run on this machine; nothing where one can. */
export const noEngine = async (): Promise<string | undefined> => {
  const { code } = await docker('version', '--format', '{{.Server.Version}}');
  return code === 0 ? undefined : 'no Docker engine runs on this machine';
};

const testBase = 'reprise-test-base:bookworm';

/**
 * The base of images that are built for a check: Debian by `debootstrap`, which needs no registry of images; made once for an engine.
 * `REPRISE_TEST_BASE_IMAGE` names another. Nothing where neither can be had.
 */
export const baseImage = async (): Promise<string | undefined> => {
  const given = process.env['REPRISE_TEST_BASE_IMAGE'];
  if (given !== undefined) return given;
  if ((await docker('image', 'inspect', testBase)).code === 0) return testBase;
  if (process.getuid?.() !== 0 || !existsSync('/usr/sbin/debootstrap')) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'reprise-base-'));
  try {
    await promisify(execFile)('debootstrap', ['--variant=minbase', 'bookworm', folder], { maxBuffer: 2 ** 26 });
    // Whoever is not root enters it too.
    chmodSync(folder, 0o755);
    await imported(folder, testBase);
    return testBase;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** A folder as an image of one layer; `changes` as in a Dockerfile. */
export const imported = (folder: string, image: string, changes: readonly string[] = []): Promise<void> =>
  new Promise((resolve, reject) => {
    const tar = spawn(
      'tar',
      ['-C', folder, '--exclude=./var/cache/apt', '--exclude=./dev', '--exclude=./proc', '-c', '.'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const load = spawn('docker', ['import', ...changes.flatMap((change) => ['--change', change]), '-', image], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    tar.stdout.pipe(load.stdin);
    load.once('error', reject);
    load.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`docker import ended with ${code}`))));
  });
