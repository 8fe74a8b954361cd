/** What can be said to one that stands at the door. */
export type Place = 'free' | 'not-yet' | 'none';

export interface DoorDuties<N> {
  readonly waitingMax: number;
  nameOf(newcomer: N): string;
  /** A place for it, made free where another gives way; asked once for each `admit`. */
  placeFor(newcomer: N): Place;
  admit(newcomer: N): void;
  refuse(newcomer: N): void;
}

/**
 * New connections of a sender that has as many as it may. Each waits, unread, for a turn of the event loop or a few, in which what the
 * others have already sent is read: nobody loses its place who has just begun to speak. Bounded over all senders: with one more than
 * `waitingMax`, the new one is refused.
 */
export class Door<N> {
  private readonly waiting = new Map<string, N[]>();
  private count = 0;

  constructor(private readonly duties: DoorDuties<N>) {}

  come(newcomer: N): void {
    if (this.count >= this.duties.waitingMax) return this.duties.refuse(newcomer);
    const name = this.duties.nameOf(newcomer);
    const those = this.waiting.get(name);
    this.count++;
    if (those) those.push(newcomer);
    else {
      this.waiting.set(name, [newcomer]);
      this.inAnotherTurn(name);
    }
  }

  /** Whether others of its sender wait already: then it waits behind them. */
  hasWaiting(name: string): boolean {
    return this.waiting.has(name);
  }

  /** Refuses all that wait. */
  close(): void {
    for (const those of this.waiting.values()) for (const newcomer of those) this.duties.refuse(newcomer);
    this.waiting.clear();
    this.count = 0;
  }

  /** Behind the second one, sockets that are there now have been polled once, and read. */
  private inAnotherTurn(name: string): void {
    setImmediate(() => setImmediate(() => this.letIn(name)));
  }

  private letIn(name: string): void {
    const those = this.waiting.get(name) ?? [];
    for (let next = those[0]; next !== undefined; next = those[0]) {
      const place = this.duties.placeFor(next);
      if (place === 'not-yet') return this.inAnotherTurn(name);
      those.shift();
      this.count--;
      if (place === 'free') this.duties.admit(next);
      else this.duties.refuse(next);
    }
    this.waiting.delete(name);
  }
}
