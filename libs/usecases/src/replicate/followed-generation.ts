import { Failure, type Finess, FOLD_VERSION, Position, type RecordKey, type Touched, touchedBy } from '#domain';
import type { EstablishmentLog, LogEntry } from '../ports/establishment-log.js';
import type { OpenGeneration, Progress, ReplicaStore } from '../ports/replica-store.js';
import { eventsToLookUp, fewPatched, foldBatch, inLookups, patchedBy, readEntries } from './fold-batch.js';
import { FoldWindow } from './fold-window.js';

interface Which {
  readonly establishment: Finess;
  readonly generation: number;
}

const halt = (
  { establishment, generation }: Which,
  message: string,
  code: 'log.gap' | 'log.replaced' | 'replica.other-fold',
  hint: string,
): Failure => new Failure(code, `${establishment}, generation ${generation}: ${message}`, hint);

/** What is known of an open generation, up to the batches that are being written. */
interface Standing {
  readonly open: OpenGeneration;
  readonly window: FoldWindow;
  /** Of the last batch folded. */
  progress: Progress;
}

/** From an opening to the first failure: everything asked for in between fails with it. */
class Run {
  standing: Standing | undefined;
  failure: { readonly cause: unknown } | undefined;
  /** The last two writes, the older one first. */
  writes: readonly [Promise<void>, Promise<void>] = [Promise.resolve(), Promise.resolve()];

  constructor(public before: Run | undefined) {}
}

/**
 * One generation on its way along the log. A batch is folded while the one before it is being written; nothing is folded further
 * ahead. What a batch leaves in memory is taken for written: where it is not, the compare-and-set of the next one fails, memory is
 * dropped and the tables are asked where they stand.
 */
export class FollowedGeneration {
  private run = new Run(undefined);
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly which: Which,
    private readonly epoch: number,
    private readonly store: ReplicaStore,
    private readonly log: EstablishmentLog,
  ) {}

  /**
   * Resolves when the entries are committed. It may be called before that of the batch before has resolved; of what is missing
   * before the entries the log itself is asked, and entries that are there already are dropped.
   */
  apply(logId: string, entries: readonly LogEntry[]): Promise<void> {
    return this.inTurn(async (run) => {
      const [first] = entries;
      if (!first) return;
      await this.reachPosition(run, logId, Position.of(first.position - 1));
      await this.foldAndWrite(run, logId, entries);
    });
  }

  /** Resolves when all up to this position is committed. */
  reach(logId: string, to: Position): Promise<void> {
    return this.inTurn((run) => this.reachPosition(run, logId, to));
  }

  private async inTurn(work: (run: Run) => Promise<void>): Promise<void> {
    const { run, turn } = this;
    const folded = turn.then(async () => {
      if (run.failure) throw run.failure.cause;
      await work(run);
      return { written: Promise.all(run.writes) };
    });
    this.turn = folded.catch(() => undefined);
    try {
      await (await folded).written;
    } catch (error) {
      run.failure ??= { cause: error };
      if (this.run === run) this.run = new Run(run);
      throw error;
    }
  }

  private async reachPosition(run: Run, logId: string, to: Position): Promise<void> {
    const { progress } = await this.standing(run);
    if (progress.position >= to) return;
    for await (const entries of this.log.read(this.which.establishment, Position.of(progress.position + 1), to))
      await this.foldAndWrite(run, logId, entries);
  }

  private async standing(run: Run): Promise<Standing> {
    if (run.standing) return run.standing;
    // What a failed run had asked for could still be written behind our back.
    if (run.before) await Promise.allSettled(run.before.writes);
    run.before = undefined;
    const open = await this.store.open(this.which.generation, this.epoch);
    const { progress, foldVersion } = open.generation;
    if (foldVersion !== FOLD_VERSION)
      throw halt(
        this.which,
        `its tables were folded by version ${foldVersion}, this is version ${FOLD_VERSION}`,
        'replica.other-fold',
        'build a generation under the new fold with `reprise restore plan` and promote it',
      );
    return (run.standing = { open, progress, window: new FoldWindow(progress.clock, open.parked) });
  }

  private async foldAndWrite(run: Run, logId: string, entries: readonly LogEntry[]): Promise<void> {
    const standing = await this.standing(run);
    const news = this.newsOf(standing.progress, logId, entries);
    if (news.length === 0) return;
    const { open, window } = standing;
    const { timeline } = open.generation;
    const events = readEntries(news);
    const patched = patchedBy(events);
    const bytes = patched.size > fewPatched ? await open.contentBytes(patched) : new Map<RecordKey, number>();
    const contents = {
      neededBy: (touched: Touched) => touched.contents,
      bytesOf: (record: RecordKey) => bytes.get(record) ?? 0,
    };
    for (const piece of inLookups({ entries: news, events }, contents)) {
      await run.writes[0];
      const touched = touchedBy(eventsToLookUp(piece.events, window.parked));
      await window.know(touched, (asked, clock) => open.load(asked, clock));
      for (const { effects, progress } of foldBatch(window, piece, timeline, { ...standing.progress, logId })) {
        await run.writes[0];
        const write = open.write(effects, progress);
        write.catch(() => undefined);
        run.writes = [run.writes[1], write];
        standing.progress = progress;
      }
    }
  }

  /** What must hold before anything is folded; a follower that cannot be sure stops and says which. */
  private newsOf(progress: Progress, logId: string, entries: readonly LogEntry[]): readonly LogEntry[] {
    if (progress.logId !== '' && progress.logId !== logId)
      throw halt(
        this.which,
        `it followed the log "${progress.logId}", and the log is now "${logId}"`,
        'log.replaced',
        'the topic was recreated: restore it from the archive, or drop the replica and let it follow anew',
      );
    const news = entries.filter(({ position }) => position > progress.position);
    const missing = news.findIndex(({ position }, index) => position !== progress.position + 1 + index);
    if (missing >= 0)
      throw halt(
        this.which,
        `it stands at ${progress.position + missing} and the log goes on at ${news[missing]?.position}`,
        'log.gap',
        'restore the missing range of the log from the archive',
      );
    return news;
  }
}
