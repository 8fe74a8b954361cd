import type { Syntax } from './syntax.js';
import { Segment } from './segment.js';

/** A line feed ends a segment only where another one begins behind it: free text holds bare line feeds. */
const segmentEnd = (field: string): RegExp =>
  new RegExp(`\\r\\n?|\\n(?=[A-Z][A-Z0-9]{2}(?:\\${field}|[\\r\\n]|$))|\\n$`, 'g');

/** Start and end of each segment in the text; the ends are CR, LF or CRLF. */
export const segmentRanges = (text: string, field: string): readonly (readonly [number, number])[] => {
  const ranges: (readonly [number, number])[] = [];
  const add = (start: number, end: number): void => {
    if (end - start >= 3) ranges.push([start, end]);
  };
  let start = 0;
  if (text.includes('\n')) {
    for (const match of text.matchAll(segmentEnd(field))) {
      add(start, match.index);
      start = match.index + match[0].length;
    }
  } else {
    for (let end = text.indexOf('\r'); end >= 0; end = text.indexOf('\r', start)) {
      add(start, end);
      start = end + 1;
    }
  }
  add(start, text.length);
  return ranges;
};

const noSegments: readonly Segment[] = [];

/** A message as segments; the first one is MSH. */
export class Message {
  readonly segments: readonly Segment[];
  /** Sent under the French extension: by MSH-17, MSH-12.2, or a ZBE. */
  readonly isFrench: boolean;
  private readonly byName = new Map<string, Segment[]>();

  constructor(
    text: string,
    readonly syntax: Syntax,
  ) {
    this.segments = segmentRanges(text, syntax.field).map(([start, end]) => {
      const line = text.slice(start, end);
      const name = line.slice(0, 3);
      const same = this.byName.get(name);
      const segment = new Segment(line, syntax, (same?.length ?? 0) + 1);
      if (same === undefined) this.byName.set(name, [segment]);
      else same.push(segment);
      return segment;
    });
    const [msh] = this.segments;
    this.isFrench = msh?.text(17) === 'FRA' || msh?.text(12, 2) === 'FRA' || this.byName.has('ZBE');
  }

  first(name: string): Segment | undefined {
    return this.byName.get(name)?.[0];
  }

  all(name: string): readonly Segment[] {
    return this.byName.get(name) ?? noSegments;
  }
}
