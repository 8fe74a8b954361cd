import { canonicalJson } from './canonical-json.js';

/** What a signature is of. A signature of the one never passes for one of the other. */
export type SignedKind = 'certificate' | 'approval';

/** Of a key: SHA-256 over its public half (SPKI, DER), hex, whole. */
const keyIdLength = 64;
/** Formerly a key was named by its first 16 digits, and what it signed had no first line. */
const formerKeyIdLength = 16;

/** Was it signed before documents had a first line? Seen by its key's short name, which is within what is signed or beside it. */
export const isFormerSignature = (keyId: string): boolean => keyId.length === formerKeyIdLength;

/** Does this name the key of that fingerprint? A former signature names it by the beginning. */
export const namesKey = (keyId: string, fingerprint: string): boolean =>
  keyId.length === keyIdLength ? keyId === fingerprint : isFormerSignature(keyId) && fingerprint.startsWith(keyId);

/** The text that is signed: a line that says what it is and in which version, then canonical JSON (RFC 8785). */
export const signedText = (kind: SignedKind, document: object, keyId: string): string =>
  isFormerSignature(keyId) ? canonicalJson(document) : `reprise ${kind} 1\n${canonicalJson(document)}`;

/** Ed25519, bytes. */
const signatureSize = 64;

/** The bytes of a signature, where it is written in the one way that base64 has for them. */
export const signatureBytes = (signature: string): Uint8Array | undefined => {
  const bytes = Buffer.from(signature, 'base64');
  return bytes.byteLength === signatureSize && bytes.toString('base64') === signature ? bytes : undefined;
};
