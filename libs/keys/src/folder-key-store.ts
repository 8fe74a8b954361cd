import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '#domain';
import { canonicalJson, KeyStore, type Signature, type SignatureCheck } from '#usecases';

const keyFile = 'signing-key.pem';

/** First 16 hex digits of SHA-256 over the public key (SPKI, DER). */
const idOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);

/** Made once: linked into place whole, so that two processes that start together end with one key. */
const makeOnce = (path: string): void => {
  if (existsSync(path)) return;
  const mine = `${path}.${process.pid}`;
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(mine, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  try {
    linkSync(mine, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(mine);
  }
};

/**
 * Ed25519 in a folder: `signing-key.pem` (PKCS 8, 0600) signs; `*.pub.pem` beside it are keys whose signatures are still
 * trusted (former keys, keys of a neighbour).
 */
export class FolderKeyStore extends KeyStore {
  private readonly privateKey: KeyObject;
  override readonly keyId: string;
  private readonly trusted: ReadonlyMap<string, KeyObject>;

  /** Throws `Failure` `input.invalid` where the folder cannot be used. */
  constructor(folder: string) {
    super();
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      makeOnce(join(folder, keyFile));
      this.privateKey = createPrivateKey(readFileSync(join(folder, keyFile)));
      const own = createPublicKey(this.privateKey);
      const others = readdirSync(folder)
        .filter((name) => name.endsWith('.pub.pem'))
        .map((name) => createPublicKey(readFileSync(join(folder, name))));
      this.keyId = idOf(own);
      this.trusted = new Map([own, ...others].map((key) => [idOf(key), key]));
    } catch (cause) {
      throw new Failure(
        'input.invalid',
        `the signing key in ${folder} cannot be read or made`,
        'REPRISE_KEYS_DIR names a folder that this user may write, with signing-key.pem in it or empty',
        { cause },
      );
    }
  }

  override sign(document: object): Signature {
    const bytes = Buffer.from(canonicalJson(document));
    return { signature: sign(null, bytes, this.privateKey).toString('base64'), keyId: this.keyId };
  }

  override verify(document: object, { signature, keyId }: Signature): SignatureCheck {
    const key = this.trusted.get(keyId);
    if (!key) return 'unknown-key';
    const holds = verify(null, Buffer.from(canonicalJson(document)), key, Buffer.from(signature, 'base64'));
    return holds ? 'valid' : 'invalid';
  }

  override publicKeys(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.trusted].map(([id, key]) => [id, key.export({ type: 'spki', format: 'pem' }).toString()]),
    );
  }
}
