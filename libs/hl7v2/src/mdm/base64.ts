import { createHash } from 'node:crypto';

/** 1: a character of the alphabet of RFC 4648, section 4. */
const alphabet = new Uint8Array(256);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
  alphabet[character.charCodeAt(0)] = 1;

const equals = 0x3d;

/** Of a whole number of groups, padded: how many bytes they stand for. `undefined`: it is no base64. */
const decodedSize = (ascii: Uint8Array): number | undefined => {
  let end = ascii.length;
  if (end === 0 || end % 4 !== 0) return undefined;
  while (end > ascii.length - 2 && ascii[end - 1] === equals) end--;
  for (let i = 0; i < end; i++) if (alphabet[ascii[i] ?? 0] !== 1) return undefined;
  return (ascii.length / 4) * 3 - (ascii.length - end);
};

/** A megabyte at a time: the decoded content is never held whole. Whole groups of four. */
const stepLength = 1 << 20;

/** SHA-1 of the content, in base64 (FHIR R4, Attachment.hash). */
const sha1Of = (base64: string): string => {
  const sha1 = createHash('sha1');
  for (let at = 0; at < base64.length; at += stepLength) sha1.update(base64.slice(at, at + stepLength), 'base64');
  return sha1.digest('base64');
};

export interface Enclosed {
  /** `before`, the base64 and `after`, in UTF-8. */
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
  readonly sha1: string;
}

/**
 * Base64 of a message between two texts, checked: line breaks are taken out and padding that is missing is put in; anything else that
 * is not the alphabet's is `undefined`. It is copied once, whatever its size.
 */
export const enclose = (before: string, received: string, after: string): Enclosed | undefined => {
  const compact = /\s/.test(received) ? received.replace(/\s+/g, '') : received;
  const base64 = compact.length % 4 < 2 ? compact : compact.padEnd(compact.length + 4 - (compact.length % 4), '=');
  const [start, end] = [Buffer.from(before, 'utf8'), Buffer.from(after, 'utf8')];
  const bytes = Buffer.allocUnsafeSlow(start.length + base64.length + end.length);
  start.copy(bytes);
  // As UTF-8: what is beyond ASCII becomes bytes that are not the alphabet's.
  const written = bytes.write(base64, start.length, 'utf8');
  end.copy(bytes, start.length + written);
  const sizeBytes = decodedSize(bytes.subarray(start.length, start.length + base64.length));
  return sizeBytes === undefined ? undefined : { bytes, sizeBytes, sha1: sha1Of(base64) };
};
