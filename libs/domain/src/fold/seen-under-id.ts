import type { Instant } from '../instant.js';
import type { Seen } from './state.js';

/** An earlier message under some id, by the hash of its bytes. */
export interface SeenMessage {
  readonly receivedHash: Uint8Array;
  readonly recordedAt: Instant;
}

const textOf = (hash: Uint8Array): string =>
  Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('latin1');

const later = (one: Instant | undefined, other: Instant): Instant => (one !== undefined && one > other ? one : other);

/** The messages of one id: a sender that gives all of them the same costs a lookup a message, and no list that grows. */
export class SeenUnderId {
  private last: Instant | undefined;
  private readonly lastByHash = new Map<string, Instant>();

  constructor(messages: readonly SeenMessage[]) {
    for (const message of messages) this.add(message);
  }

  add({ receivedHash, recordedAt }: SeenMessage): void {
    const hash = textOf(receivedHash);
    this.last = later(this.last, recordedAt);
    this.lastByHash.set(hash, later(this.lastByHash.get(hash), recordedAt));
  }

  seen(receivedHash: Uint8Array): Seen | undefined {
    return this.last === undefined
      ? undefined
      : { last: this.last, lastSame: this.lastByHash.get(textOf(receivedHash)) };
  }

  /** Of those with the same bytes the last one. */
  messages(): readonly SeenMessage[] {
    return Array.from(this.lastByHash, ([hash, recordedAt]) => ({
      receivedHash: Buffer.from(hash, 'latin1'),
      recordedAt,
    }));
  }
}
