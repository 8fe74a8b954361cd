import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '#domain';
import {
  namesKey,
  type Signature,
  signatureBytes,
  type SignatureCheck,
  type SignedKind,
  signedText,
  TrustedKeys,
} from '#usecases';

/** A file of a trusted key, in PEM: whose it is, then this. */
export const publicKeyEnding = '.pub.pem';

/** SHA-256 over the public key (SPKI, DER), hex: the whole of it names the key. */
export const fingerprintOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');

const howToTrust =
  'REPRISE_TRUSTED_KEYS_DIR names a folder with NAME.pub.pem of each trusted key (Ed25519, PEM), that of control among them: docs/operating.md, "Keys"';

const read = (path: string): KeyObject => {
  const key = createPublicKey(readFileSync(path, 'utf8'));
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new Error('another type of key');
};

const readAll = (folder: string): readonly KeyObject[] => {
  let path = folder;
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(publicKeyEnding))
      .map((name) => read((path = join(folder, name))));
  } catch (cause) {
    throw new Failure('input.invalid', `${path} cannot be read as trusted keys`, howToTrust, { cause });
  }
};

/**
 * The public keys of a folder, one a file, read once. A folder without any stops the process: it would refuse every approval, those too that were given
 * long ago, and show what stood before them.
 */
export class FolderTrustedKeys extends TrustedKeys {
  private readonly keys: ReadonlyMap<string, KeyObject>;

  /** Throws `input.invalid` where the folder cannot be used. */
  constructor(readonly folder: string) {
    super();
    this.keys = new Map(readAll(folder).map((key) => [fingerprintOf(key), key]));
    if (this.keys.size === 0)
      throw new Failure('input.invalid', `${folder} holds no trusted key: no approval would count`, howToTrust);
  }

  has(fingerprint: string): boolean {
    return this.keys.has(fingerprint);
  }

  override verify(kind: SignedKind, document: object, { signature, keyId }: Signature): SignatureCheck {
    // A beginning that two keys have names neither.
    const [named, ...others] = [...this.keys].filter(([fingerprint]) => namesKey(keyId, fingerprint));
    if (!named || others.length > 0) return 'unknown-key';
    const bytes = signatureBytes(signature);
    const [, key] = named;
    return bytes && verify(null, Buffer.from(signedText(kind, document, keyId)), key, bytes) ? 'valid' : 'invalid';
  }

  override publicKeys(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.keys].map(([id, key]) => [id, key.export({ type: 'spki', format: 'pem' }).toString()]),
    );
  }
}
