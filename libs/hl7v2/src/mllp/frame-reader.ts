/** Minimal lower layer protocol (HL7 v2.5, appendix C): VT, message, FS CR. */
const startOfBlock = 0x0b;
const endOfBlock = 0x1c;
const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/** A start of block in the midst of a frame, with a message behind it: the frame before it was cut off. */
const restart = Buffer.from('\x0bMSH', 'latin1');
const keptOfTooLarge = 4096;

export type FrameItem =
  | { readonly kind: 'frame'; readonly bytes: Buffer }
  /** Longer than the cap; `start` lets it be answered. The rest of it is skipped. */
  | { readonly kind: 'too-large'; readonly start: Buffer }
  /** Another frame began before this one ended, or the line did; `bytes` are those that came. */
  | { readonly kind: 'cut-off'; readonly bytes: Buffer };

export const frame = (bytes: Uint8Array): Buffer => {
  const framed = Buffer.allocUnsafe(bytes.byteLength + 3);
  framed[0] = startOfBlock;
  framed.set(bytes, 1);
  framed[bytes.byteLength + 1] = endOfBlock;
  framed[bytes.byteLength + 2] = carriageReturn;
  return framed;
};

/**
 * Takes frames out of a stream of bytes, however it is cut into chunks. Frames may be slices of the chunk that was pushed: the
 * caller gives it away. A frame ends at FS CR. Senders that leave out the CR are understood where nothing else can be meant: FS and
 * the VT of the next frame, FS and silence (which the caller tells). Any other lone FS or VT stays part of the message.
 */
export class FrameReader {
  /** Bytes outside frames, line ends not counted. */
  skippedBytes = 0;
  /** Frames that ended without their CR. */
  withoutCr = 0;
  private state: 'outside' | 'inside' | 'too-large' = 'outside';
  /** What earlier chunks held of the present frame: the first `heldLength` bytes; grows by doubling. */
  private held = Buffer.alloc(0);
  private heldLength = 0;
  /** Of the present frame in earlier chunks; 0 where none came yet. */
  private lastByte = 0;

  constructor(private readonly maxFrameBytes: number) {}

  /** A frame has begun and not ended. */
  get isMidFrame(): boolean {
    return this.state !== 'outside';
  }

  /** The last byte is an FS: a frame's end where nothing follows, content where anything but CR or VT does. */
  get isAtEndOfBlock(): boolean {
    return this.state !== 'outside' && this.lastByte === endOfBlock;
  }

  /** Nothing has followed for so long that nothing will: ends a frame that waits for its CR only. */
  silence(): readonly FrameItem[] {
    if (!this.isAtEndOfBlock) return [];
    this.withoutCr++;
    const items = this.state === 'inside' ? framesOf(this.held.subarray(0, this.heldLength - 1)) : [];
    this.release('outside');
    return items;
  }

  /** The line has ended: gives what came of a frame that will never end. Of one that was too large nothing is left to tell. */
  cutOff(): readonly FrameItem[] {
    const items = this.state === 'inside' ? cutOff(this.held.subarray(0, this.heldLength)) : [];
    this.release('outside');
    return items;
  }

  push(chunk: Uint8Array): readonly FrameItem[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const items: FrameItem[] = [];
    let at = 0;
    while (at < bytes.length) {
      switch (this.state) {
        case 'outside':
          at = this.begin(bytes, at);
          break;
        case 'inside':
          at = this.take(bytes, at, items);
          break;
        case 'too-large':
          at = this.skip(bytes, at);
          break;
      }
    }
    return items;
  }

  private begin(bytes: Buffer, at: number): number {
    const start = bytes.indexOf(startOfBlock, at);
    const end = start < 0 ? bytes.length : start;
    for (let i = at; i < end; i++) if (bytes[i] !== carriageReturn && bytes[i] !== lineFeed) this.skippedBytes++;
    if (start < 0) return end;
    this.state = 'inside';
    return start + 1;
  }

  private take(bytes: Buffer, at: number, items: FrameItem[]): number {
    const end = endIn(bytes, at, this.lastByte);
    // Behind the FS that ends the frame or may yet.
    const until = end < 0 ? bytes.length : end;
    const size = this.heldLength + until - at;
    const isPending = end < 0 && bytes[until - 1] === endOfBlock;
    const contentSize = end >= 0 || isPending ? size - 1 : size;
    if (contentSize > this.maxFrameBytes) return this.overflow(bytes, at, items);
    if (end < 0) {
      this.hold(bytes.subarray(at));
      return until;
    }
    items.push(...framesOf(this.whole(bytes.subarray(at, end), contentSize)));
    return this.ended(bytes, end);
  }

  /** Behind the frame's CR, or at the VT of the next. */
  private ended(bytes: Buffer, end: number): number {
    this.release('outside');
    if (bytes[end] === carriageReturn) return end + 1;
    this.withoutCr++;
    return end;
  }

  /** Only the beginning is kept, so that where the cap is met does not depend on the chunks. */
  private overflow(bytes: Buffer, at: number, items: FrameItem[]): number {
    const kept = Math.min(keptOfTooLarge, this.maxFrameBytes);
    const start = Buffer.concat([this.held.subarray(0, this.heldLength), bytes.subarray(at, at + kept)]);
    items.push({ kind: 'too-large', start: Buffer.from(start.subarray(0, kept)) });
    const { lastByte } = this;
    this.release('too-large');
    this.lastByte = lastByte;
    return this.skip(bytes, at);
  }

  private skip(bytes: Buffer, at: number): number {
    const end = endIn(bytes, at, this.lastByte);
    if (end >= 0) return this.ended(bytes, end);
    this.lastByte = bytes[bytes.length - 1] ?? 0;
    return bytes.length;
  }

  private whole(rest: Buffer, contentSize: number): Buffer {
    if (this.heldLength === 0) return rest.subarray(0, contentSize);
    return Buffer.concat([this.held.subarray(0, this.heldLength), rest]).subarray(0, contentSize);
  }

  private hold(bytes: Buffer): void {
    const needed = this.heldLength + bytes.length;
    if (needed > this.held.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.held.length * 2, 1024));
      this.held.copy(grown, 0, 0, this.heldLength);
      this.held = grown;
    }
    this.held.set(bytes, this.heldLength);
    this.heldLength = needed;
    this.lastByte = bytes[bytes.length - 1] ?? this.lastByte;
  }

  private release(state: 'outside' | 'too-large'): void {
    this.state = state;
    this.held = Buffer.alloc(0);
    this.heldLength = 0;
    this.lastByte = 0;
  }
}

/** Index behind the FS that ends the frame, which is that of a CR or a VT; -1 where none does. `before`: the byte ahead of `at`. */
const endIn = (bytes: Buffer, at: number, before: number): number => {
  if (before === endOfBlock && isBehindEnd(bytes[at])) return at;
  for (let fs = bytes.indexOf(endOfBlock, at); fs >= 0; fs = bytes.indexOf(endOfBlock, fs + 1))
    if (isBehindEnd(bytes[fs + 1])) return fs + 1;
  return -1;
};

const isBehindEnd = (byte: number | undefined): boolean => byte === carriageReturn || byte === startOfBlock;

/** Starts of block alone are nothing that was lost. */
const cutOff = (bytes: Buffer): readonly FrameItem[] =>
  bytes.every((byte) => byte === startOfBlock) ? [] : [{ kind: 'cut-off', bytes }];

const framesOf = (bytes: Buffer): readonly FrameItem[] => {
  const again = bytes.lastIndexOf(restart);
  if (again < 0) return [{ kind: 'frame', bytes }];
  return [...cutOff(bytes.subarray(0, again)), { kind: 'frame', bytes: bytes.subarray(again + 1) }];
};
