import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** A process, told apart from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque: clock ticks since boot on Linux, a date elsewhere. */
  readonly startedAt: string;
}

const ps = (pid: number, column: 'lstart' | 'command'): string | undefined => {
  try {
    const line = execFileSync('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return line.trim() || undefined;
  } catch {
    return undefined;
  }
};

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

const onLinux = existsSync('/proc/self/stat');

/** proc(5): the fields behind the last ")" start with the state (3rd); start time is the 22nd. A zombie is no longer running. */
const startedAtOf = (pid: number): string | undefined => {
  if (!onLinux) return ps(pid, 'lstart');
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? undefined : fields?.[19];
};

export const identityOf = (pid: number): ProcessIdentity | undefined => {
  const startedAt = startedAtOf(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
};

export const isRunning = (process: ProcessIdentity): boolean => startedAtOf(process.pid) === process.startedAt;

/** Arguments joined by blanks; undefined when there is no such process. */
export const commandLineOf = (pid: number): string | undefined =>
  onLinux ? read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() || undefined : ps(pid, 'command');
