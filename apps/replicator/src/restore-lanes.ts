import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '#domain';
import type { ProcessLog } from '#platform';
import type { BuildGeneration, Directory, DirectoryEvent, FollowRestores } from '#usecases';

const patienceMs = 2_000;

/** `replica.taken-over`: the logs were just taken up anew by this very process, with another epoch; or by another, which will do it. */
const passing = ['log.unreachable', 'replica.unreachable', 'replica.taken-over'] as const;

const mayPass = (error: unknown): boolean => passing.some((code) => Failure.is(error, code));

/**
 * Two lanes, each one thing after the other: builds, which take long, and switches, which must not wait for them. Both look at
 * what the directory says now, so a wake-up that is lost or comes twice does no harm.
 */
export class RestoreLanes {
  private readonly stop = new AbortController();
  private buildWanted = Promise.withResolvers<void>();
  private switchWanted = Promise.withResolvers<void>();
  private building: { readonly restoreId: string; readonly abort: AbortController } | undefined;
  private running: readonly Promise<void>[] = [];

  constructor(
    private readonly restores: FollowRestores,
    private readonly builder: BuildGeneration,
    private readonly directory: Directory,
    private readonly log: ProcessLog,
  ) {}

  start(): void {
    this.running = [this.lane(() => this.builds(), 'build'), this.lane(() => this.switches(), 'switch')];
    this.wake();
  }

  /** The directory has just taken in this event. */
  async heard(event: DirectoryEvent): Promise<void> {
    if (!('restoreId' in event)) return;
    const restore = this.directory.restores.get(event.restoreId);
    if (restore && event.kind === 'restore-resumed') await this.restores.retry(restore);
    if (restore && event.kind === 'restore-cancelled') {
      if (this.building?.restoreId === event.restoreId) this.building.abort.abort();
      else await this.restores.discard(restore);
    }
    this.wake();
  }

  async close(): Promise<void> {
    this.stop.abort();
    this.building?.abort.abort();
    this.wake();
    await Promise.all(this.running);
  }

  private async patience(): Promise<void> {
    await pause(patienceMs, undefined, { signal: this.stop.signal }).catch(() => undefined);
  }

  private wake(): void {
    this.buildWanted.resolve();
    this.switchWanted.resolve();
  }

  private async lane(work: () => Promise<void>, name: 'build' | 'switch'): Promise<void> {
    while (!this.stop.signal.aborted) {
      await (name === 'build' ? this.buildWanted : this.switchWanted).promise;
      if (name === 'build') this.buildWanted = Promise.withResolvers();
      else this.switchWanted = Promise.withResolvers();
      try {
        await work();
      } catch (error) {
        if (this.stop.signal.aborted) return;
        this.log.fault(`${name}.interrupted`, error);
        // A bug or a refusal would come back at once; what passes by itself is tried again.
        if (!mayPass(error)) continue;
        await this.patience();
        this.wake();
      }
    }
  }

  private async builds(): Promise<void> {
    for (;;) {
      const next = await this.restores.nextBuild(this.directory);
      if (!next || this.stop.signal.aborted) return;
      const { restoreId } = next.restore;
      const { establishment, timeline } = next.target;
      const abort = new AbortController();
      this.building = { restoreId, abort };
      this.log.info('build.started', { restoreId, establishment, timeline: timeline.number });
      try {
        await this.builder.run(restoreId, next.target, AbortSignal.any([abort.signal, this.stop.signal]));
        this.log.info('build.done', { restoreId, establishment, timeline: timeline.number });
      } catch (error) {
        if (this.stop.signal.aborted || mayPass(error)) throw error;
        this.log.fault('build.failed', error, { restoreId, establishment });
        // Where not even the failure could be written down, the build is found again: not in a tight loop.
        await this.patience();
      } finally {
        this.building = undefined;
      }
      const restore = this.directory.restores.get(restoreId);
      if (restore?.state === 'cancelled') await this.restores.discard(restore);
      this.switchWanted.resolve();
    }
  }

  private async switches(): Promise<void> {
    for (const establishment of await this.restores.switchTimelines(this.directory))
      this.log.info('timeline.switched', { establishment });
  }
}
