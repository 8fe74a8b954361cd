import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure } from '#domain';
import { identityOf, isRunning, type ProcessIdentity } from '#testing';
import type { Flags } from './flags.js';

/** Raised when an older Reprise could no longer read the folder. */
const folderVersion = 1;

const freeMbMin = 1000;

/** The project's folder, from the sources as from `dist`. */
export const projectFolder = ((): string => {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
})();

/** `.reprise`; another system beside it has its own. An ephemeral one is found again by its ports after a kill -9. */
export const folderOf = (flags: Flags, environment: Readonly<Record<string, string | undefined>>): string => {
  const suffix = flags.portBase === undefined ? '' : `-${flags.portBase}`;
  if (flags.ephemeral) return join(tmpdir(), `reprise-ephemeral-${userInfo().uid}${suffix}`);
  return environment['REPRISE_DATA_DIR'] ?? join(projectFolder, `.reprise${suffix}`);
};

/** Whole or not at all. */
export const writeWhole = (path: string, text: string, mode = 0o644): void => {
  writeFileSync(`${path}.new`, text, { mode });
  renameSync(`${path}.new`, path);
};

export const readIfThere = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8') : undefined;

export const readJsonIfThere = <T>(path: string): T | undefined => {
  const text = readIfThere(path);
  return text === undefined ? undefined : (JSON.parse(text) as T);
};

const assertOurs = (folder: string): void => {
  const { uid } = userInfo();
  // A link that another user put there counts as theirs.
  if (lstatSync(folder).uid !== uid || statSync(folder).uid !== uid)
    throw new Failure('refused-by-policy', `${folder} belongs to another user`, 'use another data folder');
  const entries = readdirSync(folder).filter((entry) => entry !== 'lock');
  if (entries.length > 0 && !entries.includes('version'))
    throw new Failure('refused-by-policy', `${folder} is no data folder of Reprise`, 'name an empty one, or none');
};

const assertReadable = (folder: string): void => {
  const version = readIfThere(join(folder, 'version'))?.trim() ?? '';
  if (Number(version) > folderVersion)
    throw new Failure(
      'refused-by-policy',
      `the data in ${folder} were written by a newer Reprise (format ${version}, this one knows ${folderVersion})`,
      'run that newer version, or begin anew: npm start -- --fresh',
    );
};

/** One supervisor per folder. Throws `busy` while another one lives. */
const lock = (folder: string): void => {
  const path = join(folder, 'lock');
  const holder = readIfThere(path) ? readJsonIfThere<ProcessIdentity>(path) : undefined;
  if (holder && isRunning(holder))
    throw new Failure(
      'busy',
      `Reprise already runs on ${folder} (process ${holder.pid})`,
      'stop it with Ctrl-C, or run a second one: npm start -- --ephemeral --port-base 31000',
    );
  rmSync(path, { force: true });
  // Fails for the second of two that came at the same moment.
  writeFileSync(path, JSON.stringify(identityOf(process.pid)), { flag: 'wx' });
};

/** Makes the folder, or takes it over from a run that ended. What is `anew` may hold anything of ours: it will be emptied. */
export const openFolder = (folder: string, anew: boolean): void => {
  mkdirSync(folder, { recursive: true });
  assertOurs(folder);
  // The account that Postgres runs under has to pass; the secrets within are 0600.
  chmodSync(folder, 0o711);
  if (!anew) assertReadable(folder);
  lock(folder);
  // Before anything else is written: a folder without a version is not ours.
  writeFileSync(join(folder, 'version'), `${folderVersion}\n`);
};

/** Throws `disk.full` before a server meets it in the middle of something. */
export const assertSpace = (folder: string): void => {
  const { bavail, bsize } = statfsSync(folder);
  const freeMb = Math.floor((bavail * bsize) / 1024 / 1024);
  if (freeMb < freeMbMin)
    throw new Failure(
      'disk.full',
      `only ${freeMb} MB are free for ${folder}, the system needs ${freeMbMin} MB`,
      'free some space, or begin anew: npm start -- --fresh',
    );
};

export const unlock = (folder: string): void => rmSync(join(folder, 'lock'), { force: true });

/** All but the lock and the version. */
export const emptyFolder = (folder: string): void => {
  for (const entry of readdirSync(folder))
    if (entry !== 'lock' && entry !== 'version') rmSync(join(folder, entry), { recursive: true, force: true });
};
