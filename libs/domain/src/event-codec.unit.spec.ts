import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anEvent, anyFeed, put } from '../../testing/src/builders/feed.js';
import { decodeEvent, encodeEvent, Failure, RecordKey } from './index.js';

const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, v: unknown) => {
      const bytes = v as { type?: unknown; data?: number[] } | null;
      return bytes && typeof bytes === 'object' && bytes.type === 'Buffer'
        ? Buffer.from(bytes.data ?? []).toString('base64')
        : v;
    }),
  );

describe('the event format', () => {
  it('decodes what it encoded', () => {
    fc.assert(
      fc.property(anyFeed(5), fc.uint8Array(), (feed, received) => {
        for (const event of feed) {
          const sent = { ...event, received: Buffer.from(received) };
          expect(plain(decodeEvent(encodeEvent(sent)).event)).toEqual(plain(sent));
        }
      }),
    );
  });

  it('writes a body that is a slice of the received bytes once', () => {
    const received = Buffer.from(`{"resourceType":"Patient","id":"a","text":"${'x'.repeat(5000)}"}`);
    const event = anEvent([{ kind: 'put', record: RecordKey.of('Patient', 'a'), content: received.subarray(0) }], {
      received,
    });
    expect(encodeEvent(event).byteLength).toBeLessThan(received.byteLength + 600);
    const [change] = decodeEvent(encodeEvent(event)).event.changes;
    expect(change?.kind === 'put' && Buffer.from(change.content).equals(received)).toBe(true);
  });

  it('halts on a newer format, an encrypted event and an unknown kind of change', () => {
    const good = encodeEvent(anEvent([put(RecordKey.of('Patient', 'a'))]));
    const newer = Buffer.from(good);
    newer[2] = 2;
    const encrypted = Buffer.from(good);
    encrypted[3] = 3;
    const unknown = Buffer.from(good.toString('latin1').replace('"kind":"put"', '"kind":"pud"'), 'latin1');
    for (const value of [newer, encrypted, unknown, Buffer.from('hello there'), Buffer.alloc(0)]) {
      const failure = (() => {
        try {
          decodeEvent(value);
          return undefined;
        } catch (error) {
          return error;
        }
      })();
      expect(Failure.is(failure, 'log.too-new'), value.toString('latin1').slice(0, 20)).toBe(true);
    }
  });
});
