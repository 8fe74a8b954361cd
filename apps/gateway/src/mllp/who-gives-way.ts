/** What tells whether a connection may be closed in favour of a new one. Times are of `performance.now()`. */
export interface Idle {
  /** In the midst of a frame, or its sender waits for an answer or has not read it. */
  readonly isBusy: boolean;
  /** Its sender has closed its end, and has every answer. */
  readonly isEnded: boolean;
  /** Bytes that had come when it was opened have been looked at. */
  readonly hasHadItsTurn: boolean;
  readonly openedAt: number;
  /** When its last frame was done with; none where it never sent one. */
  readonly lastFrameAt: number | undefined;
}

const least = <C>(all: readonly C[], of: (one: C) => number): C | undefined => {
  let found: C | undefined;
  for (const one of all) if (found === undefined || of(one) < of(found)) found = one;
  return found;
};

/**
 * Which connection of a sender gives way to a new one: one that has ended and is not gone yet, then of those that never sent a frame
 * the oldest, then of those without a frame for `quietMsMin` the one that has been quiet longest. Never one that is busy. `not-yet`: one of the newest may turn out to have sent
 * nothing, ask again in another turn. `undefined`: all are in use.
 */
export const whoGivesWay = <C extends Idle>(
  all: readonly C[],
  now: number,
  quietMsMin: number,
): C | 'not-yet' | undefined => {
  const ended = all.find(({ isEnded }) => isEnded);
  if (ended) return ended;
  const idle = all.filter(({ isBusy, hasHadItsTurn }) => hasHadItsTurn && !isBusy);
  const silent = least(
    idle.filter(({ lastFrameAt }) => lastFrameAt === undefined),
    ({ openedAt }) => openedAt,
  );
  if (silent) return silent;
  if (all.some(({ hasHadItsTurn }) => !hasHadItsTurn)) return 'not-yet';
  const lastFrameAt = (one: C): number => one.lastFrameAt ?? now;
  return least(
    idle.filter((one) => now - lastFrameAt(one) >= quietMsMin),
    lastFrameAt,
  );
};
