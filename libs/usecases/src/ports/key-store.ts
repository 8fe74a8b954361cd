import type { SignedKind } from '../operate/signed-text.js';
import { type Signature, TrustedKeys } from './trusted-keys.js';

/** Signs what an operator's word or a built state rests on, in the form of `signedText`; its own key is among the trusted. */
export abstract class KeyStore extends TrustedKeys {
  /** Of the key that signs. */
  abstract readonly keyId: string;
  abstract sign(kind: SignedKind, document: object): Signature;
}
