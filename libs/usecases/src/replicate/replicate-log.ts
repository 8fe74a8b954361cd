import { Failure, type Finess, FOLD_VERSION, Position, touchedBy } from '#domain';
import type { EstablishmentLog, LogEntry } from '../ports/establishment-log.js';
import type { BatchTransaction, Generation, Progress, ReplicaStore } from '../ports/replica-store.js';
import { eventsToLookUp, foldBatch, readEntries } from './fold-batch.js';

/** A batch of one establishment's log, as the consumer hands it over. */
export interface LogBatch {
  readonly establishment: Finess;
  readonly logId: string;
  readonly entries: readonly LogEntry[];
}

const halt = (
  generation: Generation,
  message: string,
  code: 'log.gap' | 'log.replaced' | 'replica.other-fold',
  hint: string,
): Failure => new Failure(code, `${generation.establishment}, generation ${generation.generation}: ${message}`, hint);

/** What must hold before anything is written; a follower that cannot be sure stops and says which. */
const assertFollows = (generation: Generation, logId: string): void => {
  const { progress, foldVersion } = generation;
  if (foldVersion !== FOLD_VERSION)
    throw halt(
      generation,
      `its tables were folded by version ${foldVersion}, this is version ${FOLD_VERSION}`,
      'replica.other-fold',
      'build a generation under the new fold with `reprise restore plan` and promote it',
    );
  if (progress.logId !== '' && progress.logId !== logId)
    throw halt(
      generation,
      `it followed the log "${progress.logId}", and the log is now "${logId}"`,
      'log.replaced',
      'the topic was recreated: restore it from the archive, or drop the replica and let it follow anew',
    );
};

/** Applies a log to all generations of its establishment that follow it. */
export class ReplicateLog {
  /** A generation that is behind reads this many entries at a time. */
  private readonly epochs = new Map<Finess, number>();

  constructor(
    private readonly store: ReplicaStore,
    private readonly log: EstablishmentLog,
  ) {}

  /** Makes the establishment's tables where there are none, takes ownership, and says where to go on. */
  async start(establishment: Finess): Promise<Position> {
    await this.store.ensureEstablishment(establishment);
    this.epochs.set(establishment, await this.store.takeOver(establishment));
    const following = (await this.store.generations(establishment)).filter(({ state }) => state === 'following');
    const newest = following.reduce((most, { progress }) => Math.max(most, progress.position), Position.none as number);
    return Position.of(newest);
  }

  epoch(establishment: Finess): number {
    const epoch = this.epochs.get(establishment);
    if (epoch === undefined) throw new Error(`not started: ${establishment}`);
    return epoch;
  }

  /** One transaction a generation. Entries that a generation has already are dropped: applying again has no effect. */
  async apply({ establishment, logId, entries }: LogBatch): Promise<void> {
    const [first] = entries;
    if (!first) return;
    for (const { generation, state, progress } of await this.store.generations(establishment)) {
      if (state !== 'following') continue;
      if (progress.position < first.position - 1)
        await this.catchUp(establishment, generation, progress.position, Position.of(first.position - 1), logId);
      await this.applyTo(generation, establishment, logId, entries);
    }
  }

  /** Brings one generation up to a position by reading the log itself. */
  async catchUp(establishment: Finess, generation: number, from: Position, to: Position, logId: string): Promise<void> {
    if (from >= to) return;
    for await (const entries of this.log.read(establishment, Position.of(from + 1), to))
      await this.applyTo(generation, establishment, logId, entries);
  }

  private async applyTo(
    generation: number,
    establishment: Finess,
    logId: string,
    entries: readonly LogEntry[],
  ): Promise<void> {
    const transaction = await this.store.begin(generation, this.epoch(establishment));
    try {
      await this.fold(transaction, logId, entries);
    } catch (error) {
      await transaction.rollback();
      throw error;
    }
  }

  private async fold(transaction: BatchTransaction, logId: string, entries: readonly LogEntry[]): Promise<void> {
    const { generation } = transaction;
    assertFollows(generation, logId);
    const news = entries.filter(({ position }) => position > generation.progress.position);
    const [next] = news;
    if (!next) return transaction.rollback();
    if (next.position !== generation.progress.position + 1)
      throw halt(
        generation,
        `it stands at ${generation.progress.position} and the log goes on at ${next.position}`,
        'log.gap',
        'restore the missing range of the log from the archive',
      );
    const events = readEntries(news);
    const before: Progress = { ...generation.progress, logId };
    let state = await transaction.load(touchedBy(events.map(({ event }) => event)));
    const lookUp = eventsToLookUp(events, state.parked);
    if (lookUp.length > events.length) state = await transaction.load(touchedBy(lookUp));
    const { effects, progress } = foldBatch(state, { entries: news, events }, generation.timeline, before);
    await transaction.commit(effects, progress);
  }
}
