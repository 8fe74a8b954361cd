import { setTimeout as pause } from 'node:timers/promises';
import { Failure, Position } from '#domain';
import { Directory, type DirectoryLog, type TrustedKeys } from '#usecases';
import { endProcess } from '../end-process.js';
import type { ProcessLog } from '../logging/process-log.js';
import { tellRefusal } from './tell-refusal.js';

export interface FollowedDirectory {
  readonly directory: Directory;
  /** Throws when the directory is no longer followed. */
  check(): Promise<void>;
  close(): Promise<void>;
}

const retryMs = 500;

export interface FollowOptions {
  /** Whose certificates and approvals count. */
  readonly keys: TrustedKeys;
  /** Called for what comes after the start, when the directory has it; what it throws ends the following. */
  readonly onEntry?: () => Promise<void>;
  /** Called once where the following ends after the start; it ends the process unless given. */
  readonly onStopped?: (reason: Failure) => void;
}

/**
 * Follows the directory log. Returns when everything that stood in it is applied: no process acts on settings older than its own
 * start. What the directory refuses is told and passed over. What cannot be followed (an entry that is too new, a gap) ends the process: it would
 * be up, and deaf.
 */
export const followDirectory = async (
  log: DirectoryLog,
  processLog: ProcessLog,
  { keys, onEntry = async () => undefined, onStopped = endProcess }: FollowOptions,
): Promise<FollowedDirectory> => {
  const last = await lastPosition(log, processLog);
  const directory = new Directory(keys);
  const level = Promise.withResolvers<void>();
  let [isLevel, stopped]: [boolean, Failure | undefined] = [last === Position.none, undefined];
  const following = await log.follow(async (entry) => {
    const refusal = directory.apply(entry);
    if (refusal) tellRefusal(processLog, refusal);
    if (entry.position > last) await onEntry();
    if (entry.position >= last) {
      isLevel = true;
      level.resolve();
    }
  });
  following.stopped.catch((error: unknown) => {
    stopped =
      error instanceof Failure
        ? error
        : new Failure('log.unreachable', 'the directory is no longer followed', '', { cause: error });
    processLog.fault('directory.stopped', error);
    if (isLevel) onStopped(stopped);
    else level.reject(stopped);
  });
  if (!isLevel) await level.promise;
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
