import { Failure, type Finess } from '#domain';
import type { LogTopics } from '#kafka';
import { LogHeartbeat, type ProcessLog } from '#platform';
import { showClosed } from './capture-metrics.js';

const everyMs = 5_000;

/**
 * Nothing is captured into a log whose settings could lose it (design, section 5): they are asserted before the first message and
 * every few seconds. A log that cannot be asked now keeps the word that it has: if it is away, its appends fail by themselves.
 * Readiness does not keep it: after a silence this process says that it is not ready.
 */
export class LogGate {
  private readonly asserted = new Map<Finess, Failure | 'open'>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private askedMeanwhile = false;
  private isClosed = false;
  private readonly heartbeat: LogHeartbeat;
  private isAway = false;

  constructor(
    private readonly topics: Pick<LogTopics, 'assertSettings'>,
    private readonly establishments: () => readonly Finess[],
    private readonly log: ProcessLog,
    nowMs?: () => number,
  ) {
    this.heartbeat = new LogHeartbeat(nowMs);
  }

  /** Why nothing may be captured for this establishment. */
  closedFor(establishment: Finess): Failure | undefined {
    const state = this.asserted.get(establishment);
    if (state === 'open') return undefined;
    return state ?? new Failure('log.settings', `the settings of the log of ${establishment} are not asserted yet`);
  }

  /** For /readyz: throws the first failure that keeps a log closed, and `log.unreachable` after a long silence of the log. */
  async check(): Promise<void> {
    for (const establishment of this.establishments()) {
      const closed = this.closedFor(establishment);
      if (closed) throw closed;
    }
    await this.heartbeat.check();
  }

  /** Looks now, and from then on. Asked while it looks, it looks once more: an establishment may have come meanwhile. */
  look(): Promise<void> {
    clearTimeout(this.timer);
    this.askedMeanwhile = this.looking !== undefined;
    return (this.looking ??= this.lookUntilAnswered().finally(() => {
      this.looking = undefined;
      if (this.isClosed) return;
      this.timer = setTimeout(() => void this.look(), everyMs);
      this.timer.unref();
    }));
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
  }

  private async lookUntilAnswered(): Promise<void> {
    do {
      this.askedMeanwhile = false;
      await this.assertAll();
    } while (this.askedMeanwhile && !this.isClosed);
  }

  private async assertAll(): Promise<void> {
    const establishments = this.establishments();
    const all = await this.assert(establishments);
    if (all === 'unknown') return;
    for (const establishment of establishments) {
      // One question for all of them when all is well; which of them is wrong is asked only when something is.
      const state = all === 'open' || establishments.length === 1 ? all : await this.assert([establishment]);
      if (state !== 'unknown') this.tell(establishment, state);
    }
  }

  private async assert(establishments: readonly Finess[]): Promise<Failure | 'open' | 'unknown'> {
    try {
      await this.heartbeat.hear(() => this.topics.assertSettings(establishments));
      this.isAway = false;
      return 'open';
    } catch (error) {
      if (Failure.is(error, 'log.settings')) {
        this.isAway = false;
        return error;
      }
      if (!this.isAway) this.log.fault('settings.unasked', error);
      this.isAway = true;
      return 'unknown';
    }
  }

  private tell(establishment: Finess, state: Failure | 'open'): void {
    const before = this.asserted.get(establishment);
    this.asserted.set(establishment, state);
    showClosed(establishment, state !== 'open');
    if (state === 'open') {
      if (before !== 'open') this.log.info('capture.opened', { establishment });
    } else this.log.fault('capture.stopped', state, { establishment });
  }
}
