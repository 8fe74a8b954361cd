import { isBlankLine, lineRanges, nameOf } from './lines.js';
import { Segment } from './segment.js';
import type { Syntax } from './syntax.js';

/** What the lines of a message have that HL7 does not. */
export interface LineFault {
  /**
   * `segment-name-form`: blanks, tabs or small letters in a name. `text-line-ends`: lines taken as the rest of a free text.
   * `segment-broken`: a line without a name that holds fields. `segment-nameless`: any other line without a name.
   */
  readonly code: 'segment-name-form' | 'text-line-ends' | 'segment-broken' | 'segment-nameless';
  /** `OBX[2]`, `OBX[2]-5`: of the segment, or of the one that the lines stand behind. */
  readonly location: string;
  /** How many lines. */
  readonly count: number;
}

/** A line without a name that is not part of a text: nothing is read from it. */
export interface LooseLine {
  readonly behind: Segment;
  readonly line: string;
}

const noSegments: readonly Segment[] = [];

/** The field of free text that a segment ends in, where it ends in one: OBX-5, NTE-3. */
const openText = ({ name, fields }: Segment): number | undefined =>
  name === 'OBX' && fields.length === 6 ? 5 : name === 'NTE' && fields.length === 4 ? 3 : undefined;

/**
 * A message as segments; the first one is MSH. What follows a segment that ends in its free text (OBX-5, NTE-3) and has no name is the
 * rest of that text: senders put bare line ends into texts and into base64, where they end a segment (HL7 v2.5, section 2.5.2). Any
 * other line without a name is loose: which segment its fields are of is not certain, so that they are of none.
 */
export class Message {
  readonly segments: readonly Segment[];
  readonly loose: readonly LooseLine[];
  /** Sent under the French extension: by MSH-17, MSH-12.2, or a ZBE. */
  readonly isFrench: boolean;
  private readonly byName = new Map<string, Segment[]>();
  private found: Map<string, LineFault> | undefined;

  constructor(
    text: string,
    readonly syntax: Syntax,
  ) {
    const segments: Segment[] = [];
    const loose: LooseLine[] = [];
    /** Lines of a text that goes on, the segment first. */
    let open: string[] = [];
    const close = (): void => {
      if (open.length > 1) this.replaceLast(segments, open.join('\n'));
      open = [];
    };
    for (const [start, end] of lineRanges(text, syntax.field)) {
      const line = text.slice(start, end);
      const name = nameOf(line, syntax.field);
      if (name !== '') {
        if (open.length > 0) close();
        segments.push(this.segmentOf(line, name));
        continue;
      }
      const last = segments[segments.length - 1];
      if (last !== undefined && !isBlankLine(line)) {
        const field = openText(last);
        if (field === undefined) {
          loose.push({ behind: last, line });
          this.tell(line.includes(syntax.field) ? 'segment-broken' : 'segment-nameless', placeOf(last));
          continue;
        }
        if (open.length === 0) open.push(last.line);
        open.push(line);
        this.tell('text-line-ends', `${placeOf(last)}-${field}`);
        // Fields behind the text: the segment is whole.
        if (line.includes(syntax.field)) close();
      }
    }
    if (open.length > 0) close();
    this.segments = segments;
    this.loose = loose;
    const [msh] = segments;
    this.isFrench = msh?.text(17) === 'FRA' || msh?.text(12, 2) === 'FRA' || this.byName.has('ZBE');
  }

  /** In the order of the message, those of one place and code as one. */
  get faults(): Iterable<LineFault> {
    return this.found?.values() ?? [];
  }

  first(name: string): Segment | undefined {
    return this.byName.get(name)?.[0];
  }

  all(name: string): readonly Segment[] {
    return this.byName.get(name) ?? noSegments;
  }

  private segmentOf(line: string, name: string): Segment {
    const { field } = this.syntax;
    const same = this.byName.get(name);
    const sequence = (same?.length ?? 0) + 1;
    const isExact = (line.length === 3 || line.charCodeAt(3) === field.charCodeAt(0)) && line.startsWith(name);
    const segment = new Segment(isExact ? line : withName(line, name, field), this.syntax, sequence);
    if (!isExact) this.tell('segment-name-form', placeOf(segment));
    if (same === undefined) this.byName.set(name, [segment]);
    else same.push(segment);
    return segment;
  }

  private replaceLast(segments: Segment[], line: string): void {
    const last = segments.pop();
    if (last === undefined) return;
    const whole = new Segment(line, this.syntax, last.sequence);
    segments.push(whole);
    this.byName.get(last.name)?.splice(-1, 1, whole);
  }

  private tell(code: LineFault['code'], location: string): void {
    const key = `${code} ${location}`;
    this.found ??= new Map();
    this.found.set(key, { code, location, count: (this.found.get(key)?.count ?? 0) + 1 });
  }
}

const placeOf = ({ name, sequence }: Segment): string => `${name}[${sequence}]`;

/** The line as if its name had been written as HL7 has it. */
const withName = (line: string, name: string, field: string): string => {
  const end = line.indexOf(field);
  return end < 0 ? name : name + line.slice(end);
};
