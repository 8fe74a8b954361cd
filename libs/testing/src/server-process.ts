import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fchmodSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '#domain';
import { commandLineOf, identityOf, isRunning, type ProcessIdentity } from './process-identity.js';

/** A server that this process started and alone stops. */
export interface RunningServer {
  readonly pid: number;
  /** Settles when the process is gone, wished for or not. */
  readonly exited: Promise<void>;
  /** In good order; SIGKILL after 8 s. */
  readonly stop: () => Promise<void>;
  /** SIGKILL, as a power cut would. */
  readonly kill: () => Promise<void>;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Where ours may be closed to its account. */
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Where the process and its owner are written down, for whoever finds it orphaned. */
  readonly pidFile: string;
  /** Gets stdout and stderr (0600), over restarts; full, it is put aside at a launch as `.1`. */
  readonly outputFile: string;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
}

interface PidFile {
  readonly server: ProcessIdentity;
  readonly owner: ProcessIdentity;
}

/** Says which process we started, and who we are. */
export const writePidFile = (path: string, pid: number): void => {
  const server = identityOf(pid);
  const owner = identityOf(process.pid);
  if (!server || !owner) return;
  writeFileSync(`${path}.new`, JSON.stringify({ server, owner } satisfies PidFile));
  renameSync(`${path}.new`, path);
};

/** Bytes of a server's output above which its next launch begins a new file; the one before is kept. */
export const outputBytesMax = 10_000_000;

export const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** What was written since the file had that size. */
export const textSince = (file: string, seenBytes: number): string => {
  if (!existsSync(file)) return '';
  const bytes = readFileSync(file);
  return bytes.subarray(bytes.length < seenBytes ? 0 : seenBytes).toString('utf8');
};

const launched = new Set<ChildProcess>();

/** SIGKILL for every server of this process, also for one whose start is under way. */
export const killLaunched = (): void => {
  for (const child of launched) child.kill('SIGKILL');
};

/** Starts the server in a session of its own: a Ctrl-C in the terminal is the owner's to pass on, in its own order. */
export const launch = (options: Launch): RunningServer => {
  if (sizeOf(options.outputFile) >= outputBytesMax) renameSync(options.outputFile, `${options.outputFile}.1`);
  const output = openSync(options.outputFile, 'a', 0o600);
  fchmodSync(output, 0o600);
  const child = spawn(options.command, options.args, {
    stdio: ['ignore', output, output],
    detached: true,
    env: options.env ?? process.env,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.uid !== undefined && { uid: options.uid, gid: options.gid }),
  });
  closeSync(output);
  launched.add(child);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  }).finally(() => launched.delete(child));
  const { pid } = child;
  if (pid === undefined) throw new Failure('not-found', `cannot run ${options.command}`, 'is it installed?');
  writePidFile(options.pidFile, pid);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 8000);
    await exited;
    clearTimeout(late);
    rmSync(options.pidFile, { force: true });
  };
  return { pid, exited, stop: () => end(options.stopSignal), kill: () => end('SIGKILL') };
};

const parsePidFile = (path: string): PidFile | undefined => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as PidFile;
  } catch {
    return undefined;
  }
};

/**
 * Stops the server that a killed run left behind. It is ours only if the process that was written down still runs, was started at
 * that very moment, and names our folder in its command line. Throws `busy` when its owner is alive.
 * @returns whether there was one
 */
export const stopOrphan = async (
  pidFile: string,
  folderInCommandLine: string,
  stopSignal: NodeJS.Signals,
): Promise<boolean> => {
  const found = parsePidFile(pidFile);
  if (!found || !isRunning(found.server)) return false;
  if (!commandLineOf(found.server.pid)?.includes(folderInCommandLine)) return false;
  if (isRunning(found.owner))
    throw new Failure(
      'busy',
      `${folderInCommandLine} is in use by process ${found.owner.pid}`,
      'stop that one first, or use another folder',
    );
  process.kill(found.server.pid, stopSignal);
  for (let waitedMs = 0; isRunning(found.server); waitedMs += 50) {
    if (waitedMs === 8000) process.kill(found.server.pid, 'SIGKILL');
    await sleep(50);
  }
  rmSync(pidFile, { force: true });
  return true;
};
