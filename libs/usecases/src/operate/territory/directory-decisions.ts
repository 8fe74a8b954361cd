import { Failure, Instant, Position } from '#domain';
import { Directory } from '../../directory/directory.js';
import type { DirectoryEvent } from '../../directory/directory-event.js';
import type { DirectoryEntry, DirectoryLog } from '../../ports/directory-log.js';

const foldedWithinMs = 10_000;

/**
 * The directory as it is decided here: followed from its log, and added to by one decision after the other, each made on what
 * all earlier ones have led to. There is one control; it may be restarted at any moment.
 */
export class DirectoryDecisions {
  readonly directory = new Directory();
  private position = Position.none;
  private last: Promise<unknown> = Promise.resolve();
  private readonly waiting = new Set<() => void>();
  private readonly changed = new Map<string, Instant>();
  private followed: { close(): Promise<void> } | undefined;
  private stopped: unknown;

  constructor(private readonly log: DirectoryLog) {}

  /** Reads everything, then goes on as it comes. Throws `log.*`. */
  async start(): Promise<void> {
    for await (const entries of this.log.read()) for (const entry of entries) this.apply(entry);
    const followed = await this.log.follow(async (entry) => this.apply(entry));
    followed.stopped.catch((error: unknown) => {
      this.stopped = error;
    });
    this.followed = followed;
  }

  /** Throws what ended the following: decisions on an old directory would be wrong ones. */
  async check(): Promise<void> {
    if (this.stopped !== undefined) throw this.stopped;
  }

  async close(): Promise<void> {
    await this.followed?.close();
  }

  /** When the log last said something of a restore. */
  changedAt(restoreId: string): Instant {
    return this.changed.get(restoreId) ?? Instant.of(0);
  }

  /** What `make` throws is thrown, and nothing is decided. Returns when this directory shows the decision. */
  decide(make: (directory: Directory) => Promise<readonly DirectoryEvent[]>): Promise<void> {
    const decided = this.last.then(async () => {
      await this.check();
      let position = Position.none;
      for (const event of await make(this.directory)) position = await this.log.append(event);
      await this.folded(position);
    });
    this.last = decided.catch(() => undefined);
    return decided;
  }

  private apply(entry: DirectoryEntry): void {
    if (entry.position <= this.position) return;
    this.directory.apply(entry);
    this.position = entry.position;
    if ('restoreId' in entry.event) this.changed.set(entry.event.restoreId, entry.appendedAt);
    for (const wake of this.waiting) wake();
  }

  private folded(position: Position): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(late);
        this.waiting.delete(look);
      };
      const look = (): void => {
        if (this.position < position) return;
        done();
        resolve();
      };
      const late = setTimeout(() => {
        done();
        reject(
          new Failure(
            'log.unreachable',
            'decided, but the directory log does not give it back yet',
            'look again shortly',
          ),
        );
      }, foldedWithinMs);
      this.waiting.add(look);
      look();
    });
  }
}
