import { describe, expect, it } from 'vitest';
import type { KeyStore } from '#usecases';

/** `make` gives a store with another key each time. */
export const keyStoreContract = (name: string, make: () => KeyStore): void => {
  describe(`${name} as a store of keys`, () => {
    it('names its key by the whole fingerprint', () => {
      const keys = make();
      expect(keys.keyId).toMatch(/^[0-9a-f]{64}$/);
      expect(keys.sign('approval', { a: 1 }).keyId).toBe(keys.keyId);
      expect(Object.keys(keys.publicKeys())).toContain(keys.keyId);
    });

    it('signs what a document says, not how it is written', () => {
      const keys = make();
      const signed = keys.sign('approval', { a: 1, b: { c: [1, 2], d: 'é' } });
      expect(keys.verify('approval', { b: { d: 'é', c: [1, 2] }, a: 1 }, signed)).toBe('valid');
      expect(keys.verify('approval', { b: { d: 'é', c: [2, 1] }, a: 1 }, signed)).toBe('invalid');
    });

    it('signs what a document is: no certificate passes for an approval', () => {
      const keys = make();
      const signed = keys.sign('certificate', { a: 1 });
      expect(keys.verify('certificate', { a: 1 }, signed)).toBe('valid');
      expect(keys.verify('approval', { a: 1 }, signed)).toBe('invalid');
      // The short name of a former key does not make a signature of today one of before.
      expect(keys.verify('certificate', { a: 1 }, { ...signed, keyId: keys.keyId.slice(0, 16) })).toBe('invalid');
    });

    it('takes a signature in one form only', () => {
      const keys = make();
      const signed = keys.sign('approval', { a: 1 });
      const { signature } = signed;
      const bytes = Buffer.from(signature, 'base64');
      const written = [
        '',
        signature.replace(/=+$/, ''),
        bytes.toString('base64url'),
        ` ${signature}`,
        `${signature}\n`,
        `${signature.slice(0, -3)}${String.fromCharCode(signature.charCodeAt(signature.length - 3) + 1)}==`,
        bytes.toString('hex'),
        Buffer.concat([bytes, Buffer.of(0)]).toString('base64'),
      ].filter((other) => other !== signature);
      for (const other of written)
        expect(keys.verify('approval', { a: 1 }, { ...signed, signature: other })).toBe('invalid');
    });

    it('knows no key by less than its name', () => {
      const keys = make();
      const signed = keys.sign('approval', { a: 1 });
      for (const keyId of [
        '',
        keys.keyId.slice(0, 15),
        keys.keyId.slice(0, 63),
        keys.keyId.toUpperCase(),
        '0'.repeat(64),
      ])
        expect(keys.verify('approval', { a: 1 }, { ...signed, keyId })).toBe('unknown-key');
      expect(make().verify('approval', { a: 1 }, signed)).toBe('unknown-key');
    });
  });
};
