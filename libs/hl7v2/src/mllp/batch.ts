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
}

type Kind = 'FHS' | 'BHS' | 'MSH' | 'BTS' | 'FTS' | 'other';

interface Line {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
}

const isEnd = (byte: number | undefined): boolean => byte === 0x0d || byte === 0x0a;
const isWord = (byte: number | undefined): boolean =>
  byte !== undefined && /[A-Za-z0-9]/.test(String.fromCharCode(byte));

const kinds: readonly Kind[] = ['FHS', 'BHS', 'MSH', 'BTS', 'FTS'];

const kindAt = (bytes: Buffer, start: number): Kind => {
  const name = bytes.toString('latin1', start, start + 3);
  return isWord(bytes[start + 3]) ? 'other' : (kinds.find((kind) => kind === name) ?? 'other');
};

/** Files that were written one behind the other bring a byte-order mark each: it is nobody's word. */
const behindMark = (bytes: Buffer, at: number): number =>
  bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? at + 3 : at;

const linesOf = function* (bytes: Buffer, from: number): Generator<Line> {
  for (let at = from; at < bytes.length; ) {
    const start = behindMark(bytes, at);
    let end = start;
    while (end < bytes.length && !isEnd(bytes[end])) end++;
    let next = end;
    while (next < bytes.length && isEnd(bytes[next])) next++;
    if (end > start) yield { kind: kindAt(bytes, start), start, end: next };
    at = next;
  }
};

/** Behind a byte-order mark and blank lines. */
const beginOf = (bytes: Buffer): number => {
  let start = behindMark(bytes, 0);
  while (isEnd(bytes[start]) || bytes[start] === 0x20) start++;
  return start;
};

const envelopeOf = (bytes: Buffer, { start, end }: Line): Envelope => {
  const text = printable(bytes.toString('latin1', start, end));
  const delimiter = text.charAt(3) || '|';
  return { delimiter, fields: text.split(delimiter) };
};

interface Open {
  head?: Envelope;
  messages: Buffer[];
  toldMessages?: number;
}

/** The content begins as a batch does (HL7 v2.5, section 2.10.3: `[FHS] { [BHS] { MSH … } [BTS] } [FTS]`). */
const isBatch = (bytes: Buffer): boolean => ['FHS', 'BHS', 'BTS', 'FTS'].includes(kindAt(bytes, beginOf(bytes)));

/** The messages of a batch; undefined where the content is none. */
export const readBatch = (bytes: Buffer): BatchFile | undefined => (isBatch(bytes) ? readMessages(bytes) : undefined);

/**
 * The messages of a file, each with its own bytes, in a batch or one after the other. Segments that stand before any MSH are given as
 * a message, so that they are refused and not lost.
 */
export const readMessages = (bytes: Buffer): BatchFile => {
  let file: Envelope | undefined;
  const batches: Open[] = [];
  let open: Open | undefined;
  let message: { start: number; end: number } | undefined;
  const opened = (): Open => {
    if (!open) batches.push((open = { messages: [] }));
    return open;
  };
  const close = (): void => {
    if (message) opened().messages.push(bytes.subarray(message.start, message.end));
    message = undefined;
  };
  for (const line of linesOf(bytes, beginOf(bytes))) {
    if (line.kind === 'other' && message) {
      message.end = line.end;
      continue;
    }
    close();
    switch (line.kind) {
      case 'MSH':
      case 'other':
        message = { start: line.start, end: line.end };
        break;
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
  close();
  return { ...(file && { head: file }), batches };
};

const joined = (delimiter: string, fields: readonly string[]): string => {
  let end = fields.length;
  while (end > 0 && fields[end - 1] === '') end--;
  return `${fields.slice(0, end).join(delimiter)}\r`;
};

const encodingOf = ({ fields }: Envelope): string => fields[1] || '^~\\&';

/** Sender and receiver change places; field 12 names what is answered (field 11). */
const answeringHead = (name: 'FHS' | 'BHS', head: Envelope): string => {
  const at = (field: number): string => head.fields[field - 1] ?? '';
  const parties = [at(5), at(6), at(3), at(4)];
  return joined(head.delimiter, [name, encodingOf(head), ...parties, at(7), '', '', '', '', at(11)]);
};

/** An envelope that came in a frame of its own, its messages in others: who waits for an answer to it gets one. */
const answerToEmpty = (head: Envelope): Buffer => {
  const at = (field: number): string => head.fields[field - 1] ?? '';
  const parties = [at(5), at(6), at(3), at(4)];
  const msh = ['MSH', encodingOf(head), ...parties, at(7), '', 'ACK', `AA${at(11)}`, 'P', '2.5'];
  return Buffer.from(joined(head.delimiter, msh) + joined(head.delimiter, ['MSA', 'AA', at(11)]), 'latin1');
};

const bare: Envelope = { delimiter: '|', fields: ['BHS', '^~\\&'] };

/**
 * One content that answers a batch: the acknowledgements of each of its messages in their order, in an envelope that answers its own
 * (HL7 v2.5, section 2.10.3.3). `answers`: of all messages, those of the first batch first. Where BTS-1 tells another number than
 * have come, BTS-2 of the answer says so.
 */
export const answerBatch = (
  { head, batches }: BatchFile,
  answers: readonly (readonly Buffer[])[],
  miscounted: (told: number, came: number) => string,
): Buffer => {
  if (answers.length === 0) return answerToEmpty(batches.find((batch) => batch.head)?.head ?? head ?? bare);
  const parts: Buffer[] = [];
  const say = (segment: string): void => void parts.push(Buffer.from(segment, 'latin1'));
  const delimiter = (head ?? bare).delimiter;
  if (head) say(answeringHead('FHS', head));
  let next = 0;
  for (const { head: own, messages, toldMessages } of batches) {
    const those = answers.slice(next, next + messages.length).flat();
    next += messages.length;
    if (own ?? !head) say(answeringHead('BHS', own ?? bare));
    parts.push(...those);
    const isWrong = toldMessages !== undefined && toldMessages !== messages.length;
    const comment = isWrong ? miscounted(toldMessages, messages.length) : '';
    if (own ?? !head) say(joined((own ?? bare).delimiter, ['BTS', String(those.length), comment]));
  }
  if (head) say(joined(delimiter, ['FTS', String(batches.length)]));
  return Buffer.concat(parts);
};
