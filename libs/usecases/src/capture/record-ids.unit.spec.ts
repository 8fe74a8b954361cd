import { createHmac, createSecretKey } from 'node:crypto';
import { RecordKey } from '#domain';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordIds } from './record-ids.js';

const secretOf = (text: string) => createSecretKey(Buffer.from(text));
const idOf = recordIds(secretOf('a secret that is never rotated..'));

describe('ids of records that have none', () => {
  it('never change: these came out of version 1', () => {
    expect(idOf('patient', '1.2.250.1.999.1', '42')).toBe('gkxqt66hj2qoupb3vo5d77hjc6njz7sq');
    expect(idOf('urn:uuid', 'his-demo', '4f1b6f3e-5ac7-4e0b-9f3e-0a4f1f3c2b11')).toBe(
      'ntsfxolzf3jto7rjhyxfjouqpykdqvtb',
    );
  });

  it('are the HMAC-SHA-256 of the three words with their lengths, 160 bits of it in base32, whatever words and secret', () => {
    const base32 = (bytes: Uint8Array): string =>
      Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0'))
        .join('')
        .replace(/.{5}/g, (five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five, 2)] ?? '');
    const word = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ minLength: 300, maxLength: 900 }));
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 100 }),
        fc.array(fc.tuple(word, word, word), { maxLength: 4 }),
        (secret, all) => {
          const made = recordIds(createSecretKey(secret));
          for (const [kind, domain, identifier] of all) {
            const words = `${kind.length}:${kind}${domain.length}:${domain}${identifier.length}:${identifier}`;
            const hmac = createHmac('sha256', secret).update(words).digest();
            expect(made(kind, domain, identifier)).toBe(base32(hmac.subarray(0, 20)));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are FHIR ids, the same for the same words and different for others, however the words are cut', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 12 });
    const words = fc.tuple(word, word, word);
    fc.assert(
      fc.property(words, words, (one, other) => {
        expect(RecordKey.matches(`Patient/${idOf(...one)}`)).toBe(true);
        expect(idOf(...one)).toBe(idOf(...one));
        expect(idOf(...one) === idOf(...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
    expect(idOf('a', 'bc', 'd')).not.toBe(idOf('ab', 'c', 'd'));
    expect(idOf('a', '1:b', 'c')).not.toBe(idOf('a', '1', 'bc'));
  });

  it('tell nothing to whoever has another secret', () => {
    expect(recordIds(secretOf('another'))('patient', 'd', '42')).not.toBe(idOf('patient', 'd', '42'));
  });
});
