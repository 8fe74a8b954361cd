import { type Finess, Position } from '#domain';
import type { Directory, Restore } from '../directory/directory.js';
import type { RestoreTarget } from '../directory/directory-event.js';
import type { EstablishmentLog } from '../ports/establishment-log.js';
import type { GenerationBuilder } from '../ports/generation-builder.js';
import type { Generation, ReplicaStore } from '../ports/replica-store.js';
import type { ReplicateLog } from '../replicate/replicate-log.js';

export interface PendingBuild {
  readonly restore: Restore;
  readonly target: RestoreTarget;
}

const byTimeline = (generations: readonly Generation[], timeline: number): Generation | undefined =>
  generations.find((generation) => generation.timeline.number === timeline);

/**
 * Makes a replica what the directory says. Level-triggered: it compares what is with what should be, so a replica that was down,
 * killed or made anew arrives at the same state as one that saw every event when it came.
 */
export class FollowRestores {
  constructor(
    private readonly store: ReplicaStore,
    private readonly builder: GenerationBuilder,
    private readonly log: EstablishmentLog,
    private readonly replicate: ReplicateLog,
    /** The establishments that this replica follows now. */
    private readonly establishments: () => readonly Finess[],
  ) {}

  /** The first build that this replica still owes, oldest restore first. */
  async nextBuild(directory: Directory): Promise<PendingBuild | undefined> {
    for (const restore of directory.restores.values()) {
      if (restore.state === 'cancelled') continue;
      for (const target of restore.targets) {
        if (!this.establishments().includes(target.establishment)) continue;
        const generation = byTimeline(await this.store.generations(target.establishment), target.timeline.number);
        if (!generation || generation.state === 'building') return { restore, target };
      }
    }
    return undefined;
  }

  /** Failed builds that an operator asked to try again. */
  async retry(restore: Restore): Promise<void> {
    for (const generation of await this.generationsOf(restore))
      if (generation.state === 'failed') await this.builder.retry(generation.generation);
  }

  /** Drops what was built for a cancelled restore. */
  async discard(restore: Restore): Promise<void> {
    for (const generation of await this.generationsOf(restore))
      if (!generation.live && generation.state !== 'following' && generation.state !== 'cancelled')
        await this.builder.discard(generation.generation);
  }

  /** Shows every establishment on its current timeline, where its generation is there. Returns those that were switched. */
  async switchTimelines(directory: Directory): Promise<readonly Finess[]> {
    const switched: Finess[] = [];
    for (const establishment of this.establishments())
      if (await this.switchOne(directory, establishment)) switched.push(establishment);
    return switched;
  }

  private async switchOne(directory: Directory, establishment: Finess): Promise<boolean> {
    const { after, timeline } = directory.currentTimeline(establishment);
    const generations = await this.store.generations(establishment);
    const live = generations.find((generation) => generation.live);
    const wanted = byTimeline(generations, timeline.number);
    if (!live || !wanted || wanted.live || (wanted.state !== 'built' && wanted.state !== 'following')) return false;
    const epoch = this.replicate.epoch(establishment);
    if (wanted.state === 'built') await this.store.resume(wanted.generation, epoch, timeline);
    // Both stand at one position when readers change over: nobody sees the log go backwards.
    const { logId } = await this.log.range(establishment);
    const level = Position.of(Math.max(after, live.progress.position));
    for (const { generation, progress } of [live, wanted])
      await this.replicate.catchUp(establishment, generation, progress.position, level, logId);
    await this.store.makeLive(establishment, wanted.generation, epoch);
    return true;
  }

  private async generationsOf(restore: Restore): Promise<readonly Generation[]> {
    const found: Generation[] = [];
    for (const { establishment, timeline } of restore.targets) {
      if (!this.establishments().includes(establishment)) continue;
      const generation = byTimeline(await this.store.generations(establishment), timeline.number);
      if (generation) found.push(generation);
    }
    return found;
  }
}
