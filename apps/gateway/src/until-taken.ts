import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '#domain';
import type { ProcessLog, SenderCaller } from '#platform';
import type { Publishers } from './publishers.js';

/** @limit Gateway | how long an answer waits for the log | AR, 503: possibly written, send again */
const msMax = 30_000;

/**
 * Waits until every sender of the callers file would be taken: the processes of a system start at one time, and a gateway may be
 * up before its establishments are declared. "Ready" must not be followed by "not now". A sender that stays undeclared keeps the
 * doors shut for the others no longer than 30 s; it is told apart then.
 */
export const untilTaken = async (
  senders: () => readonly SenderCaller[],
  publishers: Publishers,
  log: ProcessLog,
  patienceMs = msMax,
): Promise<void> => {
  for (const endsAt = Date.now() + patienceMs; ; await pause(50)) {
    const closed = senders().flatMap((sender) => {
      const failure = publishers.of(sender);
      return failure instanceof Failure ? [{ sender: sender.name, failure }] : [];
    });
    if (closed.length === 0) return;
    if (Date.now() < endsAt) continue;
    for (const { sender, failure } of closed) log.fault('sender.not-taken', failure, { sender });
    return;
  }
};
