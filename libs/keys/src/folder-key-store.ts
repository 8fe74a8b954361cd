import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '#domain';
import { KeyStore, type Signature, type SignatureCheck, type SignedKind, signedText } from '#usecases';
import { fingerprintOf, type FolderTrustedKeys } from './folder-trusted-keys.js';

export const signingKeyFile = 'signing-key.pem';

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

const readSigningKey = (folder: string): KeyObject => {
  const path = join(folder, signingKeyFile);
  try {
    const key = createPrivateKey(readFileSync(path, 'utf8'));
    if (key.asymmetricKeyType === 'ed25519') return key;
    throw new Error('another type of key');
  } catch (cause) {
    if (isMissing(cause))
      throw new Failure(
        'input.invalid',
        `the signing key ${path} is not there, and none is made in its place`,
        'bring it back from its backup; for a new installation, or where it is lost, make one and name its public key to every process: docs/operating.md, "Keys"',
        { cause },
      );
    throw new Failure(
      'input.invalid',
      `the signing key ${path} cannot be read`,
      'REPRISE_KEYS_DIR names a folder with signing-key.pem, an Ed25519 key in PKCS 8 (PEM) that this user may read',
      { cause },
    );
  }
};

/** Signs with Ed25519 by `signing-key.pem` (PKCS 8) of a folder, which it only reads: a key that is lost is never replaced in silence. */
export class FolderKeyStore extends KeyStore {
  private readonly privateKey: KeyObject;
  override readonly keyId: string;

  /** Throws `input.invalid` where there is no key, or where it is not among the trusted: nobody else would accept what it signs. */
  constructor(
    folder: string,
    private readonly trusted: FolderTrustedKeys,
  ) {
    super();
    this.privateKey = readSigningKey(folder);
    this.keyId = fingerprintOf(createPublicKey(this.privateKey));
    if (!trusted.has(this.keyId))
      throw new Failure(
        'input.invalid',
        `the key that signs here (${this.keyId}) is not among the trusted keys of ${trusted.folder}`,
        'put its public key there as NAME.pub.pem, for every process: docs/operating.md, "Keys"',
      );
  }

  override sign(kind: SignedKind, document: object): Signature {
    const { keyId } = this;
    const text = Buffer.from(signedText(kind, document, keyId));
    return { signature: sign(null, text, this.privateKey).toString('base64'), keyId };
  }

  override verify(kind: SignedKind, document: object, signed: Signature): SignatureCheck {
    return this.trusted.verify(kind, document, signed);
  }

  override publicKeys(): Readonly<Record<string, string>> {
    return this.trusted.publicKeys();
  }
}
