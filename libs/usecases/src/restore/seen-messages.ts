import { Instant, type Seen } from '#domain';

const keyDigits = 32;
const keyWords = 4;
const hashBytes = 16;
const none: readonly Seen[] = [];

const grown = <T extends Uint32Array | Uint8Array | Float64Array>(from: T, into: T): T => {
  into.set(from);
  return into;
};

/**
 * The duplicates window of a whole log: 40 bytes a message and a place in an open-addressed index, where a map of objects takes
 * 400 and is walked by every collection of garbage.
 */
export class SeenMessages {
  private size = 0;
  private keys = new Uint32Array(1024 * keyWords);
  private hashes = new Uint8Array(1024 * hashBytes);
  private recordedAt = new Float64Array(1024);
  /** Place of a message + 1; 0 is free. Never more than half full. */
  private index = new Uint32Array(2048);
  private readonly wanted = new Uint32Array(keyWords);

  /** Earlier messages under this key (32 hex digits), in the order in which they were added. */
  of(messageKey: string): readonly Seen[] {
    this.read(messageKey);
    let found: Seen[] | undefined;
    for (let slot = this.firstSlot(this.wanted[0] ?? 0); ; slot = this.next(slot)) {
      const at = (this.index[slot] ?? 0) - 1;
      if (at < 0) return found ?? none;
      if (!this.isWanted(at)) continue;
      const receivedHash = this.hashes.slice(at * hashBytes, (at + 1) * hashBytes);
      (found ??= []).push({ receivedHash, recordedAt: Instant.of(this.recordedAt[at] ?? 0) });
    }
  }

  add(messageKey: string, { receivedHash, recordedAt }: Seen): void {
    if (receivedHash.byteLength !== hashBytes) throw new Error(`a hash of ${receivedHash.byteLength} bytes`);
    this.read(messageKey);
    if (this.size === this.recordedAt.length) this.grow();
    const at = this.size++;
    this.keys.set(this.wanted, at * keyWords);
    this.hashes.set(receivedHash, at * hashBytes);
    this.recordedAt[at] = recordedAt;
    this.place(at);
  }

  private read(messageKey: string): void {
    if (messageKey.length !== keyDigits) throw new Error(`a message key of ${messageKey.length} digits`);
    for (let word = 0; word < keyWords; word += 1) {
      let value = 0;
      for (let digit = word * 8; digit < word * 8 + 8; digit += 1) {
        const code = messageKey.charCodeAt(digit);
        value = (value << 4) | (code < 58 ? code - 48 : code - 87);
      }
      this.wanted[word] = value;
    }
  }

  private isWanted(at: number): boolean {
    const from = at * keyWords;
    return (
      this.keys[from] === this.wanted[0] &&
      this.keys[from + 1] === this.wanted[1] &&
      this.keys[from + 2] === this.wanted[2] &&
      this.keys[from + 3] === this.wanted[3]
    );
  }

  /** Keys are hashes: any 32 bits of one are as good as a hash of it. */
  private firstSlot(word: number): number {
    return word & (this.index.length - 1);
  }

  private next(slot: number): number {
    return (slot + 1) & (this.index.length - 1);
  }

  private place(at: number): void {
    let slot = this.firstSlot(this.keys[at * keyWords] ?? 0);
    while (this.index[slot] !== 0) slot = this.next(slot);
    this.index[slot] = at + 1;
  }

  private grow(): void {
    const size = this.size * 2;
    this.keys = grown(this.keys, new Uint32Array(size * keyWords));
    this.hashes = grown(this.hashes, new Uint8Array(size * hashBytes));
    this.recordedAt = grown(this.recordedAt, new Float64Array(size));
    this.index = new Uint32Array(size * 2);
    for (let at = 0; at < this.size; at += 1) this.place(at);
  }
}
