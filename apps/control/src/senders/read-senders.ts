import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finess } from '#domain';
import { ConfigurationFault } from '#platform';
import { checkProfiles, faultLine, type Profile, type ProfileFile } from '#usecases';

const filesIn = (folder: string): readonly ProfileFile[] => {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .toSorted()
      .map((name) => ({ file: join(folder, name), bytes: readFileSync(join(folder, name)) }));
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new ConfigurationFault([`REPRISE_SENDERS_DIR: ${folder} cannot be read${why}`]);
  }
};

/**
 * The profiles of the folder; of one that holds none, none: a territory may begin without. Throws `ConfigurationFault` with every
 * fault of every file at once.
 */
export const readSenders = (folder: string, establishments: ReadonlySet<Finess>): readonly Profile[] => {
  const { profiles, faults } = checkProfiles(filesIn(folder), establishments);
  if (faults.length > 0) throw new ConfigurationFault(faults.map((fault) => faultLine(fault, 'en')));
  return profiles;
};
