import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '#domain';
import { identityOf, isRunning, type ProcessIdentity } from '#testing';
import { readIfThere } from './write-whole.js';

/** What the holder of a data folder says of its system; `npx reprise` reads it to find what runs. */
export interface SystemHere {
  /** URL */
  readonly control: string;
  /** The folder of the project that runs it. */
  readonly project: string;
  /** What `--ready-file` named, absolute. */
  readonly readyFile?: string;
  /** Nothing runs: what a killed run had left is being removed. */
  readonly clearing?: true;
}

export type Holder = ProcessIdentity & SystemHere;

const lockOf = (folder: string): string => join(folder, 'lock');

/** Whose folder it is, or was before a kill; undefined where nobody has it. */
export const holderOf = (folder: string): Holder | undefined => {
  try {
    return JSON.parse(readIfThere(lockOf(folder)) ?? '') as Holder;
  } catch {
    return undefined;
  }
};

/** One supervisor per folder. Throws `busy` while another one lives. @returns the one that had it and was killed */
export const lock = (folder: string, system: SystemHere): Holder | undefined => {
  const former = holderOf(folder);
  if (former && isRunning(former))
    throw new Failure(
      'busy',
      `Reprise already runs on ${folder} (process ${former.pid})`,
      'stop it with Ctrl-C, or run a second one: npm start -- --ephemeral --port-base 31000',
    );
  rmSync(lockOf(folder), { force: true });
  // Fails for the second of two that came at the same moment.
  writeFileSync(lockOf(folder), JSON.stringify({ ...identityOf(process.pid), ...system }), { flag: 'wx', mode: 0o600 });
  return former;
};

export const unlock = (folder: string): void => rmSync(lockOf(folder), { force: true });
