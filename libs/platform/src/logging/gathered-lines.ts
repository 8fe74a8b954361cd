import { writeSync } from 'node:fs';

/**
 * How long a line may wait for others.
 * @limit All processes | how long a log line waits for others | it is written
 */
const waitMsMax = 10;
/**
 * How much may wait; above it, all is written at once.
 * @limit All processes | characters of log lines that wait | all are written at once
 */
const waitingCharactersMax = 32_768;

/** A log's way out: where lines wait, and may be told to go. */
export interface Lines {
  write(line: string): void;
  /** Writes what waits before it returns. */
  flush(): void;
}

/**
 * Lines to a file descriptor, gathered for a few milliseconds, so that a busy process makes one system call for many. They are
 * written whenever the process ends by itself, however it comes to that; what `kill -9`, or a crash of the runtime or of the
 * machine, takes along is what waited at that moment. A descriptor that cannot be written ends the process: it has no other
 * place to tell of what it does.
 * @param written called after each write, between two lines
 */
export const gatheredLines = (descriptor: number, written: (bytes: number) => void = () => {}): Lines => {
  let gathered = '';
  let due: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(due);
    due = undefined;
    const lines = gathered;
    gathered = '';
    written(writeAll(descriptor, lines));
  };
  process.on('exit', flush);
  return {
    write: (line) => {
      gathered += line;
      if (gathered.length > waitingCharactersMax) flush();
      else due ??= setTimeout(flush, waitMsMax).unref();
    },
    flush,
  };
};

const clock = new Int32Array(new SharedArrayBuffer(4));

/** A pipe that is full, because nobody reads it just now, is waited for: lines are never left out. */
const writeAll = (descriptor: number, lines: string): number => {
  const all = Buffer.from(lines);
  for (let bytes = all; bytes.length > 0; )
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
      Atomics.wait(clock, 0, 0, waitMsMax);
    }
  return all.length;
};
