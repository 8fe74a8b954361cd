import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { clusterOf, removeLeftPlaces, removePostgres } from './postgres-place.js';
import { leftIn, ownersMark } from './process-identity.js';
import { stopOrphan } from './server-process.js';

const folderPrefix = 'reprise-test-';

/** Files that say which process serves a folder, wherever a test has made them. */
const pidFilesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.pid'))
    .map((entry) => join(entry.parentPath, entry.name));

/** A server of Postgres names its cluster in its command line, which may be elsewhere; all others a path in the folder of the run. */
const stopServer = async (folder: string, pidFile: string): Promise<void> => {
  const dataDir = dirname(pidFile);
  const isPostgres = basename(pidFile) === 'server.pid' && existsSync(join(dataDir, 'passwords.json'));
  await (isPostgres ? stopOrphan(pidFile, clusterOf(dataDir), 'SIGINT') : stopOrphan(pidFile, folder, 'SIGKILL'));
  if (isPostgres) removePostgres(dataDir);
};

/** A killed run cannot tidy up: the next one does it, and leaves runs that are alive alone, and processes that live below one. */
const sweep = async (within: string): Promise<void> => {
  for (const folder of leftIn(within, folderPrefix)) {
    const outcomes = await Promise.allSettled(pidFilesIn(folder).map((file) => stopServer(folder, file)));
    if (outcomes.some(({ status }) => status === 'rejected')) continue;
    rmSync(folder, { recursive: true, force: true });
  }
  const isOfARun = (dataDir: string): boolean => dataDir.startsWith(join(within, folderPrefix));
  removeLeftPlaces(isOfARun);
};

/**
 * All that a run of tests makes in the folder for temporary files is made in one folder of its own, which goes with it: `TMPDIR` says so to
 * its specs and to the processes that they start. What runs that were killed left is removed first. @returns the end of the run
 */
export const startTestRun = async (): Promise<() => void> => {
  const before = process.env['TMPDIR'];
  const within = tmpdir();
  if (basename(within) === `${folderPrefix}${ownersMark()}`) return () => undefined;
  await sweep(within);
  const folder = join(within, `${folderPrefix}${ownersMark()}`);
  mkdirSync(folder);
  // Root's Postgres has to pass.
  chmodSync(folder, 0o711);
  process.env['TMPDIR'] = folder;
  return () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(folder, { recursive: true, force: true });
  };
};
