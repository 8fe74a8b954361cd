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
  /** Another frame began before this one ended. */
  | { readonly kind: 'cut-off'; readonly sizeBytes: number };

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
 * caller gives it away. A frame ends at FS CR and nowhere else: a lone FS or VT stays part of the message.
 */
export class FrameReader {
  /** Bytes outside frames, line ends not counted. */
  skippedBytes = 0;
  private state: 'outside' | 'inside' | 'too-large' = 'outside';
  /** What earlier chunks held of the present frame: the first `heldLength` bytes; grows by doubling. */
  private held = Buffer.alloc(0);
  private heldLength = 0;
  /** In `too-large`, the last byte of the chunk before. */
  private lastByte = 0;

  constructor(private readonly maxFrameBytes: number) {}

  /** A frame has begun and not ended. */
  get isMidFrame(): boolean {
    return this.state !== 'outside';
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
    const before = this.heldLength > 0 ? this.held[this.heldLength - 1] : 0;
    const end = endIn(bytes, at, before ?? 0);
    const until = end < 0 ? bytes.length : end;
    const size = this.heldLength + until - at;
    const isPending = end < 0 && bytes[until - 1] === endOfBlock;
    const contentSize = end >= 0 ? size - 2 : isPending ? size - 1 : size;
    if (contentSize > this.maxFrameBytes) return this.overflow(bytes, at, until, items);
    if (end < 0) {
      this.hold(bytes.subarray(at));
      return until;
    }
    items.push(...framesOf(this.whole(bytes.subarray(at, end), contentSize)));
    this.release('outside');
    return end;
  }

  /** Only the beginning is kept, so that where the cap is met does not depend on the chunks. */
  private overflow(bytes: Buffer, at: number, until: number, items: FrameItem[]): number {
    const kept = Math.min(keptOfTooLarge, this.maxFrameBytes);
    const start = Buffer.concat([this.held.subarray(0, this.heldLength), bytes.subarray(at, at + kept)]);
    items.push({ kind: 'too-large', start: Buffer.from(start.subarray(0, kept)) });
    this.lastByte = this.heldLength > 0 ? (this.held[this.heldLength - 1] ?? 0) : 0;
    this.release('too-large');
    return this.skip(bytes, at);
  }

  private skip(bytes: Buffer, at: number): number {
    const end = endIn(bytes, at, this.lastByte);
    this.lastByte = bytes[bytes.length - 1] ?? 0;
    if (end < 0) return bytes.length;
    this.release('outside');
    return end;
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
  }

  private release(state: 'outside' | 'too-large'): void {
    this.state = state;
    this.held = Buffer.alloc(0);
    this.heldLength = 0;
  }
}

/** Index behind FS CR, -1 where the frame does not end here. `before`: the byte ahead of `at`. */
const endIn = (bytes: Buffer, at: number, before: number): number => {
  if (before === endOfBlock && bytes[at] === carriageReturn) return at + 1;
  for (let fs = bytes.indexOf(endOfBlock, at); fs >= 0; fs = bytes.indexOf(endOfBlock, fs + 1))
    if (bytes[fs + 1] === carriageReturn) return fs + 2;
  return -1;
};

const framesOf = (bytes: Buffer): readonly FrameItem[] => {
  const again = bytes.lastIndexOf(restart);
  if (again < 0) return [{ kind: 'frame', bytes }];
  return [
    { kind: 'cut-off', sizeBytes: again },
    { kind: 'frame', bytes: bytes.subarray(again + 1) },
  ];
};
