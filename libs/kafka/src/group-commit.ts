import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure, Position } from '#domain';
import type { EventAttributes } from '#usecases';
import { tooLarge } from './too-large.js';
import { entryBytesMax } from './topics.js';

export interface NewEntry {
  readonly value: Buffer;
  readonly attributes: EventAttributes;
}

/** Bytes that wait in all logs of one process: what bounds its memory while a log is slow. */
export class WaitingBytes {
  private waiting = 0;
  constructor(private readonly max: number) {}

  /** Throws `input.too-large` for what is never taken, `log.unreachable` for what does not fit now. */
  take(bytes: number): void {
    const most = Math.min(this.max, entryBytesMax);
    if (bytes > most) throw tooLarge(bytes, most);
    if (this.waiting + bytes > this.max)
      throw new Failure(
        'log.unreachable',
        `${this.waiting} bytes already wait to be appended`,
        'the log is slower than what comes in: send again later',
      );
    this.waiting += bytes;
  }
  give(bytes: number): void {
    this.waiting -= bytes;
  }
}

interface Waiting extends NewEntry {
  readonly bytes: number;
  resolve(position: Position): void;
  reject(error: unknown): void;
}

/** One request: well above what a single entry of ordinary size needs, well below `max.message.bytes`. */
const batchMax = {
  /** @limit Log | entries in one batch | the next batch takes the rest */
  entries: 1000,
  /** @limit Log | bytes of one batch before compression | the next batch takes the rest; one larger entry goes alone */
  bytes: 4 * 1024 * 1024,
};

const bytesOf = ({ value, attributes }: NewEntry): number =>
  Object.values(attributes).reduce((sum, text) => sum + text.length, value.byteLength);

/**
 * One request in flight, no linger: what gathers while it is in flight goes with the next. When a request fails as unreachable,
 * what waits behind it fails too, so that nobody waits longer than one time-out for a log that is away.
 */
export class GroupCommit {
  private waiting: Waiting[] = [];
  private sending: Promise<void> | undefined;
  /** The first request carries one entry: a log is known by its first, which is then read without a batch around it. */
  private entriesMax = 1;

  /** `send` appends in order and gives the first position. */
  constructor(
    private readonly send: (entries: readonly NewEntry[]) => Promise<Position>,
    private readonly waitingBytes: WaitingBytes,
  ) {}

  append(entry: NewEntry): Promise<Position> {
    const bytes = bytesOf(entry);
    return new Promise<Position>((resolve, reject) => {
      this.waitingBytes.take(bytes);
      const done =
        <T>(settle: (value: T) => void) =>
        (value: T): void => {
          this.waitingBytes.give(bytes);
          settle(value);
        };
      this.waiting.push({ ...entry, bytes, resolve: done(resolve), reject: done(reject) });
      this.sending ??= this.drain();
    });
  }

  /** Settles when nothing waits. */
  async idle(): Promise<void> {
    await this.sending;
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      // What is appended in one turn of the event loop goes together: fewer requests, and what has just been answered is told first.
      await nextTurn();
      const batch = this.next();
      try {
        const first = await this.send(batch);
        this.entriesMax = batchMax.entries;
        for (const [index, entry] of batch.entries()) entry.resolve(Position.of(first + index));
      } catch (error) {
        const failed = Failure.is(error, 'log.unreachable') ? [...batch, ...this.waiting.splice(0)] : batch;
        for (const entry of failed) entry.reject(error);
      }
    }
    this.sending = undefined;
  }

  private next(): readonly Waiting[] {
    let sum = 0;
    const end = this.waiting.findIndex(({ bytes }, index) => {
      sum += bytes;
      return index === this.entriesMax || (index > 0 && sum > batchMax.bytes);
    });
    return this.waiting.splice(0, end === -1 ? this.waiting.length : end);
  }
}
