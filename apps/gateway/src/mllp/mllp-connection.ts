import type { Socket } from 'node:net';
import { frame, FrameReader } from '#hl7v2';
import type { ByteBudget } from '#platform';
import { isFault, type LineItem, sizeOf } from './line-item.js';
import type { Idle } from './who-gives-way.js';

export interface ConnectionLimits {
  readonly frameBytesMax: number;
  /** From a frame's first byte to its last, as far as it is the sender who takes the time. */
  readonly frameMsMax: number;
  /** Without a byte in either direction. */
  readonly idleMsMax: number;
  /** Until the sender has read an answer. */
  readonly answerMsMax: number;
  /** Whole frames that may wait behind the one that is being captured; reading stops above. */
  readonly waitingBytesMax: number;
}

/** `gave-way`: to a new connection of its sender, which had as many as it may. */
export type CloseReason =
  | 'idle'
  | 'gave-way'
  | 'frame-too-slow'
  | 'answer-not-read'
  | 'certificate-past'
  | 'budget'
  | 'fault';

export interface ConnectionDuties {
  readonly limits: ConnectionLimits;
  readonly budget: ByteBudget;
  /** The answers to one item, none to a fault. `now: false`: the budget is spent, say so. A rejection closes the connection. */
  answer(item: LineItem, now: boolean): Promise<readonly Buffer[]>;
  onClosed(reason: CloseReason): void;
}

interface Waiting {
  readonly item: LineItem;
  readonly bytes: number;
  readonly now: boolean;
}

/** How long a peer may leave its end open after we have closed ours. */
const farewellMs = 5_000;
/** Behind an FS: the CR that has not come by then is not to come. */
const silenceMs = 250;

/**
 * One MLLP connection: frames are answered strictly in order, one in flight; what was sent ahead waits, and when too much waits
 * the socket is no longer read, so that TCP tells the sender to wait. Every byte that is held is in the budget.
 */
export class MllpConnection implements Idle {
  readonly openedAt = performance.now();
  hasHadItsTurn = false;
  lastFrameAt: number | undefined;
  private readonly reader: FrameReader;
  private readonly waiting: Waiting[] = [];
  private waitingBytes = 0;
  /** Upper bound of what the reader holds of an unfinished frame. */
  private partialBytes = 0;
  /** What of the two above is taken out of the budget. */
  private budgetedBytes = 0;
  private isWorking = false;
  private isPaused = false;
  /** The sender will send no more, or we shall read no more. */
  private isEnding = false;
  private silence: NodeJS.Timeout | undefined;
  private silenceSeen: NodeJS.Immediate | undefined;
  private toldSkippedBytes = 0;
  private hasToldWithoutCr = false;
  private frameSince = 0;
  private lastMoveAt = performance.now();
  private answerSince: number | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly duties: ConnectionDuties,
  ) {
    this.reader = new FrameReader(duties.limits.frameBytesMax);
    socket.setNoDelay(true);
    // A peer that vanished without a word is found by TCP itself.
    socket.setKeepAlive(true, 60_000);
    socket.on('data', (chunk: Buffer) => this.take(chunk));
    socket.on('end', () => this.ended());
    // What the peer does to its end of the line is no fault of ours.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.release());
    // Behind the second one, the socket has been polled once, and what had come is read.
    setImmediate(() => setImmediate(() => (this.hasHadItsTurn = true)));
  }

  get isBusy(): boolean {
    const { isWorking, isPaused, waiting, reader, socket } = this;
    return isWorking || isPaused || waiting.length > 0 || reader.isMidFrame || socket.writableLength > 0;
  }

  get isEnded(): boolean {
    return this.isEnding && !this.isBusy;
  }

  /** Called every second or so: nothing else here has a timer of its own, but for a frame that waits for its CR. */
  look(now = performance.now()): void {
    const { frameMsMax, idleMsMax, answerMsMax } = this.duties.limits;
    if (this.answerSince !== undefined && now - this.answerSince > answerMsMax) this.close('answer-not-read');
    else if (this.isWorking || this.isPaused) return;
    else if (this.isEnding && now - this.lastMoveAt > farewellMs) this.socket.destroy();
    else if (this.reader.isMidFrame && now - this.frameSince > frameMsMax) this.close('frame-too-slow');
    else if (now - this.lastMoveAt > idleMsMax) this.close('idle');
  }

  /** Answers what came whole, then ends. */
  finish(): void {
    if (this.isEnding) return;
    this.isEnding = true;
    if (!this.isWorking) this.socket.end();
  }

  close(reason: CloseReason): void {
    this.duties.onClosed(reason);
    this.socket.destroy();
  }

  /** The sender will send no more: a frame that lacks only its CR is whole. */
  private ended(): void {
    this.endOfSilence();
    this.finish();
  }

  private take(chunk: Buffer): void {
    if (this.isEnding) return;
    this.forgetSilence();
    this.lastMoveAt = performance.now();
    const wasMidFrame = this.reader.isMidFrame;
    const items = this.reader.push(chunk);
    const isSameFrame = wasMidFrame && items.length === 0;
    if (this.reader.isMidFrame) {
      this.partialBytes = chunk.byteLength + (isSameFrame ? this.partialBytes : 0);
      if (!isSameFrame) this.frameSince = this.lastMoveAt;
    } else this.partialBytes = 0;
    this.accept([...this.framingFaults(), ...items]);
    this.awaitSilence();
  }

  private accept(items: readonly LineItem[]): void {
    const arrivedBytes = items.reduce((sum, item) => sum + sizeOf(item), 0);
    const now = this.account(arrivedBytes);
    for (const item of items) this.waiting.push({ item, bytes: now ? sizeOf(item) : 0, now });
    if (!now && this.reader.isMidFrame) return this.close('budget');
    if (this.waiting.length > 0 && !this.isWorking) void this.work();
    if (this.waitingBytes > this.duties.limits.waitingBytesMax) this.pause();
  }

  /** What was found between frames since it was last told; a missing CR once a connection. */
  private framingFaults(): readonly LineItem[] {
    const { skippedBytes, withoutCr } = this.reader;
    const faults: LineItem[] = [];
    const sizeBytes = skippedBytes - this.toldSkippedBytes;
    if (sizeBytes > 0) faults.push({ kind: 'outside-frame', sizeBytes });
    this.toldSkippedBytes = skippedBytes;
    if (withoutCr > 0 && !this.hasToldWithoutCr) faults.push({ kind: 'without-cr' });
    this.hasToldWithoutCr ||= withoutCr > 0;
    return faults;
  }

  /** While we do not read, silence says nothing; and what came while this process was busy is read first. */
  private awaitSilence(): void {
    if (!this.reader.isAtEndOfBlock || this.isPaused) return;
    this.silence = setTimeout(() => {
      this.silenceSeen = setImmediate(() => this.endOfSilence());
    }, silenceMs);
  }

  private forgetSilence(): void {
    clearTimeout(this.silence);
    clearImmediate(this.silenceSeen);
  }

  private endOfSilence(): void {
    this.forgetSilence();
    if (this.isEnding || !this.reader.isAtEndOfBlock) return;
    const items = this.reader.silence();
    this.partialBytes = 0;
    this.accept([...this.framingFaults(), ...items]);
  }

  /** Moves the budget to what is held now and would be with `more` waiting; false, and nothing more waits, when it is spent. */
  private account(more: number): boolean {
    const { budget } = this.duties;
    // `release` gives everything back.
    if (this.socket.destroyed) return false;
    const wanted = this.waitingBytes + more + this.partialBytes;
    const isGranted = wanted <= this.budgetedBytes || budget.take(wanted - this.budgetedBytes);
    if (wanted < this.budgetedBytes) budget.giveBack(this.budgetedBytes - wanted);
    if (!isGranted) return false;
    this.budgetedBytes = wanted;
    this.waitingBytes += more;
    return true;
  }

  private async work(): Promise<void> {
    this.isWorking = true;
    try {
      for (let next = this.waiting.shift(); next && !this.socket.destroyed; next = this.waiting.shift()) {
        const answers = await this.duties.answer(next.item, next.now);
        if (this.socket.destroyed) break;
        if (answers.length > 0) await this.send(answers);
        this.account(-next.bytes);
        if (!isFault(next.item)) this.lastFrameAt = performance.now();
        if (this.isPaused && this.waitingBytes <= this.duties.limits.waitingBytesMax / 2) this.resume();
      }
    } catch {
      this.close('fault');
    } finally {
      this.isWorking = false;
      this.lastMoveAt = performance.now();
    }
    if (this.isEnding) this.socket.end();
  }

  private async send(answers: readonly Buffer[]): Promise<void> {
    const [first] = answers;
    const bytes = answers.length === 1 && first ? frame(first) : Buffer.concat(answers.map(frame));
    if (this.socket.write(bytes)) return;
    this.answerSince = performance.now();
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.socket.off('drain', done).off('close', done);
        resolve();
      };
      this.socket.on('drain', done).on('close', done);
    });
    this.answerSince = undefined;
  }

  private pause(): void {
    this.isPaused = true;
    this.socket.pause();
  }

  private resume(): void {
    this.isPaused = false;
    // The time during which we did not read is not the sender's.
    this.frameSince = performance.now();
    this.socket.resume();
    this.awaitSilence();
  }

  private release(): void {
    this.forgetSilence();
    const sizeBytes = this.waiting.reduce((sum, { item }) => sum + (isFault(item) ? 0 : sizeOf(item)), 0);
    const lost: readonly LineItem[] = [
      ...this.waiting.flatMap(({ item }) => (isFault(item) ? [item] : [])),
      ...this.reader.cutOff(),
      ...(sizeBytes > 0 ? [{ kind: 'not-taken', sizeBytes } as const] : []),
    ];
    for (const fault of lost) this.duties.answer(fault, true).catch(() => undefined);
    this.duties.budget.giveBack(this.budgetedBytes);
    this.budgetedBytes = 0;
    this.waitingBytes = 0;
    this.partialBytes = 0;
    this.waiting.length = 0;
  }
}
