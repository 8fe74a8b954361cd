import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instant, type SeenMessage, SeenUnderId } from '#domain';
import { SeenMessages } from './seen-messages.js';

/** Few keys, so that they come again; some that share the 32 bits by which they are placed. */
const anyKey = fc
  .tuple(fc.constantFrom('00000000', '000003ff', 'ffffffff'), fc.nat(600))
  .map(([first, rest]) => first + rest.toString(16).padStart(24, 'c'));
const anyHash = fc.oneof(
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  fc.nat(2).map((byte) => new Uint8Array(16).fill(byte + 1)),
);

describe('messages that were seen', () => {
  it('are those that a map would remember, however many there are', () => {
    const law = fc.property(fc.array(fc.tuple(anyKey, anyHash), { maxLength: 3000, size: 'max' }), (messages) => {
      const [seen, map] = [new SeenMessages(), new Map<string, SeenUnderId>()];
      for (const [at, [key, receivedHash]] of messages.entries()) {
        const one: SeenMessage = { receivedHash, recordedAt: Instant.of(at) };
        expect(seen.seen(key, receivedHash)).toEqual(map.get(key)?.seen(receivedHash));
        seen.add(key, one);
        const under = map.get(key);
        if (under) under.add(one);
        else map.set(key, new SeenUnderId([one]));
      }
      for (const [key, under] of map)
        for (const { receivedHash } of under.messages())
          expect(seen.seen(key, receivedHash)).toEqual(under.seen(receivedHash));
    });
    fc.assert(law, { numRuns: 4 });
  });

  it('have a key of 32 digits and a hash of 16 bytes', () => {
    const seen = new SeenMessages();
    const one: SeenMessage = { receivedHash: new Uint8Array(16), recordedAt: Instant.of(0) };
    expect(() => seen.add('00', one)).toThrow('2 digits');
    expect(() => seen.add('0'.repeat(32), { ...one, receivedHash: new Uint8Array(32) })).toThrow('32 bytes');
  });
});
