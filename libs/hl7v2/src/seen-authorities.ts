import { toldAuthorities } from './mapping/told-authorities.js';
import { Message } from './message/message.js';
import { headLengthMax, readDelimiters } from './message/syntax.js';

/** An authority that a message names by its namespace and its OID together. */
export interface SeenAuthority {
  readonly namespace: string;
  readonly oid: string;
}

/**
 * Patient, visit and order stand near the beginning; what follows is results and documents.
 * @limit Inside | bytes of a message in which authorities are looked for | what stands behind proposes none
 */
const bytesMax = 65_536;
/** A name with other characters could be read only in the message's character set. */
const plain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/**
 * The authorities that a message names whole, each once: what a sender's profile may declare (`hl7.authorities`). Of the numbers that
 * records are told by; never throws on bytes.
 */
export const seenAuthorities = (received: Uint8Array): readonly SeenAuthority[] => {
  const { buffer, byteOffset, byteLength } = received;
  const text = Buffer.from(buffer, byteOffset, Math.min(byteLength, bytesMax)).toString('latin1');
  const start = text.indexOf('MSH');
  const delimiters = start < 0 ? undefined : readDelimiters(text.slice(start, start + headLengthMax));
  if (delimiters === undefined) return [];
  const syntax = { ...delimiters, charset: 'iso-8859-1', hasEscapes: true, hasControls: true } as const;
  const seen = new Map<string, SeenAuthority>();
  for (const { namespace, universal: oid } of toldAuthorities(new Message(text.slice(start), syntax)))
    if (plain.test(namespace) && plain.test(oid)) seen.set(`${namespace}\n${oid}`, { namespace, oid });
  return [...seen.values()];
};
