import type { SignedKind } from '../operate/signed-text.js';

/** A signature and the key that made it. */
export interface Signature {
  /** Ed25519, canonical base64. */
  readonly signature: string;
  /** SHA-256 over the public key (SPKI, DER), hex; its first 16 digits in signatures of before (`signedText`). */
  readonly keyId: string;
}

export type SignatureCheck = 'valid' | 'invalid' | 'unknown-key';

/** The keys whose word counts here, each known by its whole fingerprint. */
export abstract class TrustedKeys {
  /** `unknown-key` for every key that nobody named to this process. */
  abstract verify(kind: SignedKind, document: object, signed: Signature): SignatureCheck;
  /** Public keys by their id, PEM: what a stranger needs to check a signature. */
  abstract publicKeys(): Readonly<Record<string, string>>;
}

/** Trusts nobody: whoever was told no key refuses every signature. */
export const noTrustedKeys: TrustedKeys = { verify: () => 'unknown-key', publicKeys: () => ({}) };
