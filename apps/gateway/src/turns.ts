import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long one piece of work may have the event loop to itself. */
const sliceMs = 8;

/** Work that is long because it is much: it lets all others have their turn every few milliseconds. */
export class Turns {
  private since = performance.now();

  get isOver(): boolean {
    return performance.now() - this.since > sliceMs;
  }

  async pass(): Promise<void> {
    await nextTurn();
    this.since = performance.now();
  }
}
