import { isNameOf, mayBegin, nameLengthMax, nameOf, packed } from './lines.js';
import { type Delimiters, headLengthMax } from './syntax.js';

/**
 * What one message may hold: thousands of results are a message, and what is more than these would hold up all other senders, or
 * fill the memory, before it is read. Bytes are bounded by the frame: a document of twenty megabytes is one field.
 */
export const limits = {
  segments: 10_000,
  movements: 100,
  periods: 100,
  merged: 200,
  allergies: 500,
  diagnoses: 500,
  coverages: 500,
  roles: 500,
  observations: 1_000,
  fields: 1_000,
  repetitions: 1_000,
  lines: 10_000,
  parts: 10_000,
  pieces: 1_000_000,
  escapes: 1_000_000,
} as const;

export const limitWords = {
  segments: { fr: 'segments', en: 'segments' },
  movements: { fr: 'mouvements (ZBE-1)', en: 'movements (ZBE-1)' },
  periods: { fr: 'périodes de soins sans consentement (ZFS)', en: 'periods of legal care (ZFS)' },
  merged: { fr: 'identifiants fusionnés (MRG-1)', en: 'merged identifiers (MRG-1)' },
  allergies: { fr: 'allergies (AL1)', en: 'allergies (AL1)' },
  diagnoses: { fr: 'diagnostics (DG1)', en: 'diagnoses (DG1)' },
  coverages: { fr: 'couvertures (IN1)', en: 'coverages (IN1)' },
  roles: { fr: 'rôles (ROL)', en: 'roles (ROL)' },
  observations: { fr: "observations d'un message ADT (OBX)", en: 'observations of an ADT message (OBX)' },
  fields: { fr: 'champs dans un segment', en: 'fields in one segment' },
  repetitions: { fr: "répétitions d'un champ", en: 'repetitions of one field' },
  // Repetitions of them are lines, and free text holds unescaped delimiters in practice.
  lines: { fr: 'lignes de texte (OBX-5, NTE-3)', en: 'lines of text (OBX-5, NTE-3)' },
  parts: {
    fr: "composants d'un champ (autre que OBX-5 et NTE-3)",
    en: 'components of one field (other than OBX-5 and NTE-3)',
  },
  escapes: { fr: "caractères d'échappement en tout", en: 'escape characters in all' },
  pieces: { fr: 'champs, répétitions et composants en tout', en: 'fields, repetitions and components in all' },
} as const satisfies Record<keyof typeof limits, Readonly<Record<'fr' | 'en', string>>>;

/** `10 000`, as both languages write it. */
export const spaced = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ' ');

export interface Excess {
  readonly of: keyof typeof limits;
  /** ERR-2. */
  readonly location: string;
  /** Where in the bytes the limit is passed. */
  readonly at: number;
}

export interface Survey {
  readonly excess?: Excess;
  /** Control characters other than TAB, LF and CR, before the excess. */
  readonly hasControls: boolean;
}

/** What a byte does; every other one is content. */
const [segmentEnd, lineFeed, fieldEnd, repetitionEnd, partEnd, escape, control] = [1, 2, 3, 4, 5, 6, 7];

const actions = new Map<string, Uint8Array>();

const actionsOf = ({ field, component, repetition, subcomponent, ...others }: Delimiters): Uint8Array => {
  const words = field + component + repetition + subcomponent + others.escape;
  let known = actions.get(words);
  if (known === undefined) {
    known = new Uint8Array(256).fill(control, 0, 0x20);
    known[0x09] = 0;
    known[0x0d] = segmentEnd;
    known[0x0a] = lineFeed;
    known[component.charCodeAt(0)] = partEnd;
    if (subcomponent !== '\0') known[subcomponent.charCodeAt(0)] = partEnd;
    if (others.escape !== '\0') known[others.escape.charCodeAt(0)] = escape;
    if (repetition !== '\0') known[repetition.charCodeAt(0)] = repetitionEnd;
    known[field.charCodeAt(0)] = fieldEnd;
    // Few senders write delimiters of their own; those of noise are not kept.
    if (actions.size < 100) actions.set(words, known);
  }
  return known;
};

const packedName = (name: string): number => packed(name.charCodeAt(0), name.charCodeAt(1), name.charCodeAt(2));

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09;
const endsName = (byte: number | undefined, field: number): boolean =>
  byte === undefined || byte === field || byte === 0x0d || byte === 0x0a || isBlank(byte);

const beginOf = (bytes: Buffer, at: number): string => bytes.toString('latin1', at, at + nameLengthMax);

/** The name of the segment that begins there (see nameOf), as a number; 0 where none does. */
const nameIn = (bytes: Buffer, at: number, field: number): number => {
  const [first, second, third] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
  if (bytes[at + 3] === field && isNameOf(first, second, third)) return packed(first, second, third);
  if (!isBlank(first) && !endsName(bytes[at + 3], field)) return 0;
  const name = nameOf(beginOf(bytes, at).replace(/[\r\n].*/s, ''), String.fromCharCode(field));
  return name === '' ? 0 : packedName(name);
};

/** A line feed ends a segment only where another one begins behind it (see lineRanges). */
const endsAtFeed = (bytes: Buffer, feed: number, field: number): boolean =>
  feed + 1 === bytes.length ||
  ((isBlank(bytes[feed + 1]) || endsName(bytes[feed + 4], field)) &&
    mayBegin(beginOf(bytes, feed + 1), 0, String.fromCharCode(field)));

const endsSegment = (bytes: Buffer, at: number, field: number): boolean =>
  bytes[at] === 0x0d || (bytes[at] === 0x0a && endsAtFeed(bytes, at, field));

const [obx, nte] = [packedName('OBX'), packedName('NTE')];

const noGroups = { movements: 0, periods: 0, merged: 0, allergies: 0, diagnoses: 0, coverages: 0, roles: 0 };

/** Of what each is a thing of its own to be folded: their segments are counted, with the repetitions of a first field that names it. */
const groups = new Map<number, { readonly of: keyof typeof noGroups; readonly isRepeated: boolean }>([
  [packedName('ZBE'), { of: 'movements', isRepeated: true }],
  [packedName('ZFS'), { of: 'periods', isRepeated: false }],
  [packedName('MRG'), { of: 'merged', isRepeated: true }],
  [packedName('AL1'), { of: 'allergies', isRepeated: false }],
  [packedName('DG1'), { of: 'diagnoses', isRepeated: false }],
  [packedName('IN1'), { of: 'coverages', isRepeated: false }],
  [packedName('ROL'), { of: 'roles', isRepeated: false }],
]);

/** The counts of one message while its bytes are walked. */
class Counts {
  /** Segments of a name that came so far. */
  private readonly sequences = new Map<number, number>();
  /** 0: the line has none. */
  private name = 0;
  private segments = 0;
  private readonly groups = { ...noGroups };
  private field = 0;
  private repetitions = 1;
  private parts = 1;
  private pieces = 0;
  private escapes = 0;
  private isText = false;

  /** A segment begins there; each of these gives what is too many. */
  segment(bytes: Buffer, at: number, field: number): keyof typeof limits | undefined {
    this.name = nameIn(bytes, at, field);
    this.sequences.set(this.name, (this.sequences.get(this.name) ?? 0) + 1);
    this.startField(0);
    if (++this.segments > limits.segments) return 'segments';
    return this.group();
  }

  startField(field: number): keyof typeof limits | undefined {
    this.field = field;
    this.repetitions = 1;
    this.parts = 1;
    this.isText = (field === 5 && this.name === obx) || (field === 3 && this.name === nte);
    return field > limits.fields ? 'fields' : this.piece();
  }

  nextField(): keyof typeof limits | undefined {
    return this.startField(this.field + 1);
  }

  repetition(): keyof typeof limits | undefined {
    const group = this.field === 1 && groups.get(this.name)?.isRepeated ? this.group() : undefined;
    if (group !== undefined) return group;
    const most = this.isText ? 'lines' : 'repetitions';
    return ++this.repetitions > limits[most] ? most : this.piece();
  }

  part(): keyof typeof limits | undefined {
    return ++this.parts > limits.parts && !this.isText ? 'parts' : this.piece();
  }

  escape(): keyof typeof limits | undefined {
    return ++this.escapes > limits.escapes ? 'escapes' : undefined;
  }

  /** What stands where a name should is not repeated: it could be anything. */
  location(of: keyof typeof limits): string {
    if (this.name === 0) return 'MSH^1';
    const name = String.fromCharCode(this.name >> 16, (this.name >> 8) & 0xff, this.name & 0xff);
    const segment = `${name}^${this.sequences.get(this.name) ?? 1}`;
    return of === 'segments' || this.field === 0 ? segment : `${segment}^${this.field}`;
  }

  private group(): keyof typeof limits | undefined {
    const of = groups.get(this.name)?.of;
    return of !== undefined && ++this.groups[of] > limits[of] ? of : undefined;
  }

  private piece(): keyof typeof limits | undefined {
    return ++this.pieces > limits.pieces ? 'pieces' : undefined;
  }
}

/** Behind MSH-2, whose characters delimit nothing; MSH-1 is the separator itself. */
const behindEncoding = (bytes: Buffer, start: number, field: number): number | undefined => {
  if (bytes.toString('latin1', start, start + 3) !== 'MSH' || bytes[start + 3] !== field) return undefined;
  const end = bytes.indexOf(field, start + 4);
  return end < 0 || end >= start + headLengthMax ? undefined : end;
};

/** Walks the bytes once, and makes nothing of them: what a message holds too much of costs no memory. `start`: of MSH. */
export const survey = (bytes: Buffer, start: number, delimiters: Delimiters): Survey => {
  const does = actionsOf(delimiters);
  const field = delimiters.field.charCodeAt(0);
  const counts = new Counts();
  let hasControls = false;
  let isBegin = true;
  let at = start;
  const head = behindEncoding(bytes, start, field);
  if (head !== undefined) {
    counts.segment(bytes, start, field);
    counts.startField(2);
    isBegin = false;
    at = head;
  }
  for (;;) {
    let many: keyof typeof limits | undefined;
    if (isBegin && at < bytes.length && !endsSegment(bytes, at, field)) {
      isBegin = false;
      many = counts.segment(bytes, at, field);
    }
    let action = 0;
    while (at < bytes.length && (action = does[bytes[at] ?? 0] ?? 0) === 0) at++;
    if (at >= bytes.length && many === undefined) return { hasControls };
    switch (action) {
      case segmentEnd:
      case lineFeed:
        isBegin ||= endsSegment(bytes, at, field);
        if (action === segmentEnd && bytes[at + 1] === 0x0a) at++;
        break;
      case fieldEnd:
        many ??= counts.nextField();
        break;
      case repetitionEnd:
        many ??= counts.repetition();
        break;
      case partEnd:
        many ??= counts.part();
        break;
      case escape:
        many ??= counts.escape();
        break;
      case control:
        hasControls = true;
    }
    if (many !== undefined) return { excess: { of: many, location: counts.location(many), at }, hasControls };
    at++;
  }
};
