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

  it('are the HMAC-SHA-256 of the three words with their lengths, 160 bits of it in base32', () => {
    const hmac = createHmac('sha256', secretOf('a secret that is never rotated..'))
      .update('7:patient15:1.2.250.1.999.12:42')
      .digest();
    const bits = Array.from(hmac.subarray(0, 20), (byte) => byte.toString(2).padStart(8, '0')).join('');
    const base32 = bits.replace(/.{5}/g, (five) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(five, 2)] ?? '');
    expect(idOf('patient', '1.2.250.1.999.1', '42')).toBe(base32);
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
