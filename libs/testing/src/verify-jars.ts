import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '#domain';

/** How many jars are read at one time: enough for every core, not all 55 MB in memory. */
const jarsAtOnceMax = 8;

/** SHA-256 in hex by name; the format of `sha256sum`. */
export const parseSums = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [, sum, name] = /^([0-9a-f]{64}) {2}([\w.+-]+\.jar)$/.exec(line) ?? [];
        if (sum === undefined || name === undefined)
          throw new Failure(
            'input.invalid',
            `not a line of a list of jars: ${line}`,
            'git checkout libs/testing/kafka',
          );
        return [name, sum];
      }),
  );

/** Hashed by the thread pool, so that all cores take part. */
const sumOf = async (file: string): Promise<string | undefined> => {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes && Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex');
};

const faultsOf = async (folder: string, sums: ReadonlyMap<string, string>): Promise<readonly string[]> => {
  const waiting = [...sums];
  // A jar that nobody listed is not on the class path, but the manifest of another may name it.
  const faults = (await readdir(folder)).filter((name) => !sums.has(name)).map((name) => `${name} is not on the list`);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name, expected] = next;
      const found = await sumOf(join(folder, name));
      if (found === undefined) faults.push(`${name} is missing`);
      else if (found !== expected) faults.push(`${name} has SHA-256 ${found} instead of ${expected}`);
    }
  };
  await Promise.all(Array.from({ length: jarsAtOnceMax }, work));
  return faults.toSorted();
};

/**
 * Reads every jar of the folder and gives the paths of those on the list. Throws `refused-by-policy` with the first that is another
 * one, is missing or is not on the list. Whoever may write there meanwhile could still exchange one: the folder is its owner's alone.
 */
export const verifiedJars = async (
  folder: string,
  sums: ReadonlyMap<string, string>,
  remedy: string,
): Promise<readonly string[]> => {
  const faults = await faultsOf(folder, sums);
  if (faults.length === 0) return [...sums.keys()].map((name) => join(folder, name));
  const others = faults.length === 1 ? '' : `, and ${faults.length - 1} more`;
  throw new Failure('refused-by-policy', `the jars in ${folder} are not Kafka's: ${faults[0]}${others}`, remedy);
};
