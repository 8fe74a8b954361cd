import { Failure } from '#domain';

/** How many requests of one kind are answered at one time, and of one caller how many of these, and how many may wait. */
export interface TurnBounds {
  readonly atWork: number;
  /** So many that have been at work for longer than `slowMs` have given their place back, and go on beside the others. */
  readonly slowAtWork: number;
  readonly ofCaller: number;
  /** Of a caller whose requests take longer than `slowMs`, as its last one did or one does that is at work. */
  readonly ofSlowCaller: number;
  readonly slowMs: number;
  readonly waitingOfCaller: number;
}

/**
 * Of the requests that go by keys, and of searches and histories. One caller never has all places, and three never have all of the
 * searches: 3 · 3 < 4 + 6, so that a fourth one waits for twice `slowMs` at most, whatever they ask for. One more than may wait is turned
 * away (429, Retry-After); what waits goes on in the caller's own order.
 */
export const turnBounds = {
  keys: { atWork: 128, slowAtWork: 0, ofCaller: 64, ofSlowCaller: 32, slowMs: 1_000, waitingOfCaller: 256 },
  searches: { atWork: 4, slowAtWork: 6, ofCaller: 3, ofSlowCaller: 1, slowMs: 100, waitingOfCaller: 128 },
} as const satisfies Record<string, TurnBounds>;

/** ms in which half of what a caller has used is forgotten. */
export const forgottenByHalfMs = 10_000;

interface Begun {
  readonly atMs: number;
}

interface Share {
  /** ms that the caller's requests have been at work, the older the less; `asOfMs`: when that was so. */
  usedMs: number;
  asOfMs: number;
  /** How long the last one took. */
  lastMs: number;
  /** When those began that are at work. */
  readonly begun: Begun[];
  readonly waiting: (() => void)[];
}

/**
 * Lets callers take turns: what they ask for costs time at work, and the next place goes to the one who waits and has used least of it.
 * So a caller who asks for much waits behind itself; who asks now and then comes next.
 */
export class CallerTurns {
  private readonly shares = new Map<string, Share>();
  /** In the order in which they began. */
  private readonly atWork = new Set<Begun>();
  private isWaking = false;

  constructor(
    private readonly bounds: TurnBounds,
    private readonly nowMs: () => number = () => performance.now(),
    private readonly later: (ms: number, work: () => void) => void = (ms, work) => void setTimeout(work, ms),
  ) {}

  /** Requests at work and those that wait, of all callers. */
  get counts(): { readonly atWork: number; readonly waiting: number } {
    const waiting = [...this.shares.values()].reduce((sum, share) => sum + share.waiting.length, 0);
    return { atWork: this.atWork.size, waiting };
  }

  /** Throws `caller.too-much`. */
  async of<T>(caller: string, work: () => Promise<T>): Promise<T> {
    const share = this.shareOf(caller);
    const begun = this.hasPlaceFor(share) ? this.begin(share) : await this.waitIn(share);
    try {
      return await work();
    } finally {
      this.end(share, begun);
      this.beginNext();
    }
  }

  private shareOf(caller: string): Share {
    const known = this.shares.get(caller);
    if (known) return known;
    const share: Share = { usedMs: 0, asOfMs: this.nowMs(), lastMs: 0, begun: [], waiting: [] };
    this.shares.set(caller, share);
    return share;
  }

  private hasPlaceFor({ begun, lastMs }: Share): boolean {
    const { atWork, ofCaller, ofSlowCaller, slowMs } = this.bounds;
    const longestMs = Math.max(lastMs, ...begun.map(({ atMs }) => this.nowMs() - atMs));
    return this.placesTaken() < atWork && begun.length < (longestMs > slowMs ? ofSlowCaller : ofCaller);
  }

  /** What is slow takes none, as far as there is room for it. */
  private placesTaken(): number {
    const { slowAtWork, slowMs } = this.bounds;
    const slowSince = this.nowMs() - slowMs;
    let slow = 0;
    for (const { atMs } of this.atWork) {
      if (atMs >= slowSince || slow === slowAtWork) break;
      slow += 1;
    }
    return this.atWork.size - slow;
  }

  /** Looks again when the next one is slow: whoever waits may have its place. */
  private wake(): void {
    if (this.isWaking || this.bounds.slowAtWork === 0) return;
    this.isWaking = true;
    this.later(this.bounds.slowMs, () => {
      this.isWaking = false;
      this.beginNext();
      if ([...this.shares.values()].some(({ waiting }) => waiting.length > 0)) this.wake();
    });
  }

  private begin(share: Share): Begun {
    const begun = { atMs: this.nowMs() };
    share.begun.push(begun);
    this.atWork.add(begun);
    return begun;
  }

  private waitIn(share: Share): Promise<Begun> {
    if (share.waiting.length >= this.bounds.waitingOfCaller) throw tooMuch(share.waiting.length);
    this.wake();
    return new Promise((resolve) => share.waiting.push(() => resolve(this.begin(share))));
  }

  private end(share: Share, begun: Begun): void {
    const now = this.nowMs();
    share.lastMs = now - begun.atMs;
    share.usedMs = keptOf(share, now) + share.lastMs;
    share.asOfMs = now;
    share.begun.splice(share.begun.indexOf(begun), 1);
    this.atWork.delete(begun);
  }

  private beginNext(): void {
    for (let next = this.next(); next; next = this.next()) next();
  }

  /** Of those who wait and may begin, the one who has used least. */
  private next(): (() => void) | undefined {
    const now = this.nowMs();
    const least = [...this.shares.values()]
      .filter((share) => share.waiting.length > 0 && this.hasPlaceFor(share))
      .map((share) => ({ share, usedMs: usedOf(share, now) }))
      .reduce<{ share: Share; usedMs: number } | undefined>(
        (before, one) => (before && before.usedMs <= one.usedMs ? before : one),
        undefined,
      );
    return least?.share.waiting.shift();
  }
}

const keptOf = ({ usedMs, asOfMs }: Share, now: number): number => usedMs * 0.5 ** ((now - asOfMs) / forgottenByHalfMs);

/** With what is at work: who has long searches under way has used them already. */
const usedOf = (share: Share, now: number): number =>
  share.begun.reduce((sum, { atMs }) => sum + now - atMs, keptOf(share, now));

const tooMuch = (waiting: number): Failure =>
  new Failure(
    'caller.too-much',
    `${waiting} requests of this caller wait here already`,
    'send fewer at a time, and ask for less with each: an identifier, a longer beginning of a name, a smaller _count',
  );
