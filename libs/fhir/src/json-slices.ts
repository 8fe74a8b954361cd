/**
 * Reading JSON bytes that were already found sound at the door (`scanJson`): nothing is checked again, only found.
 * About 1 ns per byte, and no value is made that nobody asked for.
 */
export interface Span {
  /** First byte of the value. */
  readonly start: number;
  /** One past its last byte. */
  readonly end: number;
}

export interface Member extends Span {
  readonly name: string;
  /** The opening quote of the member's name. */
  readonly nameStart: number;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

/** 1 for `{` and `[`, 2 for `}` and `]`, 3 for `"`, 0 for all others. */
const structure = new Uint8Array(256);
for (const [chars, kind] of [
  ['{[', 1],
  ['}]', 2],
  ['"', 3],
] as const)
  for (const char of chars) structure[char.charCodeAt(0)] = kind;

const skipSpace = (bytes: Uint8Array, from: number): number => {
  let at = from;
  while (at < bytes.length && bytes[at]! <= 0x20) at++;
  return at;
};

/** `at` is the opening quote; gives the place after the closing one. */
const skipString = (bytes: Uint8Array, at: number): number => {
  let end = at + 1;
  while (end < bytes.length) {
    const byte = bytes[end]!;
    if (byte === quote) return end + 1;
    end += byte === backslash ? 2 : 1;
  }
  return bytes.length;
};

const skipContainer = (bytes: Uint8Array, from: number): number => {
  let depth = 0;
  let at = from;
  while (at < bytes.length) {
    const kind = structure[bytes[at]!];
    if (kind === 3) at = skipString(bytes, at);
    else {
      at++;
      if (kind === 1) depth++;
      else if (kind === 2 && --depth === 0) return at;
    }
  }
  return bytes.length;
};

const skipScalar = (bytes: Uint8Array, from: number): number => {
  let at = from;
  while (at < bytes.length && bytes[at]! > 0x20 && bytes[at] !== comma && structure[bytes[at]!] !== 2) at++;
  return at;
};

/** The place after the value that begins at `at` (no white space before it). */
export const skipValue = (bytes: Uint8Array, at: number): number => {
  const kind = structure[bytes[at] ?? 0];
  return kind === 3 ? skipString(bytes, at) : kind === 1 ? skipContainer(bytes, at) : skipScalar(bytes, at);
};

/**
 * Whether these bytes hold more than `most` values of any kind, without making any: the first one, one behind each comma, and the first
 * of each object or array. Stops where there are more. Of bytes that were not scanned yet it is only a guess.
 */
export const hasMoreValues = (bytes: Uint8Array, most: number): boolean => {
  let values = 1;
  for (let at = 0; at < bytes.length && values <= most; ) {
    const byte = bytes[at]!;
    const kind = structure[byte];
    if (kind === 3) at = skipString(bytes, at);
    else {
      at = kind === 1 ? skipSpace(bytes, at + 1) : at + 1;
      if (byte === comma || (kind === 1 && structure[bytes[at] ?? 0] !== 2)) values++;
    }
  }
  return values > most;
};

export const rootOf = (bytes: Uint8Array): Span => {
  const start = skipSpace(bytes, 0);
  return { start, end: skipValue(bytes, start) };
};

export const isObjectAt = (bytes: Uint8Array, span: Span): boolean => bytes[span.start] === 0x7b;
export const isArrayAt = (bytes: Uint8Array, span: Span): boolean => bytes[span.start] === 0x5b;

export const textAt = (bytes: Uint8Array, span: Span): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + span.start, span.end - span.start).toString('utf8');

/** The value, as `JSON.parse` reads it. */
export const valueAt = (bytes: Uint8Array, span: Span): unknown => JSON.parse(textAt(bytes, span));

const nameAt = (bytes: Uint8Array, start: number, end: number): string => {
  const text = textAt(bytes, { start: start + 1, end: end - 1 });
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
};

/** Members of the object at `span` (the whole by default), in the order in which they stand; none when it is no object. */
export const membersAt = (bytes: Uint8Array, span: Span = rootOf(bytes)): readonly Member[] => {
  const members: Member[] = [];
  if (!isObjectAt(bytes, span)) return members;
  let at = skipSpace(bytes, span.start + 1);
  while (at < span.end && bytes[at] === quote) {
    const nameEnd = skipString(bytes, at);
    const start = skipSpace(bytes, skipSpace(bytes, nameEnd) + 1);
    const end = skipValue(bytes, start);
    members.push({ name: nameAt(bytes, at, nameEnd), nameStart: at, start, end });
    at = skipSpace(bytes, end);
    if (bytes[at] === comma) at = skipSpace(bytes, at + 1);
  }
  return members;
};

/** Elements of the array at `span`, the first `most` of them; none when it is no array. */
export const elementsAt = (bytes: Uint8Array, span: Span, most = Number.POSITIVE_INFINITY): readonly Span[] => {
  const elements: Span[] = [];
  if (!isArrayAt(bytes, span)) return elements;
  let at = skipSpace(bytes, span.start + 1);
  while (at < span.end - 1 && elements.length < most) {
    const end = skipValue(bytes, at);
    elements.push({ start: at, end });
    at = skipSpace(bytes, end);
    if (bytes[at] === comma) at = skipSpace(bytes, at + 1);
  }
  return elements;
};

const matches = (bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean => {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false;
  return true;
};

/** Names in the form that `findMembers` compares: made once, where a table is made. */
export const memberNames = (...names: readonly string[]): readonly Uint8Array[] =>
  names.map((name) => new TextEncoder().encode(name));

/**
 * The hot path of followers: spans of the wanted top-level members, in the order of `wanted`. Stops when all are found.
 * A member name written with escapes (`"\u0069d"`) is the same name and is found too.
 */
export const findMembers = (bytes: Uint8Array, wanted: readonly Uint8Array[]): readonly (Span | undefined)[] => {
  const found: (Span | undefined)[] = wanted.map(() => undefined);
  let missing = wanted.length;
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== 0x7b) return found;
  at = skipSpace(bytes, at + 1);
  while (missing > 0 && bytes[at] === quote) {
    const nameEnd = skipString(bytes, at);
    const start = skipSpace(bytes, skipSpace(bytes, nameEnd) + 1);
    const end = skipValue(bytes, start);
    const index = indexOfName(bytes, at, nameEnd, wanted);
    if (index >= 0 && found[index] === undefined) {
      found[index] = { start, end };
      missing--;
    }
    at = skipSpace(bytes, end);
    if (bytes[at] === comma) at = skipSpace(bytes, at + 1);
  }
  return found;
};

const indexOfName = (bytes: Uint8Array, start: number, end: number, wanted: readonly Uint8Array[]): number => {
  for (let i = 0; i < wanted.length; i++) if (matches(bytes, start + 1, end - 1, wanted[i]!)) return i;
  const escaped = bytes.subarray(start, end).includes(backslash);
  return escaped ? wanted.findIndex((name) => Buffer.compare(Buffer.from(nameAt(bytes, start, end)), name) === 0) : -1;
};

export interface StringWithin {
  readonly span: Span;
  readonly value: () => string;
  /** The member that it is the value of, or whose array it stands in. */
  readonly name: () => string;
}

/** Every string value in the document, at any depth, in one linear pass. */
export function* stringsWithin(bytes: Uint8Array): Generator<StringWithin> {
  let name: Span = { start: 0, end: 0 };
  for (let at = bytes.indexOf(quote); at >= 0 && at < bytes.length; ) {
    const span = { start: at, end: skipString(bytes, at) };
    if (bytes[skipSpace(bytes, span.end)] === 0x3a) name = span;
    else {
      const { start, end } = name;
      yield { span, value: () => nameAt(bytes, span.start, span.end), name: () => nameAt(bytes, start, end) };
    }
    at = bytes.indexOf(quote, span.end);
  }
}
