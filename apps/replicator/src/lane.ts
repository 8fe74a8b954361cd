import { Failure } from '#domain';
import type { ProcessLog } from '#platform';

/** `replica.taken-over`: the logs were just taken up anew by this very process, with another epoch; or by another, which will do it. */
const passing = ['log.unreachable', 'replica.unreachable', 'replica.taken-over'] as const;

/** Does it pass by itself? */
export const mayPass = (error: unknown): boolean => passing.some((code) => Failure.is(error, code));

/** What passes by itself is tried again after this, ms. */
const patienceMs = 2_000;
/** A bug or a refusal would come back at once: after this, ms, or with the next news. */
const longPatienceMs = 30_000;

/**
 * Work that is done once for any number of wake-ups that came meanwhile, and again until it succeeds. It compares what is with what should be, so that
 * a wake-up that is lost, or comes twice, does no harm.
 */
export class Lane {
  private wanted = Promise.withResolvers<void>();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly name: 'build' | 'settle' | 'switch',
    private readonly work: () => Promise<void>,
    private readonly log: ProcessLog,
    private readonly stop: AbortSignal,
  ) {}

  start(): void {
    this.wake();
    this.running = this.run();
  }

  wake(): void {
    this.wanted.resolve();
  }

  /** Once `stop` is aborted. */
  async ended(): Promise<void> {
    this.wake();
    await this.running;
  }

  /** For work that goes on by itself after a fault. */
  pause(): Promise<void> {
    return after(patienceMs, this.stop);
  }

  private async run(): Promise<void> {
    while (!this.stop.aborted) {
      await this.wanted.promise;
      this.wanted = Promise.withResolvers();
      try {
        await this.work();
      } catch (error) {
        if (this.stop.aborted) return;
        this.log.fault(`${this.name}.interrupted`, error);
        await this.patience(mayPass(error) ? patienceMs : longPatienceMs);
        this.wake();
      }
    }
  }

  /** Returns early with news: what was impossible a moment ago may be so no more. */
  private async patience(ms: number): Promise<void> {
    const over = new AbortController();
    await Promise.race([this.wanted.promise, after(ms, AbortSignal.any([over.signal, this.stop]))]);
    over.abort();
  }
}

/** Resolves after so many ms, or when the signal is aborted. */
const after = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      // The signal lives as long as the process, and would keep one listener of each pause.
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    if (signal.aborted) done();
    else signal.addEventListener('abort', done);
  });
