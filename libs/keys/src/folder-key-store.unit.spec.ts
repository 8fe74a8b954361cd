import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '#domain';
import { FolderKeyStore } from './index.js';

describe('a folder of keys', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'reprise-keys-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('makes its key once, readable by its owner only', () => {
    const first = new FolderKeyStore(folder).sign({ a: 1 });
    const again = new FolderKeyStore(folder).sign({ a: 1 });
    expect(again).toEqual(first);
    expect(first.keyId).toMatch(/^[0-9a-f]{16}$/);
    expect(statSync(join(folder, 'signing-key.pem')).mode & 0o777).toBe(0o600);
  });

  it('signs what a document says, not how it is written', () => {
    const keys = new FolderKeyStore(folder);
    const signed = keys.sign({ a: 1, b: { c: [1, 2], d: 'é' } });
    expect(keys.verify({ b: { d: 'é', c: [1, 2] }, a: 1 }, signed)).toBe('valid');
    expect(keys.verify({ b: { d: 'é', c: [2, 1] }, a: 1 }, signed)).toBe('invalid');
    expect(keys.verify({ a: 1 }, { ...signed, signature: '' })).toBe('invalid');
    expect(keys.verify({ a: 1 }, { ...signed, keyId: '0000000000000000' })).toBe('unknown-key');
  });

  it('trusts the public keys that lie beside its own', () => {
    const neighbour = mkdtempSync(join(tmpdir(), 'reprise-keys-'));
    const theirs = new FolderKeyStore(neighbour);
    const signed = theirs.sign({ a: 1 });
    expect(new FolderKeyStore(folder).verify({ a: 1 }, signed)).toBe('unknown-key');
    writeFileSync(join(folder, 'neighbour.pub.pem'), theirs.publicKeys()[signed.keyId] as string);
    expect(new FolderKeyStore(folder).verify({ a: 1 }, signed)).toBe('valid');
    rmSync(neighbour, { recursive: true });
  });

  it('says so when the key is none', () => {
    writeFileSync(join(folder, 'signing-key.pem'), 'nonsense');
    expect(() => new FolderKeyStore(folder)).toThrow(Failure);
    expect(readFileSync(join(folder, 'signing-key.pem'), 'utf8')).toBe('nonsense');
  });
});
