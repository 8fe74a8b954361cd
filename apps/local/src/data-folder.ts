import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Failure } from '#domain';
import { removePostgres } from '#testing';
import type { Flags } from './flags.js';
import { type Holder, lock, type SystemHere } from './folder-lock.js';
import { readIfThere, writeWhole } from './write-whole.js';

/** Raised when an older Reprise could no longer read the folder. */
const folderVersion = 1;

/**
 * MB free on the disk of the data folder: below, a start is refused.
 * @limit Local system | MB free on the disk at a start | refused, with the reason
 */
export const freeMbMin = 1000;
/** MB free: below, a start says so. */
export const fewMb = 2000;

/** The project's folder, from the sources as from `dist`. */
export const projectFolder = ((): string => {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
})();

const ephemeralName = (): string => `reprise-ephemeral-${userInfo().uid}`;

export const isEphemeral = (folder: string): boolean =>
  dirname(folder) === tmpdir() && basename(folder).startsWith(ephemeralName());

/** `.reprise`; another system beside it has its own. An ephemeral one is found again by its ports after a kill -9. */
export const folderOf = (flags: Flags, environment: Readonly<Record<string, string | undefined>>): string => {
  const suffix = flags.portBase === undefined ? '' : `-${flags.portBase}`;
  if (flags.ephemeral) return join(tmpdir(), `${ephemeralName()}${suffix}`);
  return environment['REPRISE_DATA_DIR'] ?? join(projectFolder, `.reprise${suffix}`);
};

const namesIn = (folder: string, pattern: RegExp): readonly string[] =>
  readdirSync(folder)
    .filter((name) => pattern.test(name))
    .map((name) => join(folder, name));

/** Where systems of this project, and ephemeral ones of this user, have or had their data. */
export const knownFolders = (): readonly string[] => [
  ...namesIn(projectFolder, /^\.reprise(?:-\d+)?$/),
  ...namesIn(tmpdir(), new RegExp(`^${ephemeralName()}(?:-\\d+)?$`)),
];

/** Throws `refused-by-policy`. */
export const assertOurs = (folder: string): void => {
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

/**
 * Makes the folder, or takes it over from a run that ended. What is `anew` may hold anything of ours: it will be emptied.
 * @returns who had it and was killed
 */
export const openFolder = (folder: string, anew: boolean, system: SystemHere): Holder | undefined => {
  const isNew = mkdirSync(folder, { recursive: true, mode: 0o711 }) !== undefined;
  assertOurs(folder);
  // Root's Postgres runs under an account that has to pass (the secrets within are 0600); a folder that was there is never opened.
  const isRoot = userInfo().uid === 0;
  chmodSync(folder, isNew ? (isRoot ? 0o711 : 0o700) : statSync(folder).mode & 0o711);
  if (!anew) assertReadable(folder);
  const former = lock(folder, system);
  // Before anything else is written: a folder without a version is not ours.
  writeFileSync(join(folder, 'version'), `${folderVersion}\n`);
  return former;
};

/**
 * What whoever starts on data of another fold should know: replicators halt on it, and say so only in `status` and `doctor`.
 * Undefined where it is this one's, or a new folder.
 */
export const otherFold = (folder: string, foldVersion: number): string | undefined => {
  const path = join(folder, 'fold');
  const former = readIfThere(path)?.trim();
  if (former === undefined) writeWhole(path, `${foldVersion}\n`);
  if (former === undefined || former === String(foldVersion)) return undefined;
  return `the data in ${folder} were begun under fold version ${former}, this is version ${foldVersion}: replicas that were not built anew since halt (npx reprise doctor)
  -> build them anew (npx reprise restore plan), or begin anew without these data: npm start -- --fresh`;
};

/** Is there anything that beginning anew would free? */
export const hasData = (folder: string): boolean =>
  readdirSync(folder).some((entry) => entry !== 'lock' && entry !== 'version' && entry !== 'fold');

/** Throws `disk.full` before a server meets it in the middle of something. @returns what to say where there is little left */
export const assertSpace = (folder: string): string | undefined => {
  const { bavail, bsize } = statfsSync(folder);
  const freeMb = Math.floor((bavail * bsize) / 1024 / 1024);
  if (freeMb < freeMbMin)
    throw new Failure(
      'disk.full',
      `only ${freeMb} MB are free for ${folder}, the system needs ${freeMbMin} MB`,
      hasData(folder) ? 'free some space, or begin anew: npm start -- --fresh' : 'free some space',
    );
  return freeMb < fewMb
    ? `only ${freeMb} MB are free for ${folder}: below ${freeMbMin} MB it does not start`
    : undefined;
};

/** What Postgres keeps may be elsewhere (libs/testing, postgres-place.ts). */
const removeServers = (folder: string): void => {
  for (const entry of readdirSync(folder)) if (entry.startsWith('postgres-')) removePostgres(join(folder, entry));
};

export const removeFolder = (folder: string): void => {
  removeServers(folder);
  rmSync(folder, { recursive: true, force: true });
};

/** All but the lock and the version. */
export const emptyFolder = (folder: string): void => {
  removeServers(folder);
  for (const entry of readdirSync(folder))
    if (entry !== 'lock' && entry !== 'version') rmSync(join(folder, entry), { recursive: true, force: true });
};
