import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '#usecases';
import { keyStoreContract } from '../../testing/src/contracts/key-store.contract.js';
import { newTestKeys } from '../test/new-test-keys.js';
import { FolderKeyStore, FolderTrustedKeys, makeSigningKey, publicKeyIn } from './index.js';

const scratch = mkdtempSync(join(tmpdir(), 'reprise-keys-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const fresh = (): string => mkdtempSync(join(scratch, 'keys-'));
type Folders = ReturnType<typeof newTestKeys>;
const storeOf = ({ keysDir, trustedKeysDir }: Folders): FolderKeyStore =>
  new FolderKeyStore(keysDir, new FolderTrustedKeys(trustedKeysDir));

keyStoreContract('FolderKeyStore', () => storeOf(newTestKeys(fresh())));

describe('a folder with a signing key', () => {
  let folders: Folders;
  beforeEach(() => {
    folders = newTestKeys(fresh());
  });

  it('is only read: a key that is missing is not made again', () => {
    rmSync(join(folders.keysDir, 'signing-key.pem'));
    expect(() => storeOf(folders)).toThrow(/signing-key\.pem is not there, and none is made in its place/);
    expect(readdirSync(folders.keysDir)).toEqual([]);
  });

  it('says so when the key is none, or of another type', () => {
    const path = join(folders.keysDir, 'signing-key.pem');
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });
    for (const text of ['nonsense', rsa.toString()]) {
      writeFileSync(path, text);
      expect(() => storeOf(folders)).toThrow('cannot be read');
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
  });

  it('stops where nobody would accept what it signs', () => {
    writeFileSync(join(folders.trustedKeysDir, 'control.pub.pem'), publicKeyIn(newTestKeys(fresh()).keysDir));
    expect(() => storeOf(folders)).toThrow('is not among the trusted keys');
  });

  it('is made for a new installation alone, readable by its owner only', () => {
    const path = join(folders.keysDir, 'signing-key.pem');
    const before = readFileSync(path, 'utf8');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(() => makeSigningKey(folders.keysDir)).toThrow('EEXIST');
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(readdirSync(folders.keysDir)).toEqual(['signing-key.pem']);
  });
});

describe('trusted keys', () => {
  it('are those that are named in the folder, and no others', () => {
    const [ours, theirs] = [newTestKeys(fresh()), newTestKeys(fresh())];
    const signed = storeOf(theirs).sign('certificate', { a: 1 });
    expect(storeOf(ours).verify('certificate', { a: 1 }, signed)).toBe('unknown-key');
    writeFileSync(join(ours.trustedKeysDir, 'neighbour.pub.pem'), publicKeyIn(theirs.keysDir));
    expect(storeOf(ours).verify('certificate', { a: 1 }, signed)).toBe('valid');
  });

  it('take what was signed before under the short name of the key, seen as such', () => {
    const folders = newTestKeys(fresh());
    const keys = storeOf(folders);
    const privateKey = createPrivateKey(readFileSync(join(folders.keysDir, 'signing-key.pem'), 'utf8'));
    const document = { a: 1 };
    const signature = sign(null, Buffer.from(canonicalJson(document)), privateKey).toString('base64');
    const former = { signature, keyId: keys.keyId.slice(0, 16) };
    expect(keys.verify('certificate', document, former)).toBe('valid');
    expect(keys.verify('certificate', document, { ...former, keyId: keys.keyId })).toBe('invalid');
    expect(keys.verify('certificate', { a: 2 }, former)).toBe('invalid');
  });

  it('are at least one, each readable', () => {
    const folder = fresh();
    expect(() => new FolderTrustedKeys(folder)).toThrow('holds no trusted key');
    expect(() => new FolderTrustedKeys(join(folder, 'missing'))).toThrow('missing cannot be read as trusted keys');
    mkdirSync(join(folder, 'sub'));
    writeFileSync(join(folder, 'odd.pub.pem'), 'nonsense');
    expect(() => new FolderTrustedKeys(folder)).toThrow('odd.pub.pem cannot be read as trusted keys');
  });
});
