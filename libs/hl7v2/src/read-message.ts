import type { Change, Instant } from '#domain';
import { Instant as Instants } from '#domain';
import { adtChanges } from './adt/adt.js';
import { checkHead } from './check-head.js';
import { Findings, type MessageError, type RefusalCode } from './findings.js';
import { blankForbidden } from './forbidden-fields.js';
import { type MappedEvent, mapping } from './mapped-event.js';
import { Mapping } from './mapping/mapping.js';
import { type Charset, chooseCharset, decode } from './message/charset.js';
import { readTime } from './message/hl7-time.js';
import { isDamagedHead, mendedHead } from './message/damaged-head.js';
import { lineRanges } from './message/lines.js';
import { Message } from './message/message.js';
import { Segment } from './message/segment.js';
import { type Delimiters, isHead, readDelimiters, standardDelimiters, type Syntax } from './message/syntax.js';
import { placeOfControl } from './message/place-of-control.js';
import { survey } from './message/survey.js';
import { mdmChanges } from './mdm/mdm.js';
import { headOf, type MessageHead } from './message-head.js';
import { oruChanges, resultTriggers } from './oru/oru.js';
import { checkRepresented } from './represented/check-represented.js';
import type { MessageFamily } from './represented/not-taken.js';
import { type ReadingContext, zoneOf } from './reading-context.js';
import { checkPolicy } from './sender-policy.js';
import { table } from './message/table.js';

export type Reading =
  | {
      readonly accepted: true;
      readonly head: MessageHead;
      readonly event: MappedEvent;
    }
  | {
      readonly accepted: false;
      readonly head: MessageHead;
      readonly errors: readonly MessageError[];
      /** For the journal: the bytes, without the fields that the law forbids as far as they could be told. */
      readonly received: Uint8Array;
    };

/** Message type to changes; what is not here is recorded and mapped to nothing. */
const families = table<(mapping: Mapping) => readonly Change[]>({
  ADT: adtChanges,
  MDM: mdmChanges,
  ...Object.fromEntries(resultTriggers.map((trigger) => [`ORU^${trigger}`, oruChanges])),
});

/** Families of which every position is taken, warned of or listed. */
const checkedFamilies: readonly MessageFamily[] = ['ADT', 'ORU', 'MDM'];

const syntaxOf = (
  delimiters: Delimiters,
  charset: Charset,
  { hasEscapes = false, hasControls = false } = {},
): Syntax => ({ ...delimiters, charset, hasEscapes, hasControls });

const blank = new Set<number | undefined>([0x09, 0x0a, 0x0d, 0x20]);

const messageOf = (received: Uint8Array, start: number, syntax: Syntax): Message =>
  new Message(
    decode(Buffer.from(received.buffer, received.byteOffset, received.byteLength).subarray(start), syntax.charset),
    syntax,
  );

/** Where MSH begins: byte-order marks and blank lines before it are not the sender's words. */
const startOf = (bytes: Buffer): number => {
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (blank.has(bytes[start])) start++;
  return start;
};

interface Opened {
  readonly delimiters: Delimiters;
  readonly msh: Segment;
  /** Why nothing behind MSH can be read. */
  readonly refusal?: RefusalCode;
}

/** @limit Inside | characters of MSH that a refusal is answered from | the rest is not read */
const mshMax = 2000;

const noMsh = new Segment('MSH', syntaxOf(standardDelimiters, 'us-ascii'), 1);

/** MSH as far as it can be read, one character a byte: it names the character set of the rest. */
const openMsh = (bytes: Buffer, start: number): Opened => {
  const lineEnd = bytes.indexOf(0x0d, start) + 1;
  const head = bytes.toString('latin1', start, lineEnd === 0 ? start + mshMax : Math.min(lineEnd, start + mshMax));
  if (!head.startsWith('MSH')) return { delimiters: standardDelimiters, msh: noMsh, refusal: 'msh-missing' };
  const [range] = lineRanges(head, head.charAt(3));
  const line = head.slice(0, range?.[1] ?? 0);
  const delimiters = readDelimiters(line);
  const opened = (read: string, by: Delimiters): Opened => ({
    delimiters: by,
    msh: new Segment(read, syntaxOf(by, 'iso-8859-1', { hasEscapes: true }), 1),
  });
  if (delimiters !== undefined) return opened(line, delimiters);
  const mended = mendedHead(line) ?? { line: 'MSH', delimiters: standardDelimiters };
  return { ...opened(mended.line, mended.delimiters), refusal: 'delimiters-unreadable' };
};

const refusalPlaces: Partial<Record<RefusalCode, string>> = {
  'msh-missing': 'MSH^1',
  'delimiters-unreadable': 'MSH^1^2',
  'not-its-charset': 'MSH^1^18',
  'nul-byte': 'MSH^1',
};

const typeIn = ({ label }: MessageHead): string => {
  const end = label.indexOf('^');
  return end < 0 ? label : label.slice(0, end);
};

/** ZBE-2, EVN-6 or EVN-2: when it happened in the hospital, as far as the message says. */
const occurredAtOf = ({ message, zone }: Mapping): Instant | undefined => {
  const evn = message.first('EVN');
  for (const raw of [message.first('ZBE')?.text(2), evn?.text(6), evn?.text(2)]) {
    const time = raw ? readTime(raw, zone) : undefined;
    if (time?.instant !== undefined) return Instants.of(time.instant);
  }
  return undefined;
};

type Refused = Extract<Reading, { accepted: false }>;

/** A message that can be read: nothing of it is mapped yet. */
interface OpenMessage {
  readonly message: Message;
  readonly head: MessageHead;
  readonly charset: Charset;
  /** As it may be kept. */
  readonly blanked: Uint8Array;
}

/** Everything that is to be known before a message is mapped; what it finds goes into `findings`. */
const openMessage = (received: Uint8Array, context: ReadingContext, findings: Findings): OpenMessage | Refused => {
  const bytes = Buffer.isBuffer(received)
    ? received
    : Buffer.from(received.buffer, received.byteOffset, received.byteLength);
  const start = startOf(bytes);
  const opened = openMsh(bytes, start);
  const { delimiters, msh: openedMsh } = opened;
  const { excess, hasControls } = survey(bytes, start, delimiters);
  const refuseEarly = (reason: RefusalCode, location = refusalPlaces[reason]): Refused => {
    findings.refuse(reason, location ?? 'MSH^1');
    // In what character set the sender could read the answer is not known: what is said is ASCII, what is repeated its own bytes.
    const head = headOf(openedMsh, { delimiters, charset: 'us-ascii' });
    // Of what is more than a message may hold, the journal gets the beginning.
    const kept = excess ? bytes.subarray(0, excess.at) : bytes;
    const message = new Message(kept.toString('latin1'), syntaxOf(delimiters, 'iso-8859-1'));
    const blanked = blankForbidden(kept, message, new Findings(context.sender));
    return { accepted: false, head, errors: findings.errors, received: blanked };
  };
  if (opened.refusal) return refuseEarly(opened.refusal);
  if (excess) return refuseEarly(`${excess.of}-many`, excess.location);
  if (bytes.includes(0)) return refuseEarly('nul-byte');
  const body = start === 0 ? bytes : bytes.subarray(start);
  const choice = chooseCharset(body, openedMsh.text(18), context.sender.hl7?.charset);
  if ('undecodable' in choice) return refuseEarly('not-its-charset');
  if (choice.doubt) findings.warn(choice.doubt, 'MSH-18');

  const text = decode(body, choice.charset);
  const encodingEnd = text.indexOf(delimiters.field, 4);
  const hasEscapes = text.indexOf(delimiters.escape, encodingEnd) >= 0;
  const syntax = syntaxOf(delimiters, choice.charset, { hasEscapes, hasControls });
  const whole = new Message(text, syntax);
  // What is not to be recorded is not to be read either: records say what the recorded bytes say.
  const blanked = blankForbidden(received, whole, findings);
  const message = blanked === received ? whole : messageOf(blanked, start, syntax);
  for (const { code, location, count } of message.faults) findings.warn(code, location, count);
  const controlAt = placeOfControl(text, syntax);
  if (controlAt !== undefined) findings.warn('text-control-characters', controlAt);
  const msh = message.segments[0] ?? noMsh;
  const sent = readTime(msh.text(7), zoneOf(context));
  const head = headOf(msh, { delimiters, charset: choice.charset, sent });
  // A batch was taken apart before; here the second one would be acknowledged and read by nobody.
  const another = message.all('MSH').find((one) => one !== msh && (isHead(one.line) || isDamagedHead(one.line)));
  if (another) findings.refuse('messages-several', `MSH^${another.sequence}`);
  return { message, head, charset: choice.charset, blanked };
};

/**
 * Of a message that is answered or kept without being taken: its head, and its bytes as they may be kept. Nothing is mapped, which of
 * many segments takes a second.
 */
export const readHead = (
  received: Uint8Array,
  context: ReadingContext,
): { readonly head: MessageHead; readonly received: Uint8Array } => {
  const opened = openMessage(received, context, new Findings(context.sender));
  return { head: opened.head, received: 'blanked' in opened ? opened.blanked : opened.received };
};

/**
 * Reads one HL7 v2 message. Refused is only what would corrupt state or cannot be stored; everything else is accepted, with
 * warnings, and with no changes where its type is not mapped. A function of the bytes and the context; never throws on bytes.
 */
export const readMessage = (received: Uint8Array, context: ReadingContext): Reading => {
  const findings = new Findings(context.sender);
  const opened = openMessage(received, context, findings);
  if (!('blanked' in opened)) return opened;
  const { message, head, blanked } = opened;
  const work = new Mapping(message, head, context, findings);
  checkHead(work);
  checkPolicy(work);
  const family = families[typeIn(head)] ?? families[head.label];
  const changes = family?.(work) ?? [];
  const mapped = checkedFamilies.find((one) => one === typeIn(head));
  if (changes.length > 0 && mapped !== undefined) checkRepresented(message, mapped, findings);
  if (findings.errors.length > 0) return { accepted: false, head, errors: findings.errors, received: blanked };
  const [sentAt, occurredAt] = [head.sentAt, occurredAtOf(work)];
  return {
    accepted: true,
    head,
    event: {
      format: 'hl7v2',
      messageId: head.controlId,
      ...(sentAt !== undefined && { sentAt }),
      ...(occurredAt !== undefined && { occurredAt }),
      mapping,
      label: head.label,
      charset: opened.charset,
      warnings: findings.warnings,
      changes,
      received: blanked,
    },
  };
};
