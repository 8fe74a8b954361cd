import { constants, copyFileSync, fstatSync, ftruncateSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Bytes of a log file: above it, what is there is put aside and the file begins anew.
 * @limit Local system | bytes of one log file | it is put aside
 */
export const logFileBytesMax = 10_000_000;
/**
 * Bytes of all files of one process's log: above it, the oldest go.
 * @limit Local system | bytes of all logs of one process | the oldest files go
 */
export const logBytesMax = 200_000_000;
/**
 * Days after its last line: a file put aside that is older goes.
 * @limit Local system | days that a log is kept | it goes
 */
export const logDaysMax = 30;

const dayMs = 86_400_000;

/** `gateway.log.20261130T084805123Z`: in the order of time by name. */
export const putAsideName = (path: string, at: Date): string => `${path}.${at.toISOString().replaceAll(/[-:.]/g, '')}`;

/** What was put aside of this log, oldest first. */
export const putAside = (path: string): readonly string[] =>
  readdirSync(dirname(path))
    .filter((name) => name.startsWith(`${basename(path)}.`) && /\.\d{8}T\d{9}Z$/.test(name))
    .toSorted()
    .map((name) => join(dirname(path), name));

/** Removes what is too old, and of the rest what is too much. */
export const pruneLog = (path: string, now: Date): void => {
  const files = putAside(path).map((file) => ({ file, stat: statSync(file) }));
  let bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  for (const { file, stat } of files.toReversed()) {
    bytes += stat.size;
    if (bytes > logBytesMax || now.getTime() - stat.mtimeMs > logDaysMax * dayMs) rmSync(file, { force: true });
  }
};

/**
 * Puts a full log aside, called by the process that writes it, between two lines: since nobody else writes there, nothing is lost
 * and no line is torn. The file is copied and emptied, not renamed: so the descriptor stays, and what the runtime itself writes when
 * it crashes goes the same way. Killed in between, it leaves lines twice. Where the disk is full the log goes on as it is.
 */
const putAsideWhenFull = (descriptor: number, path: string, bytesMax: number): void => {
  if (fstatSync(descriptor).size < bytesMax) return;
  const now = new Date();
  const aside = putAsideName(path, now);
  try {
    copyFileSync(path, aside, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) rmSync(aside, { force: true });
    return;
  }
  ftruncateSync(descriptor, 0);
  pruneLog(path, now);
};

/** To be told what was written: looks at the file a tenth of its size at a time. */
export const keptSmall = (descriptor: number, path: string, bytesMax = logFileBytesMax): ((bytes: number) => void) => {
  let unseen = 0;
  return (bytes) => {
    unseen += bytes;
    if (unseen < bytesMax / 10) return;
    unseen = 0;
    putAsideWhenFull(descriptor, path, bytesMax);
  };
};
