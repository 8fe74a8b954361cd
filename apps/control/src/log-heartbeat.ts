import { Failure } from '#domain';

/** Longer than two beats: a hiccup is not told, a log that is away is told within this time. */
const silentMsMax = 12_000;

/** Whether the log answers: it is asked every few seconds, and readiness turns false once it has been silent for long. */
export class LogHeartbeat {
  private answeredAtMs = Number.NEGATIVE_INFINITY;

  /** `ask` throws `log.settings` where the log answers and something is wrong with it. */
  constructor(
    private readonly ask: () => Promise<void>,
    private readonly nowMs: () => number = () => performance.now(),
  ) {}

  /** Throws what `ask` throws. */
  async beat(): Promise<void> {
    try {
      await this.ask();
    } catch (error) {
      if (Failure.is(error, 'log.settings')) this.answeredAtMs = this.nowMs();
      throw error;
    }
    this.answeredAtMs = this.nowMs();
  }

  /** Throws `log.unreachable`, for /readyz. */
  async check(): Promise<void> {
    if (this.nowMs() - this.answeredAtMs > silentMsMax)
      throw new Failure('log.unreachable', `the log has not answered for ${silentMsMax / 1000} s`);
  }
}
