import { execFile } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the checks install or download is kept here, outside of the project, by name and version. */
export const cacheDir = join(process.env['REPRISE_CACHE_DIR'] ?? join(homedir(), '.cache', 'reprise'), 'deploy-check');

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end; one that is not there is code 127. */
export const run = (
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Said> =>
  new Promise((resolve) => {
    const child = execFile(
      command,
      args,
      { maxBuffer: 2 ** 26, ...(options.env && { env: options.env }) },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 127, stdout, stderr }),
    );
    // Who does not read what it is given says so with its code.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input ?? '');
  });

/** A program in Go: the one that is on the path, or else the one that `go install` puts into the cache; nothing where neither can be had. */
export const goTool = async (name: string, module: string, version: string): Promise<string | undefined> => {
  if ((await run(name, ['version'])).code !== 127) return name;
  const folder = join(cacheDir, `${name}-${version}`);
  const tool = join(folder, name);
  if (existsSync(tool)) return tool;
  mkdirSync(folder, { recursive: true });
  const { code } = await run('go', ['install', `${module}@${version}`], { env: { ...process.env, GOBIN: folder } });
  return code === 0 && existsSync(tool) ? tool : undefined;
};
