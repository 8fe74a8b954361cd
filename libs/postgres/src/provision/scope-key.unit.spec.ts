import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { scopeKeyPads, signScope } from './scope-key.js';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

describe('a signed scope', () => {
  it('is what Postgres computes of the two pads with SHA-256 alone', () => {
    const key = Buffer.from(Array.from({ length: 32 }, (_, n) => n * 7));
    const [inner, outer] = scopeKeyPads(key);
    const list = '990000001,990000002';
    expect(signScope(key, '42', list)).toEqual(sha256(outer, sha256(inner, Buffer.from(`42:${list}`))));
    expect(signScope(key, '43', list)).not.toEqual(signScope(key, '42', list));
  });

  it('has a key of 32 bytes', () => {
    expect(() => scopeKeyPads(Buffer.alloc(16))).toThrow('32 bytes');
  });
});
