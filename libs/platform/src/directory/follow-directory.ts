import { setTimeout as pause } from 'node:timers/promises';
import { Failure, Position } from '#domain';
import { Directory, type DirectoryEntry, type DirectoryLog } from '#usecases';
import type { ProcessLog } from '../logging/process-log.js';

export interface FollowedDirectory {
  readonly directory: Directory;
  /** Throws when the directory is no longer followed. */
  check(): Promise<void>;
  close(): Promise<void>;
}

const retryMs = 500;

/**
 * Follows the directory log. Returns when everything that stood in it is applied: no process acts on settings older than its own
 * start. `onEntry` is called for what comes afterwards. An entry that cannot be understood ends the following, and with it the
 * process's readiness.
 */
export const followDirectory = async (
  log: DirectoryLog,
  processLog: ProcessLog,
  onEntry: (entry: DirectoryEntry) => Promise<void> = async () => undefined,
): Promise<FollowedDirectory> => {
  const last = await lastPosition(log, processLog);
  const directory = new Directory();
  const level = Promise.withResolvers<void>();
  let stopped: Failure | undefined;
  const following = await log.follow(async (entry) => {
    directory.apply(entry);
    if (entry.position > last) await onEntry(entry);
    if (entry.position >= last) level.resolve();
  });
  following.stopped.catch((error: unknown) => {
    stopped =
      error instanceof Failure
        ? error
        : new Failure('log.too-new', 'the directory is no longer followed', '', { cause: error });
    processLog.fault('directory.stopped', error);
    level.reject(stopped);
  });
  if (last !== Position.none) await level.promise;
  return {
    directory,
    check: async () => {
      if (stopped) throw stopped;
    },
    close: () => following.close(),
  };
};

/** Waits for a log that is not there yet: all processes of a system may start at one time. */
const lastPosition = async (log: DirectoryLog, processLog: ProcessLog): Promise<Position> => {
  for (let attempt = 0; ; attempt += 1)
    try {
      let last = Position.none;
      for await (const entries of log.read()) last = entries.at(-1)?.position ?? last;
      return last;
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'log.too-new') throw error;
      if (attempt % 20 === 0) processLog.fault('directory.awaited', error, { attempt });
      await pause(retryMs);
    }
};
