import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instant, type Seen } from '#domain';
import { SeenMessages } from './seen-messages.js';

/** Few keys, so that they come again; some that share the 32 bits by which they are placed. */
const anyKey = fc
  .tuple(fc.constantFrom('00000000', '000003ff', 'ffffffff'), fc.nat(600))
  .map(([first, rest]) => first + rest.toString(16).padStart(24, 'c'));
const anyMessage = fc.tuple(anyKey, fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat());

describe('messages that were seen', () => {
  it('are those that a map would remember, however many there are', () => {
    const law = fc.property(fc.array(anyMessage, { maxLength: 3000, size: 'max' }), (messages) => {
      const [seen, map] = [new SeenMessages(), new Map<string, Seen[]>()];
      for (const [key, receivedHash, at] of messages) {
        const one: Seen = { receivedHash, recordedAt: Instant.of(at) };
        expect(seen.of(key)).toEqual(map.get(key) ?? []);
        seen.add(key, one);
        map.set(key, [...(map.get(key) ?? []), one]);
      }
      for (const [key, all] of map) expect(seen.of(key)).toEqual(all);
    });
    fc.assert(law, { numRuns: 4 });
  });

  it('have a key of 32 digits and a hash of 16 bytes', () => {
    const seen = new SeenMessages();
    const one: Seen = { receivedHash: new Uint8Array(16), recordedAt: Instant.of(0) };
    expect(() => seen.add('00', one)).toThrow('2 digits');
    expect(() => seen.add('0'.repeat(32), { ...one, receivedHash: new Uint8Array(32) })).toThrow('32 bytes');
  });
});
