/** Work that stops between its pieces, so that whoever does it may let others have their turn. */
export type Steps<T> = Generator<undefined, T>;

/**
 * So many segments are mapped between two stops, 2 to 5 ms of work; most messages have fewer, and no stop.
 * @limit HL7 v2 | segments that are mapped at one go | others get their turn, then it goes on
 */
export const pieceSegments = 32;

/** Whether a piece ends before the item of this index. */
export const isEndOfPiece = (index: number, items = pieceSegments): boolean => index > 0 && index % items === 0;

/** All of it at once. */
export const atOnce = <T>(steps: Steps<T>): T => {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
};
