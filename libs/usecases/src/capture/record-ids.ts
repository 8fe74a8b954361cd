import { hash, type KeyObject } from 'node:crypto';

/** A FHIR id that carries no identity: the same for the same words and secret, for ever. */
export type IdOf = (kind: string, domain: string, identifier: string) => string;

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** Two characters for each ten bits. */
const pairs = Array.from({ length: 1024 }, (_, at) => alphabet.charAt(at >> 5) + alphabet.charAt(at & 31));

/** RFC 4648 base32, lower case, of the first 20 bytes of a text of one character a byte: five bytes make eight characters. */
const base32 = (bytes: string): string => {
  let text = '';
  for (let at = 0; at < 20; at += 5) {
    const middle = bytes.charCodeAt(at + 2);
    const high = (bytes.charCodeAt(at) << 12) | (bytes.charCodeAt(at + 1) << 4) | (middle >> 4);
    const low = ((middle & 15) << 16) | (bytes.charCodeAt(at + 3) << 8) | bytes.charCodeAt(at + 4);
    text += `${pairs[high >> 10]}${pairs[high & 1023]}${pairs[low >> 10]}${pairs[low & 1023]}`;
  }
  return text;
};

/** Block length of SHA-256. */
const block = 64;

/** HMAC-SHA-256 (RFC 2104) of a text, one character a byte: two hashes in one call each, a third of the cost of `createHmac`. */
const macOf = (secret: KeyObject): ((words: string) => string) => {
  const exported = secret.export();
  const key = exported.length > block ? Buffer.from(hash('sha256', exported, 'hex'), 'hex') : exported;
  const padded = (pad: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < block; at++) bytes[at] = (key[at] ?? 0) ^ pad;
    return bytes;
  };
  let inner = padded(0x36, 1024);
  const outer = padded(0x5c, block + 32);
  return (words) => {
    if (inner.length < block + words.length * 3) inner = padded(0x36, block + words.length * 3);
    const length = inner.write(words, block, 'utf8');
    outer.write(hash('sha256', inner.subarray(0, block + length), 'binary'), block, 'latin1');
    return hash('sha256', outer, 'binary');
  };
};

/**
 * Ids of records that have none of their own (design, section 5): HMAC-SHA-256 with the establishment's secret over kind, domain
 * and identifier, each with its length before it (so that no two triples are one text); the first 160 bits in base32, 32
 * characters. Never to change: ids made yesterday must come out the same.
 */
export const recordIds = (secret: KeyObject): IdOf => {
  const mac = macOf(secret);
  return (kind, domain, identifier) =>
    base32(mac(`${kind.length}:${kind}${domain.length}:${domain}${identifier.length}:${identifier}`));
};
