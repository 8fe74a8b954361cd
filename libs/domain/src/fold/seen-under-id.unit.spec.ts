import { describe, expect, it } from 'vitest';
import { Instant } from '../instant.js';
import { SeenUnderId } from './seen-under-id.js';

const message = (byte: number, at: number) => ({
  receivedHash: new Uint8Array(16).fill(byte),
  recordedAt: Instant.of(at),
});

describe('SeenUnderId', () => {
  it('knows when the id was used last, and when for the same bytes, in whatever order it was told', () => {
    const messages = [message(1, 10), message(2, 20), message(1, 30), message(2, 15)];
    for (const order of [messages, messages.toReversed()]) {
      const under = new SeenUnderId(order);
      expect(under.seen(message(1, 0).receivedHash)).toEqual({ last: 30, lastSame: 30 });
      expect(under.seen(message(2, 0).receivedHash)).toEqual({ last: 30, lastSame: 20 });
      expect(under.seen(message(3, 0).receivedHash)).toEqual({ last: 30, lastSame: undefined });
    }
    expect(new SeenUnderId([]).seen(message(1, 0).receivedHash)).toBeUndefined();
  });

  it('keeps one message of those with the same bytes', () => {
    const under = new SeenUnderId([message(1, 10), message(2, 20), message(1, 30)]);
    expect(under.messages().map(({ recordedAt }) => recordedAt)).toEqual([30, 20]);
    expect(under.messages().map(({ receivedHash }) => receivedHash[0])).toEqual([1, 2]);
  });
});
