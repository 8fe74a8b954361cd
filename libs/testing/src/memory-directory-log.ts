import { type Instant, Position } from '#domain';
import { type DirectoryEntry, type DirectoryEvent, DirectoryLog } from '#usecases';

export class MemoryDirectoryLog extends DirectoryLog {
  private readonly entries: DirectoryEntry[] = [];
  private wake = Promise.withResolvers<void>();

  constructor(private readonly now: () => Instant) {
    super();
  }

  async append(event: DirectoryEvent): Promise<Position> {
    const position = Position.of(this.entries.length);
    this.entries.push({ position, appendedAt: this.now(), event });
    this.wakeAll();
    return position;
  }

  async *read(): AsyncGenerator<readonly DirectoryEntry[]> {
    if (this.entries.length > 0) yield [...this.entries];
  }

  async follow(
    onEntry: (entry: DirectoryEntry) => Promise<void>,
  ): Promise<{ readonly stopped: Promise<void>; close(): Promise<void> }> {
    let closing = false;
    const run = async (): Promise<void> => {
      for (let next = 0; !closing; ) {
        const entry = this.entries[next];
        if (entry) {
          await onEntry(entry);
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

  private wakeAll(): void {
    this.wake.resolve();
    this.wake = Promise.withResolvers<void>();
  }
}
