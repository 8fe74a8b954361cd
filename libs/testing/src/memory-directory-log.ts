import { type Instant, Position } from '#domain';
import { type DirectoryEntry, type DirectoryEvent, DirectoryLog, readDirectoryEvent } from '#usecases';

export class MemoryDirectoryLog extends DirectoryLog {
  private readonly values: { readonly appendedAt: Instant; readonly text: string }[] = [];
  private wake = Promise.withResolvers<void>();

  constructor(private readonly now: () => Instant) {
    super();
  }

  async append(event: DirectoryEvent): Promise<Position> {
    const position = Position.of(this.values.length);
    this.values.push({ appendedAt: this.now(), text: JSON.stringify(event) });
    this.wakeAll();
    return position;
  }

  async *read(): AsyncGenerator<readonly DirectoryEntry[]> {
    if (this.values.length > 0) yield this.values.map((_value, n) => this.entry(n));
  }

  async follow(
    onEntry: (entry: DirectoryEntry) => Promise<void>,
  ): Promise<{ readonly stopped: Promise<void>; close(): Promise<void> }> {
    let closing = false;
    const run = async (): Promise<void> => {
      for (let next = 0; !closing; ) {
        if (next < this.values.length) {
          await onEntry(this.entry(next));
          next += 1;
        } else await this.wake.promise;
      }
    };
    const stopped = run();
    stopped.catch(() => {});
    const close = (): Promise<void> => {
      closing = true;
      this.wakeAll();
      return stopped;
    };
    return { stopped, close };
  }

  /** Read as it would be from a log: nothing of what was appended is trusted. */
  private entry(n: number): DirectoryEntry {
    const value = this.values[n];
    if (!value) throw new Error('no such entry');
    return {
      position: Position.of(n),
      appendedAt: value.appendedAt,
      event: readDirectoryEvent(JSON.parse(value.text)),
    };
  }

  private wakeAll(): void {
    this.wake.resolve();
    this.wake = Promise.withResolvers<void>();
  }
}
