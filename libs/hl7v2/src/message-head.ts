import type { Instant } from '#domain';
import type { Charset } from './message/charset.js';
import type { Hl7Time } from './message/hl7-time.js';
import type { Delimiters } from './message/syntax.js';
import type { Segment } from './message/segment.js';

/** What of a message can be said even when it is refused. Fields are as they stood, escapes included. */
export interface MessageHead {
  readonly delimiters: Delimiters;
  readonly charset: Charset;
  readonly sendingApplication: string;
  readonly sendingFacility: string;
  readonly receivingApplication: string;
  readonly receivingFacility: string;
  /** MSH-7 as an instant, where it is one. */
  readonly sentAt?: Instant;
  /** The offset that MSH-7 names, minutes east of Greenwich. */
  readonly sentOffset?: number;
  /** MSH-9: `ADT^A01^ADT_A01`. */
  readonly type: string;
  /** `ADT^A01`; `unknown` where MSH-9 names none. */
  readonly label: string;
  /**
   * MSH-10 without the blanks around it; empty where there is none. It is what identifies: an id that comes with blanks and
   * without them is the same one, and other bytes under it are told (`message-id-reused`).
   */
  readonly controlId: string;
  /** MSH-10 to the letter: what MSA-2 repeats. */
  readonly writtenControlId: string;
  readonly processing: string;
  readonly version: string;
  /** MSH-15 and MSH-16: `AL`, `NE`, `ER`, `SU` or empty. */
  readonly acceptAck: string;
  readonly applicationAck: string;
  readonly country: string;
  readonly declaredCharset: string;
}

const word = /^[A-Z0-9_]{1,12}$/i;

/** HL7 table 0076: types of messages have three characters. */
const typeForm = /^[A-Z][A-Z0-9]{2}$/;

/** Type and trigger in one component (`ADT A01`). By `_` stands the name of a structure, which several triggers share. */
const joinedForm = /^([A-Z]{3})[^A-Z0-9_]([A-Z]\d\d)$/;

const inCapitals = (code: string): string => (typeForm.test(code.toUpperCase()) ? code.toUpperCase() : code);

/** Type and trigger of MSH-9; what is no code is not repeated, for it could be anything. */
export const messageTypeOf = (msh: Segment): { readonly label: string; readonly isJoined: boolean } => {
  const [type, trigger] = [inCapitals(msh.text(9, 1)), inCapitals(msh.text(9, 2))];
  const joined = trigger === '' ? joinedForm.exec(msh.raw(9).trim().toUpperCase()) : null;
  if (joined) return { label: `${joined[1]}^${joined[2]}`, isJoined: true };
  const known = word.test(type) ? type : 'unknown';
  return { label: known !== 'unknown' && word.test(trigger) ? `${type}^${trigger}` : known, isJoined: false };
};

export const headOf = (
  msh: Segment,
  read: { readonly delimiters: Delimiters; readonly charset: Charset; readonly sent?: Hl7Time | undefined },
): MessageHead => ({
  delimiters: read.delimiters,
  charset: read.charset,
  sendingApplication: msh.raw(3),
  sendingFacility: msh.raw(4),
  receivingApplication: msh.raw(5),
  receivingFacility: msh.raw(6),
  ...(read.sent?.instant !== undefined && { sentAt: read.sent.instant }),
  ...(read.sent?.offset !== undefined && { sentOffset: read.sent.offset }),
  type: msh.raw(9),
  label: messageTypeOf(msh).label,
  controlId: msh.raw(10).trim(),
  writtenControlId: msh.raw(10),
  processing: msh.raw(11),
  version: msh.raw(12),
  acceptAck: msh.text(15),
  applicationAck: msh.text(16),
  country: msh.raw(17),
  declaredCharset: msh.raw(18),
});
