import type { Finess } from '#domain';
import type { ProcessLog } from '#platform';
import type { BuildGeneration, Directory, FollowRestores } from '#usecases';
import { Lane, mayPass } from './lane.js';

/**
 * Three lanes, each one thing after the other: builds, which take long; what was cancelled or resumed; switches. The last two must not wait for the
 * first. All look at what the directory says now, so that what was decided while this process was down, or its Postgres away, is made good.
 */
export class RestoreLanes {
  private readonly stop = new AbortController();
  private readonly lanes: Readonly<Record<'build' | 'settle' | 'switch', Lane>>;
  private building:
    | { readonly restoreId: string; readonly establishment: Finess; readonly abort: AbortController }
    | undefined;

  constructor(
    private readonly restores: FollowRestores,
    private readonly builder: BuildGeneration,
    private readonly directory: Directory,
    /** Is this establishment this process's to write? */
    private readonly owns: (establishment: Finess) => boolean,
    private readonly log: ProcessLog,
  ) {
    const { signal } = this.stop;
    this.lanes = {
      build: new Lane('build', () => this.builds(), log, signal),
      settle: new Lane('settle', () => this.settle(), log, signal),
      switch: new Lane('switch', () => this.switches(), log, signal),
    };
  }

  start(): void {
    for (const lane of Object.values(this.lanes)) lane.start();
  }

  /** The directory may say something new, or another establishment be this process's, or no longer. */
  wake(): void {
    const { building } = this;
    if (building && !this.isWanted(building.restoreId, building.establishment)) building.abort.abort();
    for (const lane of Object.values(this.lanes)) lane.wake();
  }

  async close(): Promise<void> {
    this.stop.abort();
    this.building?.abort.abort();
    await Promise.all(Object.values(this.lanes).map((lane) => lane.ended()));
  }

  private isWanted(restoreId: string, establishment: Finess): boolean {
    return this.owns(establishment) && this.directory.restores.get(restoreId)?.state !== 'cancelled';
  }

  private async settle(): Promise<void> {
    if (await this.restores.settle(this.directory, () => this.building?.restoreId)) this.lanes.build.wake();
  }

  private async builds(): Promise<void> {
    for (;;) {
      const next = await this.restores.nextBuild(this.directory);
      if (!next || this.stop.signal.aborted) return;
      const { restoreId } = next.restore;
      const { establishment, timeline } = next.target;
      if (!this.isWanted(restoreId, establishment)) continue;
      const abort = new AbortController();
      this.building = { restoreId, establishment, abort };
      this.log.info('build.started', { restoreId, establishment, timeline: timeline.number });
      try {
        await this.builder.run(restoreId, next.target, AbortSignal.any([abort.signal, this.stop.signal]));
        this.log.info('build.done', { restoreId, establishment, timeline: timeline.number });
      } catch (error) {
        if (this.stop.signal.aborted || mayPass(error)) throw error;
        if (this.isWanted(restoreId, establishment)) {
          this.log.fault('build.failed', error, { restoreId, establishment });
          // Where not even the failure could be written down, the build is found again: not in a tight loop.
          await this.lanes.build.pause();
        }
      } finally {
        this.building = undefined;
        this.lanes.settle.wake();
        this.lanes.switch.wake();
      }
    }
  }

  private async switches(): Promise<void> {
    for (const establishment of await this.restores.switchTimelines(this.directory))
      this.log.info('timeline.switched', { establishment });
  }
}
