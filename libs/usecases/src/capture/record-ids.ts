import { createHmac, type KeyObject } from 'node:crypto';

/** A FHIR id that carries no identity: the same for the same words and secret, for ever. */
export type IdOf = (kind: string, domain: string, identifier: string) => string;

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 base32, lower case, of a whole number of 5-byte groups: no padding. */
const base32 = (bytes: Uint8Array): string => {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet[(value >>> bits) & 31];
    }
  }
  return text;
};

/**
 * Ids of records that have none of their own (design, section 5): HMAC-SHA-256 with the establishment's secret over kind, domain
 * and identifier, each with its length before it (so that no two triples are one text); the first 160 bits in base32, 32
 * characters. Never to change: ids made yesterday must come out the same.
 */
export const recordIds =
  (secret: KeyObject): IdOf =>
  (kind, domain, identifier) => {
    const words = `${kind.length}:${kind}${domain.length}:${domain}${identifier.length}:${identifier}`;
    return base32(createHmac('sha256', secret).update(words).digest().subarray(0, 20));
  };
