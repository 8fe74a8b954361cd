import { type Finess, Position, type Timeline } from '#domain';
import type { Directory } from '../directory/directory.js';
import type { Restore } from '../directory/restore.js';
import type { RestoreTarget } from '../directory/directory-event.js';
import { canonicalJson } from '../operate/canonical-json.js';
import type { EstablishmentLog } from '../ports/establishment-log.js';
import type { GenerationBuilder } from '../ports/generation-builder.js';
import type { Generation, ReplicaStore } from '../ports/replica-store.js';
import type { ReplicateLog } from '../replicate/replicate-log.js';

export interface PendingBuild {
  readonly restore: Restore;
  readonly target: RestoreTarget;
}

const unpromoted = (timeline: Timeline): Timeline =>
  'parent' in timeline ? { ...timeline, resumeAt: 'not-promoted' } : timeline;

/** By all that defines it, not by its number alone: a number that was given to what the directory refuses by now is given again. */
const byTimeline = (generations: readonly Generation[], timeline: Timeline): Generation | undefined => {
  const wanted = canonicalJson(unpromoted(timeline));
  return generations.find((generation) => canonicalJson(unpromoted(generation.timeline)) === wanted);
};

const placeOf = ({ restoreId }: Restore, { establishment }: RestoreTarget): string => `${restoreId} ${establishment}`;

/**
 * Makes a replica what the directory says. Level-triggered: it compares what is with what should be, so a replica that was down,
 * killed or made anew arrives at the same state as one that saw every event when it came.
 */
export class FollowRestores {
  /** How often each restore had been resumed when its failed build of an establishment was last begun anew. */
  private readonly retried = new Map<string, number>();
  /** Establishments of cancelled restores of which nothing is left here: a restore is cancelled once, and for ever. */
  private readonly discarded = new Set<string>();

  constructor(
    private readonly store: ReplicaStore,
    private readonly builder: GenerationBuilder,
    private readonly log: EstablishmentLog,
    private readonly replicate: ReplicateLog,
    /** The establishments that this process follows now: of the others, another process of this replica makes what is owed. */
    private readonly establishments: () => readonly Finess[],
  ) {}

  /** The first build that this replica still owes, oldest restore first. */
  async nextBuild(directory: Directory): Promise<PendingBuild | undefined> {
    for (const restore of directory.restores.values()) {
      if (restore.state === 'cancelled') continue;
      for (const target of this.targetsOf(restore)) {
        const generation = await this.generationOf(target);
        if (!generation || generation.state === 'building') return { restore, target };
      }
    }
    return undefined;
  }

  /**
   * Drops what was built for cancelled restores, but for the one that is being built just now, and begins anew what has failed of those that an operator
   * has resumed since this process last did so: true where there was such a one. A process that starts takes every resumed restore for one of them: a
   * build that had failed again is tried once more.
   */
  async settle(directory: Directory, beingBuilt: () => string | undefined = () => undefined): Promise<boolean> {
    let begunAnew = false;
    for (const restoreId of directory.restores.keys()) {
      const restore = directory.restores.get(restoreId);
      if (restore?.state === 'cancelled' && restoreId !== beingBuilt()) await this.discard(restore);
      if (restore?.state === 'requested' && (await this.retry(restore))) begunAnew = true;
    }
    return begunAnew;
  }

  private async retry(restore: Restore): Promise<boolean> {
    let begunAnew = false;
    for (const target of this.targetsOf(restore)) {
      const one = placeOf(restore, target);
      if (restore.resumed === (this.retried.get(one) ?? 0)) continue;
      const generation = await this.generationOf(target);
      if (generation?.state === 'failed') await this.builder.retry(generation.generation);
      this.retried.set(one, restore.resumed);
      begunAnew = true;
    }
    return begunAnew;
  }

  private async discard(restore: Restore): Promise<void> {
    for (const target of this.targetsOf(restore)) {
      const one = placeOf(restore, target);
      if (this.discarded.has(one)) continue;
      const generation = await this.generationOf(target);
      if (generation && !generation.live && generation.state !== 'following' && generation.state !== 'cancelled')
        await this.builder.discard(generation.generation);
      this.discarded.add(one);
    }
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
    const wanted = byTimeline(generations, timeline);
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

  private targetsOf({ targets }: Restore): readonly RestoreTarget[] {
    return targets.filter(({ establishment }) => this.establishments().includes(establishment));
  }

  private async generationOf({ establishment, timeline }: RestoreTarget): Promise<Generation | undefined> {
    return byTimeline(await this.store.generations(establishment), timeline);
  }
}
