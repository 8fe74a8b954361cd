// @ts-check
// One process at a time installs and builds in a folder. Node's own modules only.
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isRunning, leftIn, ownerIn, ownersMark } from '../../libs/platform/process-identity.mjs';

/**
 * What the holder's file says, besides its name, which says who holds the lock.
 * @typedef {object} Held
 * @property {string} command `npm start`
 * @property {import('../../libs/platform/process-identity.mjs').ProcessIdentity} [child] What it has started, the leader of its group.
 */

/** A folder that git ignores; in it is one file, whose name is the holder's mark. @param {string} root */
const lockIn = (root) => join(root, '.reprise-installing');

/** @param {string} path @returns {Held} */
const readHeld = (path) => {
  try {
    return { command: 'another process', ...JSON.parse(fs.readFileSync(path, 'utf8')) };
  } catch {
    return { command: 'another process' };
  }
};

/** @param {unknown} error @param {readonly string[]} codes */
const isOneOf = (error, codes) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);

/** Moves it where nothing is, or an empty folder; false where somebody was faster. @param {string} from @param {string} to */
const moved = (from, to) => {
  try {
    fs.renameSync(from, to);
    return true;
  } catch (error) {
    if (isOneOf(error, ['ENOTEMPTY', 'EEXIST', 'ENOENT'])) return false;
    throw error;
  }
};

/** @param {string} folder @returns {{ readonly file: string, readonly owner: import('../../libs/platform/process-identity.mjs').ProcessIdentity } | undefined} */
const holderOf = (folder) => {
  try {
    const [file] = fs.readdirSync(folder);
    const owner = file === undefined ? undefined : ownerIn(file);
    return file === undefined || owner === undefined ? undefined : { file, owner };
  } catch {
    return undefined;
  }
};

/** Whole, with its holder in it, or not at all: the folder is made beside and moved there. @param {string} root @param {Held} held */
const wasFree = (root, held) => {
  const made = `${lockIn(root)}.${ownersMark()}`;
  fs.mkdirSync(made, { recursive: true });
  fs.writeFileSync(join(made, ownersMark()), JSON.stringify(held));
  if (moved(made, lockIn(root))) return true;
  fs.rmSync(made, { recursive: true, force: true });
  return false;
};

/** What a holder that was killed had started goes on without it. @param {Held} held */
const endChild = async ({ child }) => {
  while (child && isRunning(child)) {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has just ended.
    }
    await sleep(50);
  }
};

/** Does somebody install or build here, or was killed while it did? @param {string} root */
export const isHeld = (root) => holderOf(lockIn(root)) !== undefined;

/** @typedef {(command: string, args: readonly string[]) => import('node:child_process').ChildProcess} Start */

/**
 * Does the work when nobody else installs or builds in this folder, and says for whom it waits. The lock of a process that is gone, killed
 * at whatever moment, is taken over, when what it had started is ended. `start` runs a command in a group of its own, never without its being
 * written down first.
 * @template T
 * @param {{ readonly root: string, readonly command: string, readonly env: NodeJS.ProcessEnv, readonly say: (line: string) => void }} place
 * @param {(start: Start) => Promise<T>} work
 * @returns {Promise<T>}
 */
export const alone = async ({ root, command, env, say }, work) => {
  const lock = lockIn(root);
  const own = join(lock, ownersMark());
  // Of holders that were killed while they made theirs.
  for (const left of leftIn(root, '.reprise-installing.')) fs.rmSync(left, { recursive: true, force: true });
  for (let waits = 0; !wasFree(root, { command }); waits += 1) {
    const holder = holderOf(lock);
    if (!holder) continue;
    const held = readHeld(join(lock, holder.file));
    // The name that it has is one process's alone: of two that come at one moment, one moves it.
    if (!isRunning(holder.owner)) {
      if (!moved(join(lock, holder.file), own)) continue;
      say(`process ${holder.owner.pid} (${held.command}) ended while it installed or built here: taking over`);
      await endChild(held);
      fs.writeFileSync(own, JSON.stringify({ command }));
      break;
    }
    if (waits % 100 === 0)
      say(`waiting for process ${holder.owner.pid} (${held.command}), which installs or builds here`);
    await sleep(100);
  }
  /** @type {Start} */
  const start = (program, args) => {
    // It waits for our word, and ends without it: we may be killed before it is written down.
    const child = spawn('/bin/sh', ['-c', 'read go && exec "$@" </dev/null', 'sh', program, ...args], {
      cwd: root,
      env,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const identity = child.pid === undefined ? undefined : identityOf(child.pid);
    fs.writeFileSync(own, JSON.stringify({ command, child: identity }));
    child.stdin?.end('go\n');
    return child;
  };
  try {
    return await work(start);
  } finally {
    fs.rmSync(own, { force: true });
    try {
      fs.rmdirSync(lock);
    } catch {
      // Whoever comes next may have it already.
    }
  }
};
