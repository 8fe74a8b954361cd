import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '#domain';
import { nodeFlags } from '#platform';
import { type RunningServer, stopOrphan, writePidFile } from '#testing';
import { projectFolder } from './data-folder.js';
import { lastLines, openOutput } from './output-file.js';
import type { AppProcess } from './processes.js';

/** A process of the system; `isReady` is asked until it says yes. */
export interface Running extends RunningServer {
  readonly isReady: () => Promise<boolean>;
  /** The last lines that it said of itself in this run, for the terminal; empty where it said nothing. */
  readonly lastWords: () => string;
  /** Where more of them are. */
  readonly logFile: string;
}

const appsFolder = join(projectFolder, 'dist', 'apps');

/** Apps end by themselves when their supervisor is gone; this is for those that have not yet. */
export const stopOrphanedApps = async (folder: string): Promise<void> => {
  const run = join(folder, 'run');
  const files = existsSync(run) ? readdirSync(run) : [];
  await Promise.all(files.map((file) => stopOrphan(join(run, file), appsFolder, 'SIGTERM')));
};

/** Only what the list says reaches an app, since it refuses settings that it does not know. */
const environmentOf = (app: AppProcess): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith('REPRISE_'))),
  ...Object.fromEntries(Object.entries(app.settings).map(([key, value]) => [`REPRISE_${key}`, String(value)])),
  NODE_COMPILE_CACHE: join(projectFolder, 'dist', '.compile-cache'),
});

const answersOk = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    (answer) => answer.ok,
    () => false,
  );

/**
 * Starts one app with the project's Node, in a session of its own (a Ctrl-C is ours to pass on, in our order) and tied to us by an
 * IPC channel: when we die, by whatever means, it sees the channel end. Throws `not-found` where it is not built.
 */
export const launchApp = (folder: string, app: AppProcess): Running => {
  const main = join(appsFolder, app.app, 'src', 'main.js');
  if (!existsSync(main)) throw new Failure('not-found', `${app.name} is not built: ${main}`, 'npm run build');
  for (const within of ['logs', 'run']) mkdirSync(join(folder, within), { recursive: true, mode: 0o700 });
  const logFile = join(folder, 'logs', `${app.name}.log`);
  const { descriptor, said } = openOutput(logFile);
  const child = spawn(process.execPath, [...nodeFlags(app.app), main, '--log-file', logFile], {
    stdio: ['ignore', descriptor, descriptor, 'ipc'],
    detached: true,
    env: environmentOf(app),
  });
  closeSync(descriptor);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const { pid } = child;
  if (pid === undefined) throw new Failure('not-found', `${app.name} cannot be run`, 'npm ci');
  const pidFile = join(folder, 'run', `${app.name}.pid`);
  writePidFile(pidFile, pid);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await exited;
    rmSync(pidFile, { force: true });
  };
  const { readyUrl } = app;
  return {
    pid,
    exited,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    isReady: () =>
      readyUrl === undefined ? Promise.resolve(said().includes(`"name":"${app.app}.ready"`)) : answersOk(readyUrl),
    lastWords: () => lastLines(said()),
    logFile,
  };
};
