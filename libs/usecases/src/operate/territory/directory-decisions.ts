import { Failure, Instant, Position } from '#domain';
import { Directory, type RefusedEntry } from '../../directory/directory.js';
import type { DirectoryEvent } from '../../directory/directory-event.js';
import { readDirectoryEvent } from '../../directory/read-directory-event.js';
import type { DirectoryEntry, DirectoryLog } from '../../ports/directory-log.js';
import { noTrustedKeys, type TrustedKeys } from '../../ports/trusted-keys.js';

const foldedWithinMs = 10_000;

/** What followers could not read would stand in the log for ever: to decide it is a bug. */
const assertWhole = (event: DirectoryEvent): DirectoryEvent => {
  const read = readDirectoryEvent(JSON.parse(JSON.stringify(event)));
  if (read.kind === 'unreadable') throw new Error(`a decision that is not whole: ${read.as}: ${read.reason}`);
  return event;
};

export interface DecisionsOptions {
  /** Whose certificates and approvals count; nobody's unless given. */
  readonly keys?: TrustedKeys;
  /** Told each entry that the directory refused, once. */
  readonly onRefused?: (entry: RefusedEntry) => void;
  /** Told what ended the following: nothing can be decided any more. */
  readonly onStopped?: (reason: unknown) => void;
}

/**
 * The directory as it is decided here: followed from its log, and added to by one decision after the other, each made on what
 * all earlier ones have led to. There is one control; it may be restarted at any moment.
 */
export class DirectoryDecisions {
  readonly directory: Directory;
  private position = Position.none;
  private last: Promise<unknown> = Promise.resolve();
  private readonly waiting = new Set<() => void>();
  private readonly changed = new Map<string, Instant>();
  private followed: { close(): Promise<void> } | undefined;
  private stopped: unknown;

  constructor(
    private readonly log: DirectoryLog,
    private readonly options: DecisionsOptions = {},
  ) {
    this.directory = new Directory(options.keys ?? noTrustedKeys);
  }

  /** Reads everything, then goes on as it comes. Throws `log.*`. */
  async start(): Promise<void> {
    for await (const entries of this.log.read()) for (const entry of entries) this.apply(entry);
    const followed = await this.log.follow(async (entry) => this.apply(entry));
    followed.stopped.catch((error: unknown) => {
      this.stopped = error;
      this.options.onStopped?.(error);
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

  /** What `make` throws is thrown, and nothing is decided. Returns when this directory shows the decision; throws where it was refused. */
  decide(make: (directory: Directory) => Promise<readonly DirectoryEvent[]>): Promise<void> {
    const decided = this.last.then(async () => {
      await this.check();
      const positions: Position[] = [];
      for (const event of (await make(this.directory)).map(assertWhole)) positions.push(await this.log.append(event));
      await this.folded(positions.at(-1) ?? Position.none);
      this.assertAccepted(positions);
    });
    this.last = decided.catch(() => undefined);
    return decided;
  }

  private apply(entry: DirectoryEntry): void {
    if (entry.position <= this.position) return;
    const refusal = this.directory.apply(entry);
    this.position = entry.position;
    if (refusal) this.options.onRefused?.(refusal);
    else if ('restoreId' in entry.event) this.changed.set(entry.event.restoreId, entry.appendedAt);
    for (const wake of this.waiting) wake();
  }

  /** What was decided was allowed a moment ago: somebody else has written to the log in between. */
  private assertAccepted(positions: readonly Position[]): void {
    const refusal = this.directory.refusals.find(({ position }) => positions.includes(position));
    if (refusal)
      throw new Failure(
        'refused-by-policy',
        `the directory refused it: ${refusal.reason}`,
        'something else was decided in between: look again, and find out who else writes to the log',
      );
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
