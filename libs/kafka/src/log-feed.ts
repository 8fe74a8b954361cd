import { Failure, Instant, Position } from '#domain';
import type { LogEntry, LogRange } from '#usecases';
import type { Unreadable } from './follower-messages.js';
import { gap, truncated } from './log-fetch.js';
import { pause } from './pause.js';

/** What a feed needs of the world. */
export interface FeedSurroundings {
  /** Where the store says that following goes on: the last position it has. */
  startAt(): Promise<Position>;
  range(): Promise<LogRange>;
  /** How many batches the handler takes before the one before them is done. */
  readonly ahead: number;
  /**
   * The handler; a rejection with `replica.unreachable` or `log.unreachable` is tried again, after `replica.taken-over` the store is
   * asked anew, any other halts. Of batches that were delivered ahead, the first one that is rejected counts, and all from it on are delivered again.
   */
  deliver(batch: {
    readonly logId: string;
    readonly entries: readonly LogEntry[];
    readonly logEnd: Position;
  }): Promise<void>;
  /** The consumer goes on reading at this position. */
  seek(position: number): void;
  pause(): void;
  resume(): void;
  onHalt(cause: unknown): void;
  /** The log is another process's to follow now. */
  onLost(): void;
  /** Another process writes where this one did. */
  onTakenOver(cause: Failure): void;
  /** Everything that the log held at this moment is delivered. */
  onLevel(at: Instant): void;
}

const batchMax = { entries: 1000, bytes: 4 * 1024 * 1024 };
/** Above this the consumer is paused, below half of it it goes on. */
const waitingMax = { entries: 4000, bytes: 16 * 1024 * 1024 };
const backOffMs = { first: 100, most: 5000 };
const levelEveryMs = 1000;
/**
 * A new leader may for a moment know less of what is acknowledged than it holds: until the brokers that are left have asked it, which takes
 * them seconds on a busy machine. That is no loss, and to wait harms nobody.
 */
const newLeaderMs = 10_000;
const lookAgainMs = 500;
/** The group soon says whose the log is. Where it still says ours, it is taken up again after this. */
const takenOverMs = 1000;
/**
 * A topic that is deleted, made anew and filled beyond our position between two fetches looks like the same log going on: nothing
 * is delivered on an older look at the log than this.
 * @limit Inside | age of a look at the log, when something is delivered | it is looked at again first
 */
const checkedMsMax = 100;

const bytesOf = (entries: readonly LogEntry[]): number => entries.reduce((sum, { value }) => sum + value.byteLength, 0);

/**
 * One log on its way to the handler: every entry once, in order, without a hole, whatever the consumer brings. It stops rather than
 * guess: where the consumer was reset, the log is asked what became of it.
 */
export class LogFeed {
  private waiting: LogEntry[] = [];
  private waitingBytes = 0;
  private paused = false;
  /** Position that has to come next from the consumer. */
  private next = 0;
  private delivered: Position | undefined;
  private logId = '';
  private checkedAtMs = 0;
  private end = { position: Position.none, toldAt: Instant.of(0) };
  private working: Promise<void> | undefined;
  private accepting = false;
  private astray = false;
  /** Counts starts: what an older one still does is void. */
  private turn = 0;
  /** Counts losses: what was taken before one is no longer ours to deliver. */
  private tenure = 0;
  private begun: { readonly tenure: number; readonly done: Promise<void> } | undefined;
  private takenAtMs = 0;
  private levelAtMs = 0;
  private readonly stopping = new AbortController();
  halted = false;

  constructor(
    private readonly topic: string,
    private readonly surroundings: FeedSurroundings,
  ) {}

  /** The last position that the handler has; undefined before the first start. */
  get position(): Position | undefined {
    return this.delivered;
  }

  /** The consumer has been given this log, or again: nothing is taken before it is known to be the same log still. */
  async start(): Promise<void> {
    if (this.halted) return this.surroundings.pause();
    const turn = ++this.turn;
    const isCurrent = (): boolean => turn === this.turn;
    this.accepting = false;
    await this.patiently(isCurrent, async () => {
      await this.begin();
      if (!isCurrent()) return;
      await this.check();
      if (!isCurrent()) return;
      this.surroundings.seek(this.next);
      this.accepting = true;
    });
  }

  /** There is no such log. One that was never followed is waited for. */
  async missing(): Promise<void> {
    if (this.halted) return;
    const turn = ++this.turn;
    await this.patiently(
      () => turn === this.turn,
      async () => {
        await this.begin();
        const followed = this.delivered ?? Position.none;
        if (followed >= 0) throw truncated(this.topic, `it is gone, and ${followed} was followed already`);
      },
    );
  }

  /** The consumer has lost this log to another process: where it stands is asked anew when it comes back, and whether it can be followed too. */
  lose(): void {
    this.letGo();
    this.halted = false;
    this.delivered = undefined;
    this.surroundings.onLost();
  }

  /** What the consumer brings; `end` is the position behind the newest entry of the log. */
  take(entries: readonly LogEntry[], end: number): void {
    if (!this.accepting || this.halted) return;
    const news = entries.filter(({ position }) => position >= this.next);
    const [first] = news;
    if (first?.position !== this.next) return this.lookInto(first);
    for (const [index, { position }] of news.entries())
      if (position !== this.next + index)
        return this.halt(gap(this.topic, `${position} follows ${position - 1 - index}`));
    this.astray = false;
    this.takenAtMs = Date.now();
    this.end = { position: Position.of(end - 1), toldAt: Instant.of(this.takenAtMs) };
    this.next += news.length;
    this.waiting.push(...news);
    this.waitingBytes += bytesOf(news);
    this.pauseOrResume();
    this.working ??= this.work();
  }

  /** What stands here cannot be read: what comes before it is delivered, then the log halts. */
  async unreadable({ first, last, failure }: Unreadable): Promise<void> {
    if (!this.accepting || this.halted || this.next < first || this.next > last) return;
    this.accepting = false;
    const { turn } = this;
    await this.working;
    if (turn === this.turn) this.halt(failure);
  }

  /** Once a second: a log that is quiet is asked whether it is still the same and whether this is its end. */
  async tick(): Promise<void> {
    const quiet = this.accepting && !this.halted && !this.working && Date.now() - this.takenAtMs >= levelEveryMs;
    if (!quiet) return;
    const { turn } = this;
    const at = Instant.of(Date.now());
    try {
      const { last } = await this.check();
      if (turn === this.turn && last === this.delivered) this.level(at);
    } catch (error) {
      if (turn === this.turn && !Failure.is(error, 'log.unreachable')) this.halt(error);
    }
  }

  /** Lets the handler finish what it has, and gives it nothing more. */
  async close(): Promise<void> {
    this.letGo();
    this.stopping.abort();
    await this.working;
  }

  /** The consumer is not where it was sent: its offset was reset, or entries are missing. It gets one more chance. */
  private lookInto(first: LogEntry | undefined): void {
    if (first && this.astray) return this.halt(gap(this.topic, `${first.position} stands where ${this.next} belongs`));
    this.astray = first !== undefined;
    void this.start();
  }

  /** Once a tenure, and one after the other: whoever asks where the store stands takes the log over, from himself as well. */
  private async begin(): Promise<void> {
    if (this.begun?.tenure !== this.tenure) this.begun = { tenure: this.tenure, done: this.ask(this.begun?.done) };
    const { begun } = this;
    await begun.done.catch((error: unknown) => {
      if (this.begun === begun) this.begun = undefined;
      throw error;
    });
  }

  private async ask(before: Promise<void> | undefined): Promise<void> {
    const { tenure } = this;
    await before?.catch(() => {});
    await this.working;
    const position = await this.surroundings.startAt();
    // Taken over by asking, and lost meanwhile.
    if (tenure !== this.tenure) return this.halted ? undefined : this.surroundings.onLost();
    this.delivered = position;
    this.next = position + 1;
  }

  private async takenOver(cause: Failure): Promise<void> {
    this.lose();
    this.surroundings.onTakenOver(cause);
    const { turn } = this;
    await pause(takenOverMs, this.stopping.signal);
    if (turn === this.turn) await this.start();
  }

  /** Is it the log that was followed, and does it still hold what was delivered? */
  private async check(): Promise<LogRange> {
    let askedAtMs = Date.now();
    // What is taken while the log answers may be newer than its answer.
    const taken = this.next - 1;
    let range = await this.surroundings.range();
    for (
      let waitedMs = 0;
      waitedMs < newLeaderMs && taken > range.last && !this.isOther(range);
      waitedMs += lookAgainMs
    ) {
      await pause(lookAgainMs, this.stopping.signal);
      askedAtMs = Date.now();
      range = await this.surroundings.range();
    }
    if (this.isOther(range))
      throw new Failure(
        'log.replaced',
        `${this.topic}: it was "${this.logId}" and is now "${range.logId}"`,
        'the topic was recreated: restore it from the archive, or drop the replica and let it follow anew',
      );
    if (taken > range.last) throw truncated(this.topic, `it ends at ${range.last}, and ${taken} was followed already`);
    this.logId = range.logId;
    this.checkedAtMs = askedAtMs;
    return range;
  }

  private isOther({ logId }: LogRange): boolean {
    return this.logId !== '' && logId !== '' && logId !== this.logId;
  }

  private async work(): Promise<void> {
    const { tenure } = this;
    const isOurs = (): boolean => tenure === this.tenure;
    while (isOurs() && this.waiting.length > 0)
      if (!(await this.patiently(isOurs, () => this.deliverWaiting(isOurs)))) break;
    this.working = undefined;
  }

  /** Until nothing waits, or a batch fails; returns or throws when nothing is under way any more. */
  private async deliverWaiting(isOurs: () => boolean): Promise<void> {
    const underWay: { readonly entries: readonly LogEntry[]; readonly done: Promise<void> }[] = [];
    /** Of those that wait, how many are under way. */
    let handed = 0;
    try {
      while (isOurs()) {
        while (underWay.length <= this.surroundings.ahead && handed < this.waiting.length) {
          if (Date.now() - this.checkedAtMs > checkedMsMax || this.logId === '') await this.check();
          if (!isOurs()) return;
          const entries = this.nextBatch(handed);
          const done = this.surroundings.deliver({ logId: this.logId, entries, logEnd: this.end.position });
          done.catch(() => {});
          underWay.push({ entries, done });
          handed += entries.length;
        }
        const [first] = underWay;
        if (!first) return;
        await first.done;
        if (!isOurs()) return;
        underWay.shift();
        handed -= first.entries.length;
        this.isDelivered(first.entries);
      }
    } finally {
      await Promise.allSettled(underWay.map(({ done }) => done));
    }
  }

  private isDelivered(entries: readonly LogEntry[]): void {
    this.waiting.splice(0, entries.length);
    this.waitingBytes -= bytesOf(entries);
    this.delivered = entries.at(-1)?.position ?? Position.none;
    this.pauseOrResume();
    if (this.delivered === this.end.position) this.level(this.end.toldAt);
  }

  private nextBatch(from: number): readonly LogEntry[] {
    let bytes = 0;
    let to = from;
    for (; to < this.waiting.length && to - from < batchMax.entries; to += 1) {
      bytes += this.waiting[to]?.value.byteLength ?? 0;
      if (to > from && bytes > batchMax.bytes) break;
    }
    return this.waiting.slice(from, to);
  }

  /**
   * Again and again with a growing pause while it is a matter of waiting; what another process has taken over is let go, and on
   * anything else it halts. False when it was given up.
   */
  private async patiently(isWanted: () => boolean, step: () => Promise<void>): Promise<boolean> {
    for (let pauseMs = backOffMs.first; ; pauseMs = Math.min(2 * pauseMs, backOffMs.most)) {
      try {
        await step();
        return true;
      } catch (error) {
        if (!isWanted()) return false;
        if (Failure.is(error, 'replica.taken-over')) {
          void this.takenOver(error);
          return false;
        }
        if (!Failure.is(error, 'replica.unreachable') && !Failure.is(error, 'log.unreachable')) {
          this.halt(error);
          return false;
        }
        await pause(pauseMs, this.stopping.signal);
        if (!isWanted()) return false;
      }
    }
  }

  private level(at: Instant): void {
    if (at - this.levelAtMs < levelEveryMs) return;
    this.levelAtMs = at;
    this.surroundings.onLevel(at);
  }

  private halt(cause: unknown): void {
    this.halted = true;
    this.letGo();
    this.surroundings.pause();
    this.surroundings.onHalt(cause);
  }

  private letGo(): void {
    this.turn += 1;
    this.tenure += 1;
    this.accepting = false;
    this.waiting = [];
    this.waitingBytes = 0;
  }

  private pauseOrResume(): void {
    const full = (share: number): boolean =>
      this.waitingBytes > waitingMax.bytes * share || this.waiting.length > waitingMax.entries * share;
    if (full(1)) {
      this.surroundings.pause();
      this.paused = true;
    } else if (this.paused && !full(0.5)) {
      this.surroundings.resume();
      this.paused = false;
    }
  }
}
