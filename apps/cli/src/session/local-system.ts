import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isRunning, type ProcessIdentity } from '../../../../libs/platform/process-identity.mjs';

/** A system of `npm start` that runs now. */
export interface LocalSystem {
  /** Of its data. */
  readonly folder: string;
  /** URL */
  readonly control: string;
}

/** What the supervisor of a data folder writes into its file `lock` (apps/local, folder-lock.ts). */
interface Holder extends ProcessIdentity {
  readonly control: string;
  readonly project: string;
}

/** The folder, the one above it, and so on. */
export const foldersUp = (from: string): readonly string[] => {
  const above = dirname(from);
  return above === from ? [from] : [from, ...foldersUp(above)];
};

const isOurs = (folder: string): boolean => {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && (process.getuid === undefined || found.uid === process.getuid());
};

/** Of this user; undefined where nothing runs on that folder. */
const holderOf = (folder: string): Holder | undefined => {
  try {
    if (!isOurs(folder)) return undefined;
    const holder = JSON.parse(readFileSync(join(folder, 'lock'), 'utf8')) as Holder;
    return isRunning(holder) && typeof holder.control === 'string' ? holder : undefined;
  } catch {
    return undefined;
  }
};

export const runningOn = (folder: string): LocalSystem | undefined => {
  const holder = holderOf(folder);
  return holder && { folder, control: holder.control };
};

const namesIn = (folder: string, pattern: RegExp): readonly string[] => {
  try {
    return readdirSync(folder).filter((name) => pattern.test(name));
  } catch {
    return [];
  }
};

/** Those of the project that the folder is in: with data in it, or in a temporary folder. The one on the usual ports is first. */
export const localSystems = (cwd: string): readonly LocalSystem[] => {
  const up = foldersUp(cwd);
  const own = up.flatMap((folder) =>
    namesIn(folder, /^\.reprise(?:-\d+)?$/)
      .toSorted()
      .map((name) => join(folder, name)),
  );
  const temporary = namesIn(tmpdir(), /^reprise-ephemeral-\d+(?:-\d+)?$/)
    .map((name) => join(tmpdir(), name))
    .filter((folder) => up.includes(holderOf(folder)?.project ?? ''));
  return [...own, ...temporary].flatMap((folder) => runningOn(folder) ?? []);
};
