import { nthKey } from '../mapping/identifier.js';
import { leave } from '../represented/not-taken.js';
import type { Segment } from '../message/segment.js';
import { table } from '../message/table.js';
import type { Mapping } from '../mapping/mapping.js';

/** A segment of a list, with what tells it from the others. */
export interface ToldMember {
  readonly segment: Segment;
  readonly key: string;
}

/** A list as a message tells it: with `removed`, the keys that action codes remove and no others; without, all that there is. */
export interface ToldList {
  readonly members: readonly ToldMember[];
  readonly removed?: readonly string[];
}

/** How the segments of a name tell of a list. */
export interface ListForm {
  readonly name: string;
  /** The field that names a member: where it is `""`, and the segment says nothing else, there are none. */
  readonly naming: number;
  /** The field that says what is to be done with the member. */
  readonly action?: number;
  readonly keyOf: (segment: Segment) => string;
}

/** HL7 table 0206; X is no change. */
const actions = table<'put' | 'remove'>({ A: 'put', D: 'remove', U: 'put', X: 'put' });

export const isAction = (code: string): boolean => actions[code.toUpperCase()] !== undefined;

/** Number of the segment, which says nothing of what it tells. */
const setIdField = 1;

const isSaid = (raw: string): boolean => raw !== '' && raw !== '""';

/** All but the number of the segment, and empty fields at its end. */
const contentOf = (segment: Segment): string => segment.fields.toSpliced(setIdField, 1).join('|').replace(/\|+$/, '');

/**
 * Segments of one key, each told once: what tells two of them apart is their content, in the order of that, so that neither the order
 * of the segments nor their numbers play a part.
 */
const apart = (key: string, segments: readonly Segment[]): readonly ToldMember[] => {
  const byContent = new Map<string, Segment>();
  for (const segment of segments) {
    const content = contentOf(segment);
    if (byContent.has(content)) leave('repeated', segment);
    else byContent.set(content, segment);
  }
  return [...byContent]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, segment], at) => ({ segment, key: nthKey(key, at + 1) }));
};

/** The members of a list by their keys: the same whatever the order and the numbers of the segments. */
export const toldApart = (segments: readonly Segment[], keyOf: (segment: Segment) => string): readonly ToldMember[] =>
  [...Map.groupBy(segments, keyOf)].flatMap(([key, same]) => apart(key, same));

/**
 * What the segments of that name tell of a list; `undefined` where they leave it as it stands: there are none, or none says anything.
 * An action code that is none of the table's removes nothing.
 */
export const toldList = (mapping: Mapping, { name, naming, action, keyOf }: ListForm): ToldList | undefined => {
  const segments = mapping.message.all(name);
  const telling = segments.filter(({ fields }) => fields.some((raw, field) => field > setIdField && isSaid(raw)));
  if (telling.length === 0 && !segments.some((segment) => segment.isNull(naming))) return undefined;
  const actionOf = (segment: Segment): string => (action === undefined ? '' : segment.text(action).toUpperCase());
  const going = telling.filter((segment) => actions[actionOf(segment)] === 'remove');
  const members = toldApart(
    telling.filter((segment) => !going.includes(segment)),
    keyOf,
  );
  if (telling.every((segment) => actionOf(segment) === '')) return { members };
  for (const segment of going) leave('removed', segment);
  return { members, removed: going.map(keyOf) };
};
