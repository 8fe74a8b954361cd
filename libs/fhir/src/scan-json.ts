import { isUtf8 } from 'node:buffer';
import { Failure } from '#domain';
import type { Member, Span } from './json-slices.js';
import { membersAt } from './json-slices.js';

/** JSON that may be kept: it can be stored, replayed and printed. Made by `scanJson` alone. */
export class JsonScan {
  constructor(
    readonly bytes: Uint8Array,
    readonly root: Span,
  ) {}
  /** Top-level members by name; empty when the root is no object. What lies deeper is reached with `elementsAt` and `membersAt`. */
  get members(): ReadonlyMap<string, Member> {
    return new Map(membersAt(this.bytes, this.root).map((member) => [member.name, member]));
  }
}

export interface JsonLimits {
  /** Objects and arrays within each other. */
  readonly maxDepth: number;
  /** Values of any kind: what a parser would have to make. */
  readonly maxValues: number;
  /** Members of one object: their names have to be compared with each other. */
  readonly maxMembers: number;
}

const defaultLimits: JsonLimits = {
  /** @limit FHIR | objects and arrays within each other | 422 */
  maxDepth: 64,
  /** @limit FHIR | values in one body | 422 */
  maxValues: 2_000_000,
  /**
   * 900 000 take a second to compare. No type of FHIR has as many as 300, with every choice of a type and every `_member`.
   * @limit FHIR | members of one object | 422
   */
  maxMembers: 1_000,
};

/**
 * Postgres `numeric` holds them, `JSON.parse` stays finite, and no 18-digit FHIR decimal comes near.
 * @limit FHIR | characters of a number | 422
 */
const maxNumberLength = 64;
/** @limit FHIR | digits of an exponent | 422 */
const maxExponentDigits = 3;

/** Above this many members a set is cheaper than comparing with each. */
const linearMembers = 24;

const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype']);
/** Lengths of the forbidden names, so that the other names are not even hashed. */
const maybeForbidden = (length: number): boolean => length === 9 || length === 11;

/** 1 where a string cannot simply go on: its end, an escape, a control character. */
const stops = new Uint8Array(256);
stops.fill(1, 0, 0x20);
stops[0x22] = 1;
stops[0x5c] = 1;

const spaces = new Uint8Array(256);
for (const byte of [0x20, 0x0a, 0x0d, 0x09]) spaces[byte] = 1;

/** The worth of a hexadecimal digit, 16 for every other byte. */
const hexDigits = new Uint8Array(256).fill(16);
for (let digit = 0; digit < 16; digit++)
  for (const char of [digit.toString(16), digit.toString(16).toUpperCase()]) hexDigits[char.charCodeAt(0)] = digit;

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;

/** Only what looks like a FHIR member name is repeated in an error: a name of another kind might tell something of a patient. */
const shownName = (name: string): string => (/^_?[A-Za-z][A-Za-z0-9]{0,63}$/.test(name) ? name : '(member)');

class Scanner {
  private at = 0;
  private values = 0;
  /** Where we are: per depth the member's name as [start, end), or -1 and the element's index. */
  private readonly nameStart: number[] = [];
  private readonly nameEnd: number[] = [];
  /** Names seen in the open objects, as one stack of `seen` entries; what lies above is stale. */
  private seen = 0;
  private readonly seenStart: number[] = [];
  private readonly seenEnd: number[] = [];
  private escapedName = false;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly limits: JsonLimits,
  ) {
    this.nameStart[0] = -2;
    this.nameEnd[0] = 0;
  }

  scan(): Span {
    const { bytes } = this;
    if (!isUtf8(bytes))
      this.refuse('not UTF-8', 'send UTF-8; ISO-8859-1 must be converted by the sender', notUtf8At(bytes));
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf)
      this.refuse('a byte-order mark before the JSON', 'send the JSON without it (RFC 8259, section 8.1)');
    this.space();
    const start = this.at;
    this.value(0);
    const end = this.at;
    this.space();
    if (this.at < bytes.length) this.refuse('bytes after the JSON value', 'send one JSON value and nothing after it');
    return { start, end };
  }

  private space(): void {
    const { bytes } = this;
    let at = this.at;
    while (at < bytes.length && spaces[bytes[at]!] === 1) at++;
    this.at = at;
  }

  private value(depth: number): void {
    if (++this.values > this.limits.maxValues)
      this.refuse(`more than ${this.limits.maxValues} values`, 'split the message');
    switch (this.bytes[this.at]) {
      case 0x22:
        this.string();
        return;
      case 0x7b:
        this.object(depth + 1);
        return;
      case 0x5b:
        this.array(depth + 1);
        return;
      case 0x74:
        this.literal('true');
        return;
      case 0x66:
        this.literal('false');
        return;
      case 0x6e:
        this.literal('null');
        return;
      case undefined:
      default:
        this.number();
    }
  }

  private enter(depth: number): void {
    if (depth > this.limits.maxDepth)
      this.refuse(`more than ${this.limits.maxDepth} levels deep`, 'send a flatter structure');
    this.at++;
    this.space();
  }

  private object(depth: number): void {
    this.enter(depth);
    const { bytes } = this;
    const base = this.seen;
    let names: Set<string> | undefined;
    this.nameStart[depth] = -2;
    if (bytes[this.at] === 0x7d) {
      this.at++;
      return;
    }
    for (let count = 1; ; count++) {
      if (count > this.limits.maxMembers)
        this.refuse(
          `more than ${this.limits.maxMembers} members in one object`,
          'send a list in place of so many members',
        );
      if (bytes[this.at] !== 0x22) this.refuse('a member name was expected', 'send valid JSON (RFC 8259)');
      const start = this.at + 1;
      this.escapedName = false;
      this.string();
      const end = this.at - 1;
      this.nameStart[depth] = start;
      this.nameEnd[depth] = end;
      names = this.checkName(start, end, base, names);
      this.space();
      if (bytes[this.at] !== 0x3a) this.refuse('":" was expected', 'send valid JSON (RFC 8259)');
      this.at++;
      this.space();
      this.value(depth);
      this.space();
      const byte = bytes[this.at];
      if (byte === 0x7d) break;
      if (byte !== 0x2c) this.refuse('"," or "}" was expected', 'send valid JSON (RFC 8259)');
      this.at++;
      this.space();
    }
    this.at++;
    this.seen = base;
    this.nameStart[depth] = -2;
  }

  /** Throws on a name that is forbidden or stands twice in this object. Gives the set to go on with, once there is one. */
  private checkName(start: number, end: number, base: number, names: Set<string> | undefined): Set<string> | undefined {
    const { seenStart, seenEnd } = this;
    if ((this.escapedName || maybeForbidden(end - start)) && forbiddenNames.has(this.name(start, end)))
      this.refuse('a member name that programs take for their own', 'rename the member', start);
    let set = names;
    if (set === undefined && (this.escapedName || this.seen - base >= linearMembers)) {
      set = new Set();
      for (let i = base; i < this.seen; i++) set.add(this.name(seenStart[i]!, seenEnd[i]!));
    }
    if (set !== undefined) {
      const name = this.name(start, end);
      if (set.has(name)) this.refuseDuplicate(start);
      return set.add(name);
    }
    for (let i = base; i < this.seen; i++)
      if (seenEnd[i]! - seenStart[i]! === end - start && this.sameName(seenStart[i]!, start, end - start))
        this.refuseDuplicate(start);
    seenStart[this.seen] = start;
    seenEnd[this.seen++] = end;
    return undefined;
  }

  private refuseDuplicate(start: number): never {
    return this.refuse('a member stands twice in one object', 'send each member once', start);
  }

  private sameName(one: number, other: number, length: number): boolean {
    const { bytes } = this;
    for (let i = 0; i < length; i++) if (bytes[one + i] !== bytes[other + i]) return false;
    return true;
  }

  private array(depth: number): void {
    this.enter(depth);
    const { bytes } = this;
    if (bytes[this.at] === 0x5d) {
      this.at++;
      return;
    }
    this.nameStart[depth] = -1;
    for (let index = 0; ; index++) {
      this.nameEnd[depth] = index;
      this.value(depth);
      this.space();
      const byte = bytes[this.at];
      if (byte === 0x5d) break;
      if (byte !== 0x2c) this.refuse('"," or "]" was expected', 'send valid JSON (RFC 8259)');
      this.at++;
      this.space();
    }
    this.at++;
    this.nameStart[depth] = -2;
  }

  private string(): void {
    const { bytes } = this;
    const { length } = bytes;
    let at = this.at + 1;
    for (;;) {
      while (at < length && stops[bytes[at]!] === 0) at++;
      const byte = bytes[at];
      if (byte === 0x22) break;
      if (byte === 0x5c) at = this.escape(at);
      else if (byte === undefined) this.refuse('a string without end', 'send the whole message', at);
      else this.refuse('a control character in a string', 'write it as an escape, for example \\n', at);
    }
    this.at = at + 1;
  }

  /** `at` is the backslash; gives the place after the escape. */
  private escape(at: number): number {
    this.escapedName = true;
    const kind = this.bytes[at + 1];
    if (kind === 0x75) {
      const unit = this.hex(at);
      if (unit === 0) this.refuse('\\u0000 in a string', 'leave the character out: no database text can hold it', at);
      if (unit < 0xd800 || unit > 0xdfff) return at + 6;
      const low = unit <= 0xdbff && this.bytes[at + 6] === 0x5c && this.bytes[at + 7] === 0x75 ? this.hex(at + 6) : 0;
      if (low < 0xdc00 || low > 0xdfff)
        this.refuse('half of a surrogate pair in a string', 'send the whole character', at);
      return at + 12;
    }
    if (kind === undefined || !'"\\/bfnrt'.includes(String.fromCharCode(kind)))
      this.refuse('an unknown escape in a string', 'send valid JSON (RFC 8259)', at);
    return at + 2;
  }

  private hex(at: number): number {
    let unit = 0;
    for (let i = at + 2; i < at + 6; i++) {
      const digit = hexDigits[this.bytes[i] ?? 0]!;
      if (digit > 15) this.refuse('an unknown escape in a string', 'send valid JSON (RFC 8259)', at);
      unit = unit * 16 + digit;
    }
    return unit;
  }

  private literal(word: 'true' | 'false' | 'null'): void {
    for (let i = 0; i < word.length; i++)
      if (this.bytes[this.at + i] !== word.charCodeAt(i))
        this.refuse('a value was expected', 'send valid JSON (RFC 8259)');
    this.at += word.length;
  }

  private digits(from: number): number {
    let at = from;
    while (isDigit(this.bytes[at])) at++;
    if (at === from)
      this.refuse(this.at === from ? 'a value was expected' : 'a number that is none', 'send valid JSON (RFC 8259)');
    return at;
  }

  /** FHIR R4's decimal (section 2.24.0.1) has the grammar of JSON's numbers; the bounds are those of what must keep them. */
  private number(): void {
    const { bytes } = this;
    const start = this.at;
    const whole = bytes[start] === 0x2d ? start + 1 : start;
    let at = bytes[whole] === 0x30 ? whole + 1 : this.digits(whole);
    if (bytes[at] === 0x2e) at = this.digits(at + 1);
    if (bytes[at] === 0x65 || bytes[at] === 0x45) {
      const signed = bytes[at + 1] === 0x2b || bytes[at + 1] === 0x2d ? at + 2 : at + 1;
      at = this.digits(signed);
      if (at - signed > maxExponentDigits || !Number.isFinite(Number(this.latin1(start, at))))
        this.refuse('a number with too large an exponent', 'send it within the range of a double', start);
    }
    if (at - start > maxNumberLength)
      this.refuse(`a number of more than ${maxNumberLength} characters`, 'send at most 18 significant digits', start);
    if (isDigit(bytes[at])) this.refuse('a number with a leading zero', 'send valid JSON (RFC 8259)', start);
    this.at = at;
  }

  private latin1(start: number, end: number): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset + start, end - start).toString('latin1');
  }

  private name(start: number, end: number): string {
    const text = Buffer.from(this.bytes.buffer, this.bytes.byteOffset + start, end - start).toString('utf8');
    return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text;
  }

  private path(): string {
    let path = '$';
    for (let depth = 1; (this.nameStart[depth] ?? -2) !== -2; depth++) {
      const start = this.nameStart[depth]!;
      const end = this.nameEnd[depth]!;
      path += start === -1 ? `[${end}]` : `.${shownName(this.name(start, end))}`;
    }
    return path;
  }

  private refuse(rule: string, remedy: string, at = this.at): never {
    throw new Failure('input.invalid', `${this.path()}: ${rule} (byte ${at})`, remedy);
  }
}

/** The first byte that is no UTF-8, found by halving. */
const notUtf8At = (bytes: Uint8Array): number => {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 4) {
    let middle = (good + bad) >> 1;
    while (middle > good && (bytes[middle]! & 0xc0) === 0x80) middle--;
    if (middle === good) break;
    if (isUtf8(bytes.subarray(good, middle))) good = middle;
    else bad = middle;
  }
  return good;
};

/**
 * Strict and linear: UTF-8, RFC 8259, no member twice in an object, none of the names that change a program's prototypes, no `\u0000`,
 * no half of a surrogate pair, no number that Postgres or a double cannot hold. What passes can be stored, replayed and printed.
 * Throws `input.invalid` with the JSON path, the rule and the remedy, never a value.
 */
export const scanJson = (bytes: Uint8Array, limits: Partial<JsonLimits> = {}): JsonScan => {
  return new JsonScan(bytes, new Scanner(bytes, { ...defaultLimits, ...limits }).scan());
};
