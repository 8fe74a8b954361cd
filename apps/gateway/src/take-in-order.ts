import type { Captured } from '#usecases';
import { Turns } from './turns.js';

/**
 * Takes messages that came together as one group: each is handed on before the one ahead of it is durable, so that the log gets them
 * in one append, in their order. Where one cannot be taken now, those behind it that were not handed on yet are not tried
 * (`untried`), so that what is sent again comes in its order. Rejects when any is rejected, after all have settled.
 *
 * `take` hands its message on before it first waits: that is what keeps the order.
 */
export const takeInOrder = async <M, C extends Captured>(
  messages: readonly M[],
  take: (message: M, index: number) => Promise<C>,
  untried: (message: M) => C,
): Promise<readonly C[]> => {
  const turns = new Turns();
  const taken: Promise<C>[] = [];
  let isAway = false;
  for (const [index, message] of messages.entries()) {
    if (isAway) taken.push(Promise.resolve(untried(message)));
    else {
      const one = take(message, index);
      one.then(
        ({ outcome }) => (isAway ||= outcome === 'not-now'),
        () => (isAway = true),
      );
      taken.push(one);
    }
    if (turns.isOver) await turns.pass();
  }
  const settled = await Promise.allSettled(taken);
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
};
