/** A signature and the key that made it. */
export interface Signature {
  /** Ed25519, base64. */
  readonly signature: string;
  /** First 16 hex digits of SHA-256 over the public key (SPKI, DER). */
  readonly keyId: string;
}

export type SignatureCheck = 'valid' | 'invalid' | 'unknown-key';

/** Signs what an operator's word or a built state rests on. Documents are signed in canonical JSON (`canonicalJson`). */
export abstract class KeyStore {
  /** Of the key that signs. */
  abstract readonly keyId: string;
  abstract sign(document: object): Signature;
  abstract verify(document: object, signed: Signature): SignatureCheck;
  /** Public keys by their id, PEM: what a stranger needs to check a signature. */
  abstract publicKeys(): Readonly<Record<string, string>>;
}
