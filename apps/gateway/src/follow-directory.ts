import { setTimeout as pause } from 'node:timers/promises';
import { Failure, Position } from '#domain';
import type { KafkaDirectoryLog } from '#kafka';
import type { ProcessLog } from '#platform';
import { Directory } from '#usecases';

/** The directory log as this process needs it: `stopped` rejects with what ended the following. */
type DirectoryLog = Pick<KafkaDirectoryLog, 'read' | 'follow'>;

export interface FollowedDirectory {
  readonly directory: Directory;
  /** Throws when the directory is no longer followed. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Follows the directory log. Returns when everything that stood in it is applied: a sender's settings are never older than the
 * gateway's start. An entry that cannot be understood ends the following and with it the process's readiness.
 */
export const followDirectory = async (
  log: DirectoryLog,
  processLog: ProcessLog,
  onEntry: () => void,
): Promise<FollowedDirectory> => {
  const last = await lastPosition(log, processLog);
  const directory = new Directory();
  let stopped: Failure | undefined;
  let caughtUp: () => void = () => undefined;
  let failed: (error: unknown) => void = () => undefined;
  const level = new Promise<void>((resolve, reject) => {
    caughtUp = resolve;
    failed = reject;
  });
  const following = await log.follow(async (entry) => {
    directory.apply(entry);
    if (entry.position < last) return;
    caughtUp();
    onEntry();
  });
  following.stopped.catch((error: unknown) => {
    stopped =
      error instanceof Failure
        ? error
        : new Failure('log.too-new', 'the directory is no longer followed', '', { cause: error });
    processLog.fault('directory.stopped', error);
    failed(stopped);
  });
  if (last !== Position.none) await level;
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
  for (let attempt = 0; ; attempt++)
    try {
      let last = Position.none;
      for await (const entries of log.read()) last = entries.at(-1)?.position ?? last;
      return last;
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'log.too-new') throw error;
      if (attempt % 20 === 0) processLog.fault('directory.awaited', error, { attempt });
      await pause(500);
    }
};
