import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frenchAdt } from './fixtures/adt.js';
import { seenAuthorities } from './seen-authorities.js';

describe('authorities that a message names whole', () => {
  it('are those of its numbers, each once, and none of an INS', () => {
    const seen = seenAuthorities(
      frenchAdt(
        'A40',
        'PID|1||A^^^HUNT&1.2.3&ISO^PI~B^^^GHT^PI~C^^^&1.2.4&ISO^PI~279^^^INS&1.2.250.1.213.1.4.8&ISO^INS~D^^^HUNT&1.2.3&ISO^MR',
        'MRG|E^^^HUNT&1.2.5&ISO^PI',
        'ZBE|7^MVT^1.2.6^ISO|20260310090000||INSERT',
        'OBR|1||F^LABO^labo.example.org^DNS',
        'SPM|1|S1&PRES&1.2.7&ISO^S2&LABO&1.2.8&ISO',
      ),
    );
    expect(seen.map(({ namespace, oid }) => `${namespace} ${oid}`).sort()).toEqual(
      ['HUNT 1.2.3', 'HUNT 1.2.5', 'MVT 1.2.6', 'LABO labo.example.org', 'PRES 1.2.7', 'LABO 1.2.8'].sort(),
    );
  });

  it('are none of what is no message, of names that only its character set tells, and of what stands far behind', () => {
    expect(seenAuthorities(Buffer.from('PID|1||A^^^HUNT&1.2.3&ISO'))).toEqual([]);
    expect(seenAuthorities(frenchAdt('A31', 'PID|1||A^^^HÔPITAL&1.2.3&ISO^PI'))).toEqual([]);
    const far = frenchAdt('A31', `NTE|1||${'x'.repeat(70_000)}`, 'PID|1||A^^^HUNT&1.2.3&ISO^PI');
    expect(seenAuthorities(far)).toEqual([]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const message = Buffer.concat([Buffer.from('MSH|^~\\&|A\rPID|'), Buffer.from(bytes)]);
        expect(Array.isArray(seenAuthorities(message))).toBe(true);
        expect(Array.isArray(seenAuthorities(bytes))).toBe(true);
      }),
    );
  });
});
