import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, type FailureCode } from '#domain';
import type { Running } from './launch-app.js';

export interface MemberWords {
  /** A new process runs, perhaps not yet ready, or the one that ran has ended. */
  readonly pidChanged: () => void;
  readonly say: (line: string) => void;
}

/** Doubles from the first restart on; a run of a minute begins anew. */
export const backOffMs = (failures: number): number => Math.min(250 * 2 ** failures, 15_000);

/**
 * Starts of a process that was never ready: after that many ends it is given up, and the whole start with it.
 * @limit Local system | tries of a process that was never ready | given up with its last lines, exit 1
 */
export const firstStartsMax = 3;
/** Ends in a row, each within a minute of its start, after which a crash loop is said, with its last lines; and again after as many. */
export const crashesUntilSaid = 5;
const runWellMs = 60_000;

/** What is missing, or not allowed, will not come by trying again. */
const inVain: readonly FailureCode[] = ['not-found', 'refused-by-policy', 'input.invalid'];

const wordOf = (error: unknown): string => (error instanceof Error ? error.message : 'for an unknown reason');

const indented = (lines: string): string => lines.replaceAll(/^/gm, '    ');

/** One process of the system, kept running until it is stopped. */
export class Member {
  private current: Running | undefined;
  private stopping = false;
  private readonly wake = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  /** What kept it from being launched. */
  private refusal: unknown;
  private lastWords = '';
  private logFile = '';
  private wasReady = false;
  private isHopeless = false;

  constructor(
    readonly name: string,
    private readonly launch: () => Running | Promise<Running>,
    private readonly words: MemberWords,
    private readonly pauseMs: (failures: number) => number = backOffMs,
  ) {}

  /** 0 while it does not run. */
  get pid(): number {
    return this.current?.pid ?? 0;
  }

  /** Resolves when it is ready for the first time; throws what keeps it from starting. */
  async start(readyMsMax: number): Promise<void> {
    this.loop = this.keepRunning();
    const startedAtMs = Date.now();
    while (!this.stopping && !(await this.current?.isReady())) {
      if (this.isHopeless) throw this.doesNotStart(`it ended ${firstStartsMax} times`);
      if (Date.now() - startedAtMs > readyMsMax) throw this.doesNotStart(`not ready after ${readyMsMax / 1000} s`);
      await sleep(50);
    }
    this.wasReady = true;
  }

  private doesNotStart(why: string): unknown {
    if (Failure.is(this.refusal)) return this.refusal;
    if (this.refusal !== undefined)
      return new Failure('replica.unreachable', `${this.name} does not start: ${wordOf(this.refusal)}`);
    this.hear();
    return new Failure(
      'replica.unreachable',
      `${this.name} does not start: ${why}. ${this.itsLastLines()}`,
      `mend what it says there, then npm start again; all of it is in ${this.logFile}`,
    );
  }

  private hear(): void {
    if (!this.current) return;
    this.lastWords = this.current.lastWords();
    this.logFile = this.current.logFile;
  }

  private itsLastLines(): string {
    return this.lastWords === '' ? 'It said nothing' : `Its last lines:\n${indented(this.lastWords)}`;
  }

  private async keepRunning(): Promise<void> {
    for (let failures = 0; !this.stopping; ) {
      const startedAtMs = Date.now();
      await this.runOnce(failures);
      failures = Date.now() - startedAtMs > runWellMs ? 1 : failures + 1;
      const isInVain = Failure.is(this.refusal) && inVain.includes(this.refusal.code);
      this.isHopeless = !this.wasReady && (isInVain || failures >= firstStartsMax);
      if (this.stopping || this.isHopeless) return;
      const waitMs = this.pauseMs(failures - 1);
      this.sayEnded(failures, waitMs);
      await sleep(waitMs, undefined, { signal: this.wake.signal }).catch(() => {});
    }
  }

  private async runOnce(failures: number): Promise<void> {
    this.refusal = undefined;
    try {
      this.current = await this.launch();
      if (this.stopping) void this.current.stop();
      this.words.pidChanged();
      if (failures > 0) this.words.say(`${this.name} runs again`);
      await this.current.exited;
      this.hear();
    } catch (error) {
      this.refusal = error;
    }
    const hasRun = this.current !== undefined;
    this.current = undefined;
    if (hasRun && !this.stopping) this.words.pidChanged();
  }

  private sayEnded(failures: number, waitMs: number): void {
    const why = Failure.is(this.refusal) ? `: ${this.refusal.message}` : '';
    this.words.say(`${this.name} ended${why}; starting it again in ${waitMs / 1000} s`);
    if (failures % crashesUntilSaid !== 0) return;
    const lines = this.refusal === undefined ? ` ${this.itsLastLines()}` : '';
    const place = this.logFile === '' ? '' : `\n  -> all of it is in ${this.logFile}`;
    this.words.say(
      `${this.name} has ended ${failures} times, each within a minute of its start: it will hardly come up by itself.${lines}${place}`,
    );
  }

  /** In good order, SIGKILL after the time given. A start that is under way comes to its end first. */
  async stop(msMax: number): Promise<void> {
    this.stopping = true;
    this.wake.abort();
    void this.current?.stop();
    const endsAtMs = Date.now() + msMax;
    const late = setInterval(() => (Date.now() > endsAtMs ? void this.current?.kill() : undefined), 50);
    await this.loop;
    clearInterval(late);
  }

  kill(): void {
    this.stopping = true;
    this.wake.abort();
    void this.current?.kill();
  }
}
