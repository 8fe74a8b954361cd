import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '#domain';
import type { Running } from './launch-app.js';

export interface MemberWords {
  /** A new process runs, perhaps not yet ready. */
  readonly up: () => void;
  readonly say: (line: string) => void;
}

/** Doubles from the first restart on; a run of a minute begins anew. */
export const backOffMs = (failures: number): number => Math.min(250 * 2 ** failures, 15_000);

const attemptsBeforeFirstReady = 3;

/** One process of the system, kept running until it is stopped. */
export class Member {
  private current: Running | undefined;
  private stopping = false;
  private readonly wake = new AbortController();
  private loop: Promise<void> = Promise.resolve();
  private reason: unknown;
  private wasReady = false;
  private isHopeless = false;

  constructor(
    readonly name: string,
    private readonly launch: () => Running | Promise<Running>,
    private readonly words: MemberWords,
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
      const late = Date.now() - startedAtMs > readyMsMax;
      if (late || this.isHopeless) throw this.doesNotStart(late ? readyMsMax : undefined);
      await sleep(50);
    }
    this.wasReady = true;
  }

  private doesNotStart(afterMs: number | undefined): unknown {
    if (Failure.is(this.reason)) return this.reason;
    const why = afterMs === undefined ? String(this.reason) : `not ready after ${afterMs / 1000} s`;
    return new Failure('not-found', `${this.name} does not start: ${why}`, `look into its log, ${this.name}.log`);
  }

  private async keepRunning(): Promise<void> {
    for (let failures = 0; !this.stopping; failures += 1) {
      const startedAtMs = Date.now();
      try {
        this.current = await this.launch();
        if (this.stopping) void this.current.stop();
        this.words.up();
        if (failures > 0) this.words.say(`${this.name} runs again`);
        await this.current.exited;
        this.reason = this.current.lastWord();
      } catch (error) {
        this.reason = error;
      }
      this.current = undefined;
      // What is missing will not come by trying again.
      const inVain = failures + 1 >= attemptsBeforeFirstReady || Failure.is(this.reason, 'not-found');
      this.isHopeless = !this.wasReady && inVain;
      if (this.stopping || this.isHopeless) return;
      if (Date.now() - startedAtMs > 60_000) failures = 0;
      const waitMs = backOffMs(failures);
      const why = Failure.is(this.reason) ? `: ${this.reason.message}` : '';
      this.words.say(`${this.name} ended${why}; starting it again in ${waitMs / 1000} s`);
      await sleep(waitMs, undefined, { signal: this.wake.signal }).catch(() => {});
    }
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
