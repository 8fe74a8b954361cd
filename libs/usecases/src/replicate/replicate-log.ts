import { Failure, type Finess, Position } from '#domain';
import type { EstablishmentLog, LogEntry } from '../ports/establishment-log.js';
import type { OwnedEstablishment } from '../ports/replica-scrub.js';
import type { ReplicaStore } from '../ports/replica-store.js';
import { FollowedGeneration } from './followed-generation.js';

/** A batch of one establishment's log, as the consumer hands it over. */
export interface LogBatch {
  readonly establishment: Finess;
  readonly logId: string;
  readonly entries: readonly LogEntry[];
}

/** An establishment that this process owns. */
interface Owned {
  readonly epoch: number;
  readonly generations: Map<number, FollowedGeneration>;
}

/** All of them, and then the first failure: nothing goes on behind the caller's back. */
const all = async (works: readonly Promise<void>[]): Promise<void> => {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
};

/** Applies a log to all generations of its establishment that follow it. */
export class ReplicateLog {
  private readonly ownedBy = new Map<Finess, Owned>();

  constructor(
    private readonly store: ReplicaStore,
    private readonly log: EstablishmentLog,
  ) {}

  /** Makes the establishment's tables where there are none. Whose they are to write is not said by that. */
  prepare(establishment: Finess): Promise<void> {
    return this.store.ensureEstablishment(establishment);
  }

  /** Makes the establishment's tables where there are none, takes ownership, and says where to go on. */
  async start(establishment: Finess): Promise<Position> {
    await this.store.ensureEstablishment(establishment);
    this.ownedBy.set(establishment, { epoch: await this.store.takeOver(establishment), generations: new Map() });
    const following = (await this.store.generations(establishment)).filter(({ state }) => state === 'following');
    for (const { generation } of following) this.followed(establishment, generation);
    const newest = following.reduce((most, { progress }) => Math.max(most, progress.position), Position.none as number);
    return Position.of(newest);
  }

  /** Another process has the establishment now: nothing more is done for it here before it is started again. */
  release(establishment: Finess): void {
    this.ownedBy.delete(establishment);
  }

  owns(establishment: Finess): boolean {
    return this.ownedBy.has(establishment);
  }

  /** Those that were started and not released. */
  get owned(): readonly OwnedEstablishment[] {
    return Array.from(this.ownedBy, ([establishment, { epoch }]) => ({ establishment, epoch }));
  }

  epoch(establishment: Finess): number {
    return this.owner(establishment).epoch;
  }

  /**
   * One transaction a generation. Entries that a generation has already are dropped: applying again has no effect. It may be called
   * before the batch before has resolved: that one is then still being written while this one is folded.
   */
  async apply(batch: LogBatch): Promise<void> {
    const { establishment, logId, entries } = batch;
    if (entries.length === 0) return;
    const known = new Set(this.owner(establishment).generations.values());
    await all([...[...known].map((one) => one.apply(logId, entries)), this.applyToOthers(known, batch)]);
  }

  /** Brings one generation up to a position by reading the log itself. */
  async catchUp(establishment: Finess, generation: number, from: Position, to: Position, logId: string): Promise<void> {
    if (from < to) await this.followed(establishment, generation).reach(logId, to);
  }

  /** A generation that was promoted meanwhile follows from now on. */
  private async applyToOthers(
    known: ReadonlySet<FollowedGeneration>,
    { establishment, logId, entries }: LogBatch,
  ): Promise<void> {
    const following = (await this.store.generations(establishment)).filter(({ state }) => state === 'following');
    const others = following
      .map(({ generation }) => this.followed(establishment, generation))
      .filter((one) => !known.has(one));
    await all(others.map((one) => one.apply(logId, entries)));
  }

  private followed(establishment: Finess, generation: number): FollowedGeneration {
    const { epoch, generations } = this.owner(establishment);
    const known = generations.get(generation);
    if (known) return known;
    const one = new FollowedGeneration({ establishment, generation }, epoch, this.store, this.log);
    generations.set(generation, one);
    return one;
  }

  private owner(establishment: Finess): Owned {
    const owned = this.ownedBy.get(establishment);
    if (!owned)
      throw new Failure('replica.taken-over', `${establishment} is not, or no longer, followed by this process`);
    return owned;
  }
}
