import { Instant, type Seen, type SeenMessage } from '#domain';

const keyDigits = 32;
const keyWords = 4;
const hashBytes = 16;

const grown = <T extends Uint32Array | Float64Array>(from: T, into: T): T => {
  into.set(from);
  return into;
};

/**
 * The duplicates window of a whole log: when a message was recorded last, by its key and by its key and bytes, both in one
 * open-addressed table. 64 bytes a message, where a map of objects takes 400 and is walked by every collection of garbage.
 */
export class SeenMessages {
  private size = 0;
  private keys = new Uint32Array(1024 * keyWords);
  private recordedAt = new Float64Array(1024);
  /** Place of an entry + 1; 0 is free. Never more than half full. */
  private index = new Uint32Array(2048);
  private readonly wanted = new Uint32Array(keyWords);

  /** The key is 32 hex digits, the hash 16 bytes. */
  seen(messageKey: string, receivedHash: Uint8Array): Seen | undefined {
    this.wantKey(messageKey);
    const last = this.find();
    if (last === undefined) return undefined;
    this.wantBytesToo(receivedHash);
    return { last, lastSame: this.find() };
  }

  /** In the order in which they were recorded. */
  add(messageKey: string, { receivedHash, recordedAt }: SeenMessage): void {
    this.wantKey(messageKey);
    this.put(recordedAt);
    this.wantBytesToo(receivedHash);
    this.put(recordedAt);
  }

  private wantKey(messageKey: string): void {
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

  /** Both are hashes: their exclusive or is as good as a hash of both. */
  private wantBytesToo(hash: Uint8Array): void {
    if (hash.byteLength !== hashBytes) throw new Error(`a hash of ${hash.byteLength} bytes`);
    for (let at = 0; at < hashBytes; at += 4)
      this.wanted[at / 4]! ^=
        (hash[at] ?? 0) | ((hash[at + 1] ?? 0) << 8) | ((hash[at + 2] ?? 0) << 16) | ((hash[at + 3] ?? 0) << 24);
  }

  private find(): Instant | undefined {
    const at = (this.index[this.slot()] ?? 0) - 1;
    return at < 0 ? undefined : Instant.of(this.recordedAt[at] ?? 0);
  }

  private put(recordedAt: Instant): void {
    const known = (this.index[this.slot()] ?? 0) - 1;
    if (known >= 0) {
      this.recordedAt[known] = recordedAt;
      return;
    }
    if (this.size === this.recordedAt.length) this.grow();
    const at = this.size++;
    this.keys.set(this.wanted, at * keyWords);
    this.recordedAt[at] = recordedAt;
    this.index[this.slot()] = at + 1;
  }

  /** Where what is wanted stands, or the free place for it. Any 32 bits of a hash are as good as a hash of it. */
  private slot(): number {
    const mask = this.index.length - 1;
    let slot = (this.wanted[0] ?? 0) & mask;
    for (let at = this.index[slot] ?? 0; at !== 0 && !this.isWanted(at - 1); at = this.index[slot] ?? 0)
      slot = (slot + 1) & mask;
    return slot;
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

  private grow(): void {
    const size = this.size * 2;
    this.keys = grown(this.keys, new Uint32Array(size * keyWords));
    this.recordedAt = grown(this.recordedAt, new Float64Array(size));
    this.index = new Uint32Array(size * 2);
    const mask = this.index.length - 1;
    for (let at = 0; at < this.size; at += 1) {
      let slot = (this.keys[at * keyWords] ?? 0) & mask;
      while (this.index[slot] !== 0) slot = (slot + 1) & mask;
      this.index[slot] = at + 1;
    }
  }
}
