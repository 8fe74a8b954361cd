import { Failure } from '#domain';

/**
 * How long whoever answers operators waits for one that may be dead: `status` and `doctor` answer in less than three seconds.
 * @limit Control | how long `status` waits for anyone | told as not answering
 */
export const answerWithinMs = 1_500;

/** To be thrown where it takes longer. */
export const noAnswer = (code: 'log.unreachable' | 'replica.unreachable', ms: number): Failure =>
  new Failure(code, `no answer within ${ms / 1000} s`, 'look whether it runs');

/** What was asked for, or what `late` gives or throws where it takes longer. What comes of it afterwards is nobody's any more. */
export const within = async <T>(ms: number, asked: Promise<T>, late: () => T): Promise<T> => {
  asked.catch(() => undefined);
  const over = Promise.withResolvers<T>();
  const timer = setTimeout(() => {
    try {
      over.resolve(late());
    } catch (error) {
      over.reject(error);
    }
  }, ms);
  try {
    return await Promise.race([asked, over.promise]);
  } finally {
    clearTimeout(timer);
  }
};
