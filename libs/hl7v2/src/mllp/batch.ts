import type { Instant } from '#domain';
import { answerId } from '../answer-id.js';
import { isDamagedHead } from '../message/damaged-head.js';
import { headLengthMax, isHead } from '../message/syntax.js';
import { writtenTime } from '../message/written-time.js';
import { printable } from './printable.js';

/** FHS or BHS as it came, one character a byte. */
export interface Envelope {
  readonly delimiter: string;
  /** Field n is `fields[n - 1]`: field 1 is the delimiter itself. */
  readonly fields: readonly string[];
}

/** One batch of a file, or messages that stand in no batch (then without `head`). */
export interface Batch {
  readonly head?: Envelope;
  readonly messages: readonly Buffer[];
  /** BTS-1; absent where the sender gives no number. */
  readonly toldMessages?: number;
}

export interface BatchFile {
  /** FHS. */
  readonly head?: Envelope;
  readonly batches: readonly Batch[];
  /** Every byte that is in no message, in their order: with the messages it is the whole content. */
  readonly around: Buffer;
}

type Kind = 'FHS' | 'BHS' | 'MSH' | 'BTS' | 'FTS' | 'other';

interface Line {
  readonly kind: Kind;
  /** Where the line before it ends: a byte-order mark may stand before `start`. */
  readonly begin: number;
  readonly start: number;
  readonly end: number;
}

const isEnd = (byte: number | undefined): boolean => byte === 0x0d || byte === 0x0a;
const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09;
const isWord = (byte: number | undefined): boolean =>
  byte !== undefined && /[A-Za-z0-9]/.test(String.fromCharCode(byte));

const kinds: readonly Kind[] = ['FHS', 'BHS', 'MSH', 'BTS', 'FTS'];

/** 1 for the letters that a name of `kinds` may have in its first and second place: most lines are told by these two. */
const [firstLetters, secondLetters] = [0, 1].map((place) => {
  const letters = new Uint8Array(256);
  for (const kind of kinds) for (const letter of [kind, kind.toLowerCase()]) letters[letter.charCodeAt(place)] = 1;
  return letters;
}) as [Uint8Array, Uint8Array];

/** Blanks and tabs before and behind the name, and small letters, are taken as in any segment (see nameAt). */
const kindAt = (bytes: Buffer, start: number): Kind => {
  if (firstLetters[bytes[start] ?? 0] === 0 || secondLetters[bytes[start + 1] ?? 0] === 0) return 'other';
  const name = bytes.toString('latin1', start, start + 3).toUpperCase();
  return isWord(bytes[start + 3]) ? 'other' : (kinds.find((kind) => kind === name) ?? 'other');
};

const isHeadAt = (bytes: Buffer, start: number): boolean =>
  isHead(bytes.toString('latin1', start, start + headLengthMax));

/**
 * As much of a line as MSH-9 is looked for in.
 * @limit Inside | characters of a line in which MSH-9 is looked for | it is not looked for beyond
 */
const damagedLengthMax = 1_000;

/** Whole, or with a damaged MSH-2. */
const isMshAt = (bytes: Buffer, start: number): boolean => {
  if (isHeadAt(bytes, start)) return true;
  const [line = ''] = bytes.toString('latin1', start, start + damagedLengthMax).split(/[\r\n]/, 1);
  return isDamagedHead(line);
};

const hasMark = (bytes: Buffer, at: number): boolean =>
  bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;

/** Files that were written one behind the other bring a byte-order mark each: it is nobody's word. */
const behindMark = (bytes: Buffer, at: number): number => (hasMark(bytes, at) ? at + 3 : at);

const behindBlanks = (bytes: Buffer, at: number): number => {
  let start = at;
  while (isBlank(bytes[start])) start++;
  return start;
};

/** Behind a byte-order mark and blank lines. */
const beginOf = (bytes: Buffer): number => {
  let start = behindMark(bytes, 0);
  while (isEnd(bytes[start]) || isBlank(bytes[start])) start++;
  return start;
};

/** The first byte of the next line that is not blank, or the length. */
const nextLine = (bytes: Buffer, end: number): number => {
  const { length } = bytes;
  let next = end;
  while (next < length && isEnd(bytes[next])) next++;
  return next;
};

const endOfLine = (bytes: Buffer, start: number): number => {
  const { length } = bytes;
  let end = start;
  while (end < length && !isEnd(bytes[end])) end++;
  return end;
};

/**
 * Lines that follow on each other without a gap; blank ones belong to what stands before them. Those of kind `other` that stand
 * together are one: twenty megabytes may hold ten million.
 */
const linesOf = function* (bytes: Buffer): Generator<Line> {
  const { length } = bytes;
  let begin = 0;
  /** Where the lines of kind `other` begin that were not given yet. */
  let others: Pick<Line, 'begin' | 'start'> | undefined;
  let at = beginOf(bytes);
  while (at < length) {
    const start = behindBlanks(bytes, behindMark(bytes, at));
    const end = endOfLine(bytes, start);
    const next = nextLine(bytes, end);
    if (end > start) {
      const kind = kindAt(bytes, start);
      if (kind === 'other') others ??= { begin, start };
      else {
        if (others) yield { kind: 'other', ...others, end: begin };
        others = undefined;
        yield { kind, begin, start, end: next };
      }
      begin = next;
    }
    at = next;
  }
  if (others) yield { kind: 'other', ...others, end: begin };
};

const envelopeOf = (bytes: Buffer, { start, end }: Line): Envelope => {
  const text = printable(bytes.toString('latin1', start, end)).replace(/^(\w{3})[ \t]+/, '$1');
  const delimiter = text.charAt(3) || '|';
  return { delimiter, fields: text.split(delimiter) };
};

interface Open {
  head?: Envelope;
  messages: Buffer[];
  toldMessages?: number;
}

/**
 * A frame of more messages than that holds none: of twenty megabytes each would have 400 bytes. Lines that are only named so count too:
 * to see whether one is meant takes a microsecond.
 * @limit HL7 v2 | messages in one frame | AE
 */
const headsMax = 50_000;

/** Undefined where more of them are named as heads and trailers are than may be. */
const fewLines = (bytes: Buffer): readonly Line[] | undefined => {
  const lines: Line[] = [];
  let heads = 0;
  for (const line of linesOf(bytes)) {
    if (line.kind !== 'other' && ++heads > headsMax) return undefined;
    lines.push(line);
  }
  return lines;
};

/**
 * The content begins as a batch does (HL7 v2.5, section 2.10.3: `[FHS] { [BHS] { MSH … } [BTS] } [FTS]`), or holds several messages
 * without any envelope.
 */
const isBatch = (bytes: Buffer, [first, ...rest]: readonly Line[]): boolean =>
  first?.kind === 'MSH'
    ? rest.some(({ kind, start }) => kind === 'MSH' && isUpperCase(bytes, start) && isMshAt(bytes, start))
    : first !== undefined && first.kind !== 'other';

/** Without an envelope a name in small letters begins no message: it is told of the one that it stands in. */
const isUpperCase = (bytes: Buffer, start: number): boolean => bytes.toString('latin1', start, start + 3) === 'MSH';

/** The messages of a batch; undefined where the content is none, and is to be refused as a whole where it holds too many. */
export const readBatch = (bytes: Buffer): BatchFile | undefined => {
  const lines = fewLines(bytes);
  return lines && isBatch(bytes, lines) ? messagesOf(bytes, lines) : undefined;
};

/** In the midst of a message a line may be text that a bare line end broke: then what it begins with has to be meant. */
const isMeant = (bytes: Buffer, { kind, start }: Line, separators: ReadonlySet<number | undefined>): boolean => {
  if (kind === 'other') return false;
  if (kind === 'MSH') return isMshAt(bytes, start);
  if (kind !== 'BTS' && kind !== 'FTS') return isHeadAt(bytes, start);
  const next = bytes[behindBlanks(bytes, start + 3)];
  return next === undefined || isEnd(next) || separators.has(next);
};

/**
 * The messages of a file, each with its own bytes, in a batch or one after the other, and what stands around them. Segments that
 * stand before any MSH are given as a message, so that they are refused and not lost.
 */
export const readMessages = (bytes: Buffer): BatchFile => messagesOf(bytes, linesOf(bytes));

const messagesOf = (bytes: Buffer, lines: Iterable<Line>): BatchFile => {
  let file: Envelope | undefined;
  const batches: Open[] = [];
  const around: Buffer[] = [];
  /** Bytes behind which heads were seen: those that end the name of a trailer. */
  const separators = new Set<number | undefined>();
  let open: Open | undefined;
  let message: { start: number; end: number } | undefined;
  let done = 0;
  const opened = (): Open => {
    if (!open) batches.push((open = { messages: [] }));
    return open;
  };
  const close = (): void => {
    if (message) opened().messages.push(bytes.subarray(message.start, message.end));
    message = undefined;
  };
  for (const line of lines) {
    done = line.end;
    if (message && !isMeant(bytes, line, separators)) {
      message.end = line.end;
      continue;
    }
    close();
    if (line.kind !== 'BTS' && line.kind !== 'FTS') separators.add(bytes[line.start + 3]);
    if (line.kind === 'MSH' || line.kind === 'other') {
      message = { start: line.begin, end: line.end };
      continue;
    }
    around.push(bytes.subarray(line.begin, line.end));
    switch (line.kind) {
      case 'FHS':
        file ??= envelopeOf(bytes, line);
        break;
      case 'BHS':
        batches.push((open = { head: envelopeOf(bytes, line), messages: [] }));
        break;
      case 'BTS': {
        const told = envelopeOf(bytes, line).fields[1] ?? '';
        if (/^\d{1,9}$/.test(told)) opened().toldMessages = Number(told);
        open = undefined;
        break;
      }
      case 'FTS':
        open = undefined;
    }
  }
  if (message) message.end = bytes.length;
  else around.push(bytes.subarray(done));
  close();
  return { ...(file && { head: file }), batches, around: Buffer.concat(around) };
};

const joined = (delimiter: string, fields: readonly string[]): string => {
  let end = fields.length;
  while (end > 0 && fields[end - 1] === '') end--;
  return `${fields.slice(0, end).join(delimiter)}\r`;
};

const encodingOf = ({ fields }: Envelope): string => fields[1] || '^~\\&';

/** Sender and receiver change places; field 7 is the answer's own time; field 12 names what is answered (field 11). */
const answeringHead = (name: 'FHS' | 'BHS', head: Envelope, at: Instant): string => {
  const given = (field: number): string => head.fields[field - 1] ?? '';
  const parties = [given(5), given(6), given(3), given(4)];
  return joined(head.delimiter, [name, encodingOf(head), ...parties, writtenTime(at), '', '', '', '', given(11)]);
};

/** An envelope that came in a frame of its own, its messages in others: who waits for an answer to it gets one. */
const answerToEmpty = (head: Envelope, code: 'AA' | 'AR', at: Instant): Buffer => {
  const given = (field: number): string => head.fields[field - 1] ?? '';
  const parties = [given(5), given(6), given(3), given(4)];
  const id = answerId(code, given(11), '2.5');
  const msh = ['MSH', encodingOf(head), ...parties, writtenTime(at), '', 'ACK', id, 'P', '2.5'];
  return Buffer.from(joined(head.delimiter, msh) + joined(head.delimiter, ['MSA', code, given(11)]), 'latin1');
};

const bare: Envelope = { delimiter: '|', fields: ['BHS', '^~\\&'] };

/** BTS-1 tells of another number of messages than have come. A trailer in a frame of its own counts those of other frames. */
export const isMiscounted = ({ head, messages, toldMessages }: Batch): boolean =>
  toldMessages !== undefined && toldMessages !== messages.length && (head !== undefined || messages.length > 0);

/**
 * One content that answers a batch: the acknowledgements of each of its messages in their order, in an envelope that answers its own
 * (HL7 v2.5, section 2.10.3.3). `answers`: of all messages, those of the first batch first. Where BTS-1 tells another number than
 * have come, BTS-2 of the answer says so (`miscounted`). `isKept`: what stands around the messages is durable. `at`: when it is answered.
 */
export const answerBatch = (
  { head, batches }: BatchFile,
  answers: readonly (readonly Buffer[])[],
  {
    miscounted,
    isKept,
    at,
  }: {
    readonly miscounted: (told: number, came: number) => string;
    readonly isKept: boolean;
    readonly at: Instant;
  },
): Buffer => {
  if (answers.length === 0) {
    const empty = batches.find((batch) => batch.head)?.head ?? head ?? bare;
    return answerToEmpty(empty, isKept ? 'AA' : 'AR', at);
  }
  const parts: Buffer[] = [];
  const say = (segment: string): void => void parts.push(Buffer.from(segment, 'latin1'));
  const delimiter = (head ?? bare).delimiter;
  if (head) say(answeringHead('FHS', head, at));
  let next = 0;
  for (const batch of batches) {
    const { head: own, messages, toldMessages = 0 } = batch;
    const those = answers.slice(next, next + messages.length).flat();
    next += messages.length;
    if (own ?? !head) say(answeringHead('BHS', own ?? bare, at));
    parts.push(...those);
    const comment = isMiscounted(batch) ? miscounted(toldMessages, messages.length) : '';
    if (own ?? !head) say(joined((own ?? bare).delimiter, ['BTS', String(those.length), comment]));
  }
  if (head) say(joined(delimiter, ['FTS', String(batches.length)]));
  return Buffer.concat(parts);
};
