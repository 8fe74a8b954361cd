import { type Findings, leavesOut } from '../findings.js';
import type { Message } from '../message/message.js';
import type { Composite, Segment } from '../message/segment.js';
import { listed, type ListedSegment, type MessageFamily } from './not-taken.js';

/**
 * So many places are looked for in one message; what is beyond them is told of the message as a whole (`MSH`).
 * @limit HL7 v2 | places that are looked for in one message | what is beyond is told of the message (`MSH`)
 */
const leftoversMax = 2000;
/**
 * So many places of one segment's name are told one by one; more are told of the segment as a whole.
 * @limit HL7 v2 | places of one segment's name that are told one by one | more are told of the segment
 */
const placesMax = 12;
/**
 * Of so many names of segments places are told; what stands in segments of further names is told of the message as a whole (`MSH`).
 * @limit HL7 v2 | names of segments of which places are told | more are told of the message (`MSH`)
 */
const namesMax = 60;

/** Of a warning, what its location leaves open is `undefined`: it stands for all. */
interface Place {
  readonly segment: string;
  readonly sequence: number | undefined;
  readonly field: number | undefined;
  readonly repetition: number | undefined;
  readonly component: number | undefined;
}

const placeForm = /^([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+)(?:\[(\d+)\])?(?:\.(\d+))?)?/;

const placeIn = (location: string): Place | undefined => {
  const match = placeForm.exec(location);
  const [, segment] = match ?? [];
  if (segment === undefined) return undefined;
  const number = (group: number): number | undefined =>
    match?.[group] === undefined ? undefined : Number(match[group]);
  return { segment, sequence: number(2), field: number(3), repetition: number(4), component: number(5) };
};

const covers = (outer: Place, inner: Place): boolean =>
  outer.segment === inner.segment &&
  (['sequence', 'field', 'repetition', 'component'] as const).every(
    (part) => outer[part] === undefined || outer[part] === inner[part],
  );

/** The warnings that say of a value that it is left out, by their places. */
const saidOf = (findings: Findings): readonly Place[] =>
  findings.warnings.flatMap(({ code, location }) => {
    const place = leavesOut(code) ? placeIn(location) : undefined;
    return place ? [place] : [];
  });

/** A place without its numbers, and where it was met. */
interface Met {
  readonly first: string;
  count: number;
}

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** The places of segments of one name, and how many each stands for: few one by one, many as the segment. */
const toldOf = (name: string, places: ReadonlyMap<string, Met>): readonly (readonly [string, number])[] =>
  places.size > placesMax
    ? [[name, sumOf([...places.values()].map(({ count }) => count))]]
    : [...places].map(([place, { first, count }]) => [count === 1 ? first : place, count]);

/** Places of one message that nothing accounts for, those of all segments of one name together. */
class Leftovers {
  /** By name of the segment, then by place. */
  private readonly met = new Map<string, Map<string, Met>>();
  private said: ReadonlyMap<string, readonly Place[]> | undefined;
  private count = 0;

  constructor(private readonly findings: Findings) {}

  /** Nothing more is looked for: what is left is told of the message as a whole. */
  get isFull(): boolean {
    return this.count >= leftoversMax;
  }

  isSaid(place: Place): boolean {
    this.said ??= Map.groupBy(saidOf(this.findings), ({ segment }) => segment);
    return this.said.get(place.segment)?.some((one) => covers(one, place)) ?? false;
  }

  /** `text`: the place without numbers of segment and repetition; `exact`: with them. */
  add(place: Place, text: string, exact: string): void {
    this.count++;
    let places = this.met.get(place.segment);
    if (places === undefined) this.met.set(place.segment, (places = new Map<string, Met>()));
    const known = places.get(text);
    if (known) known.count++;
    else places.set(text, { first: exact, count: 1 });
  }

  warn(): void {
    const told = [...this.met].map(([name, places]) => [name, toldOf(name, places)] as const);
    for (const [, places] of told.slice(0, namesMax))
      for (const [place, count] of places) this.findings.warn('not-represented', place, count);
    const rest = told.slice(namesMax).flatMap(([, places]) => places);
    if (rest.length > 0 || this.isFull)
      this.findings.warn('not-represented', 'MSH', sumOf(rest.map(([, count]) => count)));
  }
}

const nothingListed: ListedSegment = { isWhole: false, fields: new Map() };

const everyComponent = -1;

type Found = readonly [place: Place, text: string, exact: string];

/** Whatever of a repetition nothing accounts for. */
const leftoversOf = (
  composite: Composite,
  bits: number,
  place: Place,
  label: string,
  leftovers: Leftovers,
): Found[] => {
  const found: Found[] = [];
  const { segment, field = 0, repetition } = place;
  composite.leftovers(bits, (component, subcomponent) => {
    const at = { ...place, repetition: repetition ?? 1, component: component || 1 };
    if (leftovers.isSaid(at)) return true;
    const within = `${component === 0 ? '' : `.${component}`}${subcomponent === 0 ? '' : `.${subcomponent}`}`;
    const counted = repetition === undefined ? '' : `[${repetition}]`;
    found.push([at, `${segment}-${field}${within}`, `${label}-${field}${counted}${within}`]);
    return found.length < leftoversMax;
  });
  return found;
};

/** Fields that somebody asked for are looked at part by part; what nobody asked for is one place, whatever stands in it. */
const checkSegment = (segment: Segment, { fields: listedFields }: ListedSegment, leftovers: Leftovers): void => {
  const { name, fields, sequence } = segment;
  const label = sequence === 1 ? name : `${name}[${sequence}]`;
  const whole: Place = { segment: name, sequence, field: undefined, repetition: undefined, component: undefined };
  const found: Found[] = [];
  let isTaken = false;
  for (let field = 1; field < fields.length && found.length < leftoversMax; field++) {
    if (fields[field] === '') continue;
    const bits = listedFields.get(field) ?? 0;
    if (bits === everyComponent) continue;
    const place = { ...whole, field };
    if (bits === 0 && segment.asked(field) === undefined) {
      const isLeft = segment.holds(field) && !leftovers.isSaid({ ...place, repetition: 1, component: 1 });
      if (isLeft) found.push([place, `${name}-${field}`, `${label}-${field}`]);
      // Of a segment that nobody asked for anything, two places are as good as all.
      if (found.length > 1 && !segment.isAsked) break;
      continue;
    }
    const repetitions = segment.repetitions(field);
    for (let i = 0; i < repetitions.length && found.length < leftoversMax; i++) {
      const composite = repetitions[i];
      if (composite === undefined) continue;
      isTaken ||= composite.isTaken;
      if (composite.isAccountedFor(bits)) continue;
      const repetition = repetitions.length === 1 ? undefined : i + 1;
      found.push(...leftoversOf(composite, bits, { ...place, repetition }, label, leftovers));
    }
  }
  // A segment of which nothing is taken is told of once.
  if (!isTaken && found.length > 1) leftovers.add(whole, name, label);
  else for (const [place, text, exact] of found) leftovers.add(place, text, exact);
};

/**
 * Warns of whatever a mapped message holds that no record shows, that no warning names and that the published list does not have
 * (`not-represented`). Runs when all changes of the message are made.
 */
export const checkRepresented = (message: Message, family: MessageFamily, findings: Findings): void => {
  const segments = listed[family];
  const leftovers = new Leftovers(findings);
  for (const segment of message.segments) {
    const known = segments.get(segment.name) ?? nothingListed;
    if (!known.isWhole) checkSegment(segment, known, leftovers);
    if (leftovers.isFull) break;
  }
  leftovers.warn();
};
