import { Failure } from '#domain';

/**
 * More than two looks of five seconds: a hiccup is not told, a log that is away is told within this time.
 * @limit All HTTP doors | how long the log may not answer | `/readyz` of gateway and control says so
 */
const silentMsMax = 12_000;

/** Whether the log answers whoever asks it every few seconds: readiness turns false once it has been silent for long. */
export class LogHeartbeat {
  private answeredAtMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  /** Throws what `ask` throws; `log.settings` is an answer of the log as well. */
  async hear(ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
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
