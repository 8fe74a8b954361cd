import { type Charset, decode } from './charset.js';
import { withoutControls } from './text-controls.js';

/** MSH-1 and MSH-2. A delimiter that MSH-2 does not name is NUL, which no accepted message holds. */
export interface Delimiters {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subcomponent: string;
}

export const standardDelimiters: Delimiters = {
  field: '|',
  component: '^',
  repetition: '~',
  escape: '\\',
  subcomponent: '&',
};

/** Everything needed to read the text of one message. */
export interface Syntax extends Delimiters {
  readonly charset: Charset;
  /** False where the message holds no escape character behind MSH-2: nothing is searched then. */
  readonly hasEscapes: boolean;
  /** True where it holds control characters other than TAB, LF and CR. */
  readonly hasControls: boolean;
}

export const isDelimiter = (code: number): boolean =>
  code > 0x20 &&
  code < 0x7f &&
  !(code >= 0x30 && code <= 0x39) &&
  !(code >= 0x41 && code <= 0x5a) &&
  !(code >= 0x61 && code <= 0x7a);

const standardEncoding = '^~\\&';

/**
 * One of the four was lost on the way: fewer stand there, and one of them, which is the standard's, stands in another's place; or the
 * rest of them stands behind a separator too many (`MSH|^|\&|`). Left out from the right, they are not used (section 2.5.4).
 */
const hasLostOne = (encoding: string, behind: string): boolean =>
  encoding.length < standardEncoding.length &&
  (Array.from(encoding).some((character, index) => ![-1, index].includes(standardEncoding.indexOf(character))) ||
    /^[\^~\\&]{1,3}$/.test(behind));

/** HL7 v2.5, section 2.5.4; a fifth character (truncation, v2.7) is taken and not used. */
export const readDelimiters = (head: string): Delimiters | undefined => {
  const field = head.charAt(3);
  const [, encoding = '', behind] = field === '' ? [] : head.split(field, 3);
  if (behind === undefined || encoding.length < 1 || encoding.length > 5) return undefined;
  const all = field + encoding;
  for (let i = 0; i < all.length; i++)
    if (!isDelimiter(all.charCodeAt(i)) || all.indexOf(all.charAt(i)) !== i) return undefined;
  if (hasLostOne(encoding, behind)) return undefined;
  const at = (index: number): string => encoding.charAt(index) || '\0';
  return { field, component: at(0), repetition: at(1), escape: at(2), subcomponent: at(3) };
};

/**
 * A name, a separator, up to five encoding characters, and the separator again.
 * @limit Inside | characters of the head of an MSH | the rest tells no delimiters
 */
export const headLengthMax = 3 + 1 + 5 + 1;

/** What begins a message, a batch or a file where a line of text could stand as well: MSH is the name of a hormone, too. */
export const isHead = (line: string): boolean => {
  const delimiters = readDelimiters(line.slice(0, headLengthMax));
  return delimiters !== undefined && delimiters.repetition !== '\0';
};

const isHex = /^(?:[0-9A-Fa-f]{2})+$/;

const decodeHex = (digits: string, syntax: Syntax): string | undefined => {
  if (!isHex.test(digits)) return undefined;
  const bytes = Buffer.from(digits, 'hex');
  // A NUL could not be stored; it stays the escape that it was.
  if (bytes.includes(0)) return undefined;
  const text = decode(bytes, syntax.charset === 'us-ascii' ? 'iso-8859-1' : syntax.charset);
  // Bytes of another character set stay the escape that they were: nothing is lost.
  return text.includes('\ufffd') ? undefined : withoutControls(text);
};

/** What stands between two escape characters (HL7 v2.5, section 2.7); `undefined`: not known, kept as it is. */
const meaning = (sequence: string, syntax: Syntax): string | undefined => {
  switch (sequence) {
    case 'F':
      return syntax.field;
    case 'S':
      return syntax.component;
    case 'T':
      return syntax.subcomponent;
    case 'R':
      return syntax.repetition;
    case 'E':
      return syntax.escape;
    case '.br':
      return '\n';
  }
  return sequence.startsWith('X') ? decodeHex(sequence.slice(1), syntax) : undefined;
};

export const unescape = (raw: string, syntax: Syntax): string => {
  if (!syntax.hasEscapes) return raw;
  let start = raw.indexOf(syntax.escape);
  if (start < 0) return raw;
  let text = '';
  let done = 0;
  while (start >= 0) {
    const end = raw.indexOf(syntax.escape, start + 1);
    if (end < 0) break;
    const decoded = meaning(raw.slice(start + 1, end), syntax);
    if (decoded === undefined) {
      // The closing character may open a sequence that is known.
      start = end;
      continue;
    }
    text += raw.slice(done, start) + decoded;
    done = end + 1;
    start = raw.indexOf(syntax.escape, done);
  }
  return text + raw.slice(done);
};

/** Text made safe to stand in a field; line ends become `\.br\`. Without an escape character, delimiters become blanks. */
export const escape = (text: string, delimiters: Delimiters): string => {
  let raw = '';
  for (const character of text.replace(/\r\n?/g, '\n')) {
    const code =
      character === delimiters.field
        ? 'F'
        : character === delimiters.component
          ? 'S'
          : character === delimiters.subcomponent
            ? 'T'
            : character === delimiters.repetition
              ? 'R'
              : character === delimiters.escape
                ? 'E'
                : character === '\n'
                  ? '.br'
                  : undefined;
    if (code === undefined) raw += character;
    else raw += delimiters.escape === '\0' ? ' ' : delimiters.escape + code + delimiters.escape;
  }
  return raw;
};
