import { closeSync, fchmodSync, openSync, readSync, fstatSync, renameSync, statSync } from 'node:fs';
import { logFileBytesMax, pruneLog, putAsideName } from '#platform';

/**
 * Characters of what a process says of itself that are read again: its beginning, until it is ready, and its end.
 * @limit Local system | bytes of a log that are read for its last lines | older ones are not shown
 */
const readBytesMax = 65_536;

export interface OutputFile {
  /** To append; its reader closes it. */
  readonly descriptor: number;
  readonly said: () => string;
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const endOf = (path: string, fromByte: number): string => {
  if (sizeOf(path) === 0) return '';
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    // Its writer puts it aside when it is full, and begins anew.
    const from = Math.max(size < fromByte ? 0 : fromByte, size - readBytesMax);
    const bytes = Buffer.alloc(size - from);
    return bytes.subarray(0, readSync(descriptor, bytes, 0, bytes.length, from)).toString('utf8');
  } finally {
    closeSync(descriptor);
  }
};

/** What is written there from now on, at most its last 64 kB. */
export const saidFromNow = (path: string): (() => string) => {
  const size = sizeOf(path);
  return () => endOf(path, size);
};

/**
 * The file that a process is given for its output: ours alone (0600), appended to over restarts, written by the process itself, so that
 * what is written stays whatever becomes of us. A process that ends before it looks at its size would fill it for ever: full, it is
 * put aside here too.
 */
export const openOutput = (path: string): OutputFile => {
  const now = new Date();
  if (sizeOf(path) >= logFileBytesMax) renameSync(path, putAsideName(path, now));
  pruneLog(path, now);
  const descriptor = openSync(path, 'a', 0o600);
  fchmodSync(descriptor, 0o600);
  return { descriptor, said: saidFromNow(path) };
};

/**
 * How many lines of a log stand for the reason why a process ended.
 * @limit Local system | last lines of a log that are shown | older ones are not
 */
const linesMax = 5;
/** @limit Local system | characters of such a line | cut */
const lineLengthMax = 300;

/** The last lines of a log, without what would steer a terminal. */
export const lastLines = (text: string): string =>
  text
    .trim()
    .split('\n')
    .slice(-linesMax)
    .map((line) => line.replaceAll(/[\p{Cc}\p{Cf}]/gu, '').slice(0, lineLengthMax))
    .filter((line) => line !== '')
    .join('\n');
