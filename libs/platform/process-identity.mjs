// @ts-check
// Which process something belongs to. Node's own modules only: the bootstrap needs it before anything is installed.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A process, told apart from a later one that was given the same number.
 * @typedef {object} ProcessIdentity
 * @property {number} pid
 * @property {string} startedAt Opaque: clock ticks since boot on Linux, a date elsewhere.
 */

/** @param {number} pid @param {'lstart' | 'command'} column */
const ps = (pid, column) => {
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

/** @param {string} path */
const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

const onLinux = existsSync('/proc/self/stat');

/**
 * proc(5): the fields behind the last ")" start with the state (3rd); start time is the 22nd. A zombie is no longer running.
 * @param {number} pid
 */
const startedAtOf = (pid) => {
  if (!onLinux) return ps(pid, 'lstart');
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' || fields?.[0] === 'X' ? undefined : fields?.[19];
};

/** @param {number} pid @returns {ProcessIdentity | undefined} */
export const identityOf = (pid) => {
  const startedAt = startedAtOf(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
};

/** @param {ProcessIdentity} process @returns {boolean} */
export const isRunning = (process) => startedAtOf(process.pid) === process.startedAt;

/** Arguments joined by blanks; undefined when there is no such process. @param {number} pid @returns {string | undefined} */
export const commandLineOf = (pid) =>
  onLinux ? read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() || undefined : ps(pid, 'command');

/** For the name of a file or folder that is nobody else's: whose it is cannot be missing, since it comes with the name. */
export const ownersMark = () => {
  const { pid, startedAt } = identityOf(process.pid) ?? { pid: process.pid, startedAt: '' };
  return `${pid}-${/^\d+$/.test(startedAt) ? `t${startedAt}` : Buffer.from(startedAt).toString('hex')}`;
};

/** The process in a name that holds its mark; undefined where there is none. @param {string} name @returns {ProcessIdentity | undefined} */
export const ownerIn = (name) => {
  const [, pid, ticks, hex = ''] = /(?:^|[-.])(\d+)-(?:t(\d+)|((?:[0-9a-f]{2})+))(?:[-.]|$)/.exec(name) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), startedAt: ticks ?? Buffer.from(hex, 'hex').toString() };
};

/** What processes that are gone have made in this folder: their marks are in the names. @param {string} folder @param {string} prefix */
export const leftIn = (folder, prefix) =>
  readdirSync(folder)
    .filter((name) => {
      const owner = name.startsWith(prefix) ? ownerIn(name) : undefined;
      return owner !== undefined && !isRunning(owner);
    })
    .map((name) => join(folder, name));
