import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Whole or not at all, and never through a link: the text goes into a new file of a name that nobody can foresee (O_EXCL, which no link
 * passes), which then takes the place of whatever stands at the path.
 */
export const writeWhole = (path: string, text: string, mode = 0o600): void => {
  const beside = `${path}.${randomBytes(8).toString('hex')}`;
  try {
    writeFileSync(beside, text, { mode, flag: 'wx' });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
};

export const readIfThere = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8') : undefined;

export const readJsonIfThere = <T>(path: string): T | undefined => {
  const text = readIfThere(path);
  return text === undefined ? undefined : (JSON.parse(text) as T);
};
