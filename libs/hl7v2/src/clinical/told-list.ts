import { leave } from '../represented/not-taken.js';
import type { Segment } from '../message/segment.js';
import type { Mapping } from '../mapping/mapping.js';

/** A segment of a list, with what tells it from the others. */
export interface ToldMember {
  readonly segment: Segment;
  readonly key: string;
}

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
    .map(([, segment], at) => ({ segment, key: at === 0 ? key : `${key}#${at + 1}` }));
};

/** The members of a list by their keys: the same whatever the order and the numbers of the segments. */
export const toldApart = (segments: readonly Segment[], keyOf: (segment: Segment) => string): readonly ToldMember[] =>
  [...Map.groupBy(segments, keyOf)].flatMap(([key, same]) => apart(key, same));

/**
 * The segments of that name that say something, where the message tells of the list at all. One whose naming field is `""`, and that says
 * nothing else, empties it: then there may be none. `undefined`: the list stays as it stands.
 */
export const toldList = (mapping: Mapping, name: string, naming: number): readonly Segment[] | undefined => {
  const segments = mapping.message.all(name);
  const telling = segments.filter(({ fields }) => fields.some((raw, field) => field > setIdField && isSaid(raw)));
  return telling.length > 0 || segments.some((segment) => segment.isNull(naming)) ? telling : undefined;
};
