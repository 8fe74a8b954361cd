import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import {
  KeyStore,
  namesKey,
  type Signature,
  signatureBytes,
  type SignatureCheck,
  type SignedKind,
  signedText,
} from '#usecases';

/** A key of its own, that trusts itself alone. */
export class MemoryKeys extends KeyStore {
  private readonly pair = generateKeyPairSync('ed25519');
  override readonly keyId = createHash('sha256')
    .update(this.pair.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');

  override sign(kind: SignedKind, document: object): Signature {
    return this.signAs(this.keyId, kind, document);
  }

  /** As it was signed formerly: by the short name of the key, without a first line. */
  signFormerly(kind: SignedKind, document: object): Signature {
    return this.signAs(this.keyId.slice(0, 16), kind, document);
  }

  private signAs(keyId: string, kind: SignedKind, document: object): Signature {
    const text = Buffer.from(signedText(kind, document, keyId));
    return { keyId, signature: sign(null, text, this.pair.privateKey).toString('base64') };
  }

  override verify(kind: SignedKind, document: object, { signature, keyId }: Signature): SignatureCheck {
    if (!namesKey(keyId, this.keyId)) return 'unknown-key';
    const bytes = signatureBytes(signature);
    const text = Buffer.from(signedText(kind, document, keyId));
    return bytes && verify(null, text, this.pair.publicKey, bytes) ? 'valid' : 'invalid';
  }

  override publicKeys(): Readonly<Record<string, string>> {
    return { [this.keyId]: this.pair.publicKey.export({ type: 'spki', format: 'pem' }).toString() };
  }
}
