import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '#domain';
import type { ProcessLog } from '#platform';
import { scrubPage } from '#postgres';
import {
  type OwnedEstablishment,
  type ReplicaScrub,
  scrubBytesPerSecond,
  type Scrubbed,
  scrubRowsPerSecond,
} from '#usecases';

/** Between two pieces: so that no more rows than that are read in a second, and no more bytes either. */
export const scrubPieceRestMs = Math.max(
  (1000 * scrubPage.rows) / scrubRowsPerSecond,
  (1000 * scrubPage.bytes) / scrubBytesPerSecond,
);
/** Where all was read lately, or a bug would come back at once. */
const lookAgainMs = 10_000;
const patienceMs = 2_000;

/** The fourth lane of the replicator: reads everything that is served, again and again, and tells of the first row that is not what it must be. */
export class ScrubLane {
  private readonly stop = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly scrub: Pick<ReplicaScrub, 'scrubSome'>,
    private readonly owned: () => readonly OwnedEstablishment[],
    private readonly log: Pick<ProcessLog, 'fault'>,
    private readonly rest: (ms: number, signal: AbortSignal) => Promise<void> = (ms, signal) =>
      pause(ms, undefined, { signal }),
  ) {}

  start(): void {
    this.running = this.run();
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stop;
    while (!signal.aborted) await this.rest(await this.some(), signal).catch(() => undefined);
  }

  /** One piece; how long to rest then, ms. */
  private async some(): Promise<number> {
    try {
      const piece = await this.scrub.scrubSome(this.owned());
      if (!piece) return lookAgainMs;
      this.tell(piece);
      return scrubPieceRestMs;
    } catch (error) {
      this.log.fault('scrub.interrupted', error);
      return Failure.is(error) ? patienceMs : lookAgainMs;
    }
  }

  /** Which record it is stands in `status`, where operators see it, and not in a log. */
  private tell({ establishment, generation, rows, found }: Scrubbed): void {
    if (!found) return;
    const [what = ''] = found.what.split(' at ', 1);
    const differs = new Failure(
      'verification.differs',
      `generation ${generation}: ${what}`,
      '`reprise verify replica`',
    );
    this.log.fault('scrub.differs', differs, { establishment, generation, count: rows });
  }
}
