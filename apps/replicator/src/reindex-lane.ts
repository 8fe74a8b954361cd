import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '#domain';
import type { ProcessLog } from '#platform';
import type { Reindexing, ReindexOlder } from '#usecases';

/** Between two pieces of 200 versions: at most 2 000 a second, and live replication has the database for most of the time. */
const restMs = 100;
/** Where nothing is behind, or a bug would come back at once. What is built under an older rule is found so, too. */
const lookAgainMs = 60_000;
const patienceMs = 2_000;
const toldEveryVersions = 20_000;

/** The third lane of the replicator: what records are found by, of rows that an older search rule computed. */
export class ReindexLane {
  private readonly stop = new AbortController();
  private awake = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private told = 0;

  constructor(
    private readonly older: Pick<ReindexOlder, 'some'>,
    private readonly log: Pick<ProcessLog, 'info' | 'fault'>,
    private readonly rest: (ms: number, signal: AbortSignal) => Promise<void> = (ms, signal) =>
      pause(ms, undefined, { signal }),
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Another establishment is this process's to write now. */
  wake(): void {
    this.awake.abort();
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) {
      this.awake = new AbortController();
      const restMs = await this.some();
      await this.rest(restMs, AbortSignal.any([signal, this.awake.signal])).catch(() => undefined);
    }
  }

  /** One piece; how long to rest then, ms. */
  private async some(): Promise<number> {
    try {
      const piece = await this.older.some();
      if (!piece) return lookAgainMs;
      this.tell(piece);
      return restMs;
    } catch (error) {
      this.log.fault('search.interrupted', error);
      return Failure.is(error) ? patienceMs : lookAgainMs;
    }
  }

  private tell({ establishment, generation, from, to, versions, changed, done }: Reindexing): void {
    if (!done && versions - this.told < toldEveryVersions) return;
    this.told = done ? 0 : versions;
    const fields = { establishment, generation, from, to, count: versions, records: changed };
    this.log.info(done ? 'search.reindexed' : 'search.advanced', fields);
  }
}
