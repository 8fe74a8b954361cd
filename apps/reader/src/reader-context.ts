import { Failure, type Instant } from '#domain';
import type { ProcessLog } from '#platform';

/** What every controller of this reader knows. */
export class ReaderContext {
  constructor(
    readonly replica: string,
    readonly territory: string,
    /** Readers of the territory by replica, at the addresses that clients use; no slash at the end. */
    readonly readers: ReadonlyMap<string, string>,
    readonly log: ProcessLog,
    readonly now: () => Instant,
  ) {
    if (!readers.has(replica))
      throw new Failure(
        'input.invalid',
        `REPRISE_READERS does not name this replica, "${replica}"`,
        'add it with the address that clients use',
      );
  }

  /** This reader's own address. */
  get url(): string {
    return this.readers.get(this.replica) ?? '';
  }
}
