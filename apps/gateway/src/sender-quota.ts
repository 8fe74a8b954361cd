import { Failure } from '#domain';
import { type HttpAnswer, httpAnswers } from '#platform';

const mebibyte = 1024 * 1024;

/**
 * What one sender may have written in an hour, MB of 2^20 bytes, where no setting says otherwise (20 GB): twice the bursts of the busiest sender
 * of a large hospital group (3 000 messages a minute, documents among them), and an import of 2 900 records of 2 kB a second. What it
 * spends is what its messages hold when they are unpacked: a log packs gigabytes of repetition into kilobytes, and every rebuild unpacks them.
 * @limit Gateway | MiB, unpacked, that a sender may write in an hour (`REPRISE_SENDER_MEGABYTES_AN_HOUR`) | AR, 503 with `Retry-After`
 */
export const senderMegabytesAnHour = 20 * 1024;

const minutes = 60;
const minuteMs = 60_000;
/** Who is over its quota, and has not asked for so long, is not held back: it does not send. */
const askedMinutes = 10;

/** A sender whose messages are not taken now, and how long that is so if it sends nothing more. */
export interface HeldBackSender {
  readonly sender: string;
  readonly roomInSeconds: number;
}

/** Not now: `retryAfterSeconds` is when there is room again, if it sends nothing meanwhile. */
export class OverQuota extends Failure {
  constructor(
    megabytes: number,
    readonly retryAfterSeconds: number,
  ) {
    super(
      'log.unreachable',
      `this sender has sent ${megabytes} MB within an hour, unpacked, and more is not taken now`,
      'send it again later; an import that needs more: raise REPRISE_SENDER_MEGABYTES_AN_HOUR',
    );
  }
}

/** The status of a failure, and after how many seconds sending again is of use. */
export const httpAnswerOf = (failure: Failure): HttpAnswer =>
  failure instanceof OverQuota
    ? { ...httpAnswers[failure.code], retryAfterSeconds: failure.retryAfterSeconds }
    : httpAnswers[failure.code];

/** Bytes of the last hour, minute by minute. */
interface Spent {
  readonly byMinute: Float64Array;
  minute: number;
  total: number;
  /** In which it was last told that it sends too much. */
  toldMinute: number;
}

/**
 * Bytes that each sender sends in an hour, through all doors together. Beyond them it is told to send again later, which loses nothing:
 * the last message may pass the limit, the next one waits. Counted by each gateway process, from its start on.
 */
export class SenderQuota {
  private readonly spent = new Map<string, Spent>();
  private readonly bytesMax: number;

  constructor(
    private readonly megabytes = senderMegabytesAnHour,
    private readonly now: () => number = Date.now,
    /** Told every time; `isNews` once a minute, for what is written down. */
    private readonly onOver: (sender: string, failure: OverQuota, isNews: boolean) => void = () => {},
  ) {
    this.bytesMax = megabytes * mebibyte;
  }

  /** Counts the bytes, or says why not now. */
  take(sender: string, bytes: number): OverQuota | undefined {
    const spent = this.ofSender(sender);
    if (spent.total >= this.bytesMax) {
      const failure = new OverQuota(this.megabytes, this.secondsUntilRoom(spent));
      this.onOver(sender, failure, spent.toldMinute !== spent.minute);
      spent.toldMinute = spent.minute;
      return failure;
    }
    spent.total += bytes;
    spent.byMinute[spent.minute % minutes]! += bytes;
    return undefined;
  }

  heldBack(): readonly HeldBackSender[] {
    return [...this.spent.keys()].flatMap((sender) => {
      const spent = this.ofSender(sender);
      const isAsking = spent.minute - spent.toldMinute <= askedMinutes;
      if (!isAsking || spent.total < this.bytesMax) return [];
      return [{ sender, roomInSeconds: this.secondsUntilRoom(spent) }];
    });
  }

  private ofSender(sender: string): Spent {
    const minute = Math.floor(this.now() / minuteMs);
    const known = this.spent.get(sender);
    const spent = known ?? {
      byMinute: new Float64Array(minutes),
      minute,
      total: 0,
      toldMinute: Number.NEGATIVE_INFINITY,
    };
    this.spent.set(sender, spent);
    // A clock that was set back counts on in the minute in which it was.
    for (; spent.minute < minute && spent.total > 0; spent.minute += 1) this.forget(spent, spent.minute + 1);
    spent.minute = Math.max(spent.minute, minute);
    return spent;
  }

  private forget(spent: Spent, minute: number): void {
    spent.total -= spent.byMinute[minute % minutes]!;
    spent.byMinute[minute % minutes] = 0;
  }

  private secondsUntilRoom({ byMinute, minute, total }: Spent): number {
    let left = total;
    let until = minute;
    while (left >= this.bytesMax) {
      until += 1;
      left -= byMinute[until % minutes]!;
    }
    return Math.max(1, Math.ceil((until * minuteMs - this.now()) / 1000));
  }
}
