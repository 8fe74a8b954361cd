import { AsyncResource } from 'node:async_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

const mebibyte = 1024 * 1024;
/**
 * Of one sender, in the hands of the log at one time: what any other's message may have to wait for there.
 * @limit Gateway | bytes of one sender in the hands of the log | its next message waits; others go on
 */
const shareBytesMax = 8 * mebibyte;
/**
 * Of one sender, begun in a turn of the event loop: some 2 ms of reading and mapping, which whoever comes between waits for.
 * @limit Gateway | messages of one sender that are begun in one turn | the others follow in the next turns
 */
const begunInTurnMax = 8;
/** From here on a message is long to read. */
const largeBytes = mebibyte / 4;

interface Share {
  bytes: number;
  /** In this turn. */
  begun: number;
  readonly waiting: { readonly bytes: number; readonly start: () => void }[];
}

/**
 * Keeps a sender that sends much from slowing the others: of each sender only so much is being captured at one time (one message
 * always), in its order, only so many are begun in a turn of the event loop, and of all large messages one.
 */
export class SenderShares {
  private readonly shares = new Map<string, Share>();
  private readonly large: (() => void)[] = [];
  private isBeginning = false;
  private isInTurn = false;

  /** Begins the work at once where nothing stands against it. */
  of<T>(sender: string, bytes: number, work: () => Promise<T>): Promise<T> {
    const share = this.shares.get(sender) ?? { bytes: 0, begun: 0, waiting: [] };
    this.shares.set(sender, share);
    if (share.waiting.length === 0 && fits(share, bytes)) return this.run(sender, share, { bytes, work });
    return new Promise<T>((resolve) => {
      // In its own trace, whoever makes room for it.
      const start = AsyncResource.bind(() => resolve(this.run(sender, share, { bytes, work })));
      share.waiting.push({ bytes, start });
    });
  }

  private async run<T>(
    sender: string,
    share: Share,
    { bytes, work }: { readonly bytes: number; readonly work: () => Promise<T> },
  ): Promise<T> {
    share.bytes += bytes;
    share.begun += 1;
    this.countTurn();
    try {
      if (bytes >= largeBytes) await this.turn();
      return await work();
    } finally {
      share.bytes -= bytes;
      this.goOn(sender, share);
    }
  }

  private goOn(sender: string, share: Share): void {
    for (let [next] = share.waiting; next && fits(share, next.bytes); [next] = share.waiting) {
      share.waiting.shift();
      next.start();
    }
    if (share.bytes === 0 && share.begun === 0 && share.waiting.length === 0) this.shares.delete(sender);
  }

  private countTurn(): void {
    if (this.isInTurn) return;
    this.isInTurn = true;
    setImmediate(() => {
      this.isInTurn = false;
      for (const [sender, share] of this.shares) {
        share.begun = 0;
        this.goOn(sender, share);
      }
    });
  }

  private turn(): Promise<void> {
    return new Promise((resolve) => {
      this.large.push(resolve);
      if (!this.isBeginning) void this.begin();
    });
  }

  private async begin(): Promise<void> {
    this.isBeginning = true;
    for (let next = this.large.shift(); next; next = this.large.shift()) {
      next();
      await nextTurn();
    }
    this.isBeginning = false;
  }
}

const fits = ({ bytes, begun }: Share, more: number): boolean =>
  begun < begunInTurnMax && (bytes === 0 || bytes + more <= shareBytesMax);
