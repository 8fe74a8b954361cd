import type { Instant } from '#domain';

/** Numbers that have not come, both ends included; `since` the number behind them came. */
export interface Hole {
  readonly from: number;
  readonly to: number;
  readonly since: Instant;
}

/** The numbering began anew: after `highest` came `begins` and what follows it. */
export interface Restart {
  readonly highest: number;
  readonly begins: number;
  readonly at: Instant;
}

/** Several threads of one counter deliver out of order; what is this far behind is late, not lost and not a restart. */
const late = 50;
/** A step up that is longer is another numbering, and no gap. */
const jump = 1000;
/** So many numbers in a row, well below the highest, are a restart. */
const restartRun = 10;
/** @limit Inside | numbers of a sender that are remembered | the oldest are forgotten */
const hashesMax = 20_000;
/** @limit Control | gaps in a sender's numbers that are kept | the oldest are forgotten */
const holesMax = 1000;
/** @limit Control | new beginnings of a numbering that are kept | it counts as irregular */
const restartsMax = 20;

interface Run {
  readonly begins: number;
  last: number;
  count: number;
  readonly at: Instant;
}

/**
 * The numbers of one counter, in the order in which they came: what is missing, and where it began anew. A number that was there
 * with the same bytes is a message sent again and says nothing; with other bytes it may be the beginning of a restart.
 */
export class NumberSeries {
  count = 0;
  holes: readonly Hole[] = [];
  restarts: readonly Restart[] = [];
  private first = 0;
  highest = 0;
  /** Steps of one: a sender that numbers makes nearly no other. */
  private steps = 0;
  private low: Run | undefined;
  private hashes = new Map<number, string>();

  /** Numbers? Otherwise what looks like numbers is a clock or a random id, and nothing can be missing. */
  get isNumbered(): boolean {
    return this.count >= 20 && this.steps >= this.count / 2;
  }

  add(number: number, hash: string, at: Instant): void {
    const known = this.hashes.get(number);
    if (known === hash) return;
    this.count += 1;
    if (this.count === 1) return this.begin(number, hash);
    if (known !== undefined) return this.below(number, hash, at);
    if (number > this.highest) return this.above(number, hash, at);
    if (this.fill(number)) return this.remember(number, hash);
    if (number < this.first && this.first - number <= late) return this.before(number, hash, at);
    if (this.highest - number <= late) return this.remember(number, hash);
    this.below(number, hash, at);
  }

  /** A number that is accounted for elsewhere: it was refused, so it is not missing. */
  account(number: number): void {
    this.fill(number);
  }

  /** What was missing stays missing, but for numbers that may come yet. */
  private begin(number: number, hash: string, begins = number): void {
    this.first = begins;
    this.highest = number;
    this.holes = this.holes.filter(({ to }) => to < begins);
    this.low = undefined;
    this.hashes = new Map();
    this.remember(number, hash);
  }

  private remember(number: number, hash: string): void {
    this.hashes.set(number, hash);
    if (this.hashes.size > hashesMax) for (const oldest of this.hashes.keys()) return void this.hashes.delete(oldest);
  }

  private above(number: number, hash: string, at: Instant): void {
    const step = number - this.highest;
    if (step > jump) return this.begin(number, hash);
    if (step === 1) this.steps += 1;
    else this.holes = [...this.holes, { from: this.highest + 1, to: number - 1, since: at }].slice(-holesMax);
    this.highest = number;
    this.remember(number, hash);
  }

  private before(number: number, hash: string, at: Instant): void {
    if (this.first - number > 1) this.holes = [{ from: number + 1, to: this.first - 1, since: at }, ...this.holes];
    this.first = number;
    this.remember(number, hash);
  }

  /** Whether it was missing. */
  private fill(number: number): boolean {
    const at = this.holes.findIndex(({ from, to }) => from <= number && number <= to);
    const hole = this.holes[at];
    if (!hole) return false;
    const left = [
      { ...hole, to: number - 1 },
      { ...hole, from: number + 1 },
    ].filter(({ from, to }) => from <= to);
    this.holes = this.holes.toSpliced(at, 1, ...left);
    this.steps += 1;
    return true;
  }

  /** Well below the highest, or there already with other bytes: a restart, once there are some in a row. */
  private below(number: number, hash: string, at: Instant): void {
    const { low } = this;
    if (low && number > low.last && number - low.last <= late) {
      low.last = number;
      low.count += 1;
    } else this.low = { begins: number, last: number, count: 1, at };
    if (!this.low || this.low.count < restartRun) return;
    const { begins, at: since } = this.low;
    this.restarts = [...this.restarts, { highest: this.highest, begins, at: since }].slice(-restartsMax);
    this.steps += restartRun;
    this.begin(number, hash, begins);
  }
}
