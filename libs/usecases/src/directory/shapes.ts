import { Finess, type Instant, Position } from '#domain';

/**
 * Of one text in the directory's log, UTF-16 code units; a longer one makes its entry unreadable.
 * @limit Directory | characters of a text | the entry is refused
 */
export const directoryTextMax = 4096;

/** A value is not what stands at this place. Says the place and what is expected there, never the value. */
export class NotWhole extends Error {
  constructor(
    readonly place: string,
    readonly expected: string,
  ) {
    super(`${place}: ${expected}`);
  }
}

/** Makes a value of its own from unchecked JSON, or throws `NotWhole`. Nothing of the JSON is kept but texts and numbers. */
export type Shape<T> = (value: unknown, place: string) => T;

const shape =
  <T>(expected: string, holds: (value: unknown) => value is T): Shape<T> =>
  (value, place) => {
    if (holds(value)) return value;
    throw new NotWhole(place, expected);
  };

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= directoryTextMax;

export const text = shape('a text is expected', isText);
export const name = shape(
  'a text that is not empty is expected',
  (value): value is string => isText(value) && value !== '',
);
export const textLike = (pattern: RegExp, expected: string): Shape<string> =>
  shape(expected, (value): value is string => isText(value) && pattern.test(value));
export const exactly = <const T extends string | number>(...values: readonly T[]): Shape<T> =>
  shape(`one of ${values.join(', ')} is expected`, (value): value is T =>
    (values as readonly unknown[]).includes(value),
  );
export const count = shape(
  'a whole number from 0 on is expected',
  (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
);
export const amount = shape('a number is expected', (value): value is number => typeof value === 'number');
export const position = shape(
  'a position is expected',
  (value): value is Position => Number.isSafeInteger(value) && (value as number) >= Position.none,
);
/**
 * Ends of what `Date` can tell, ms.
 * @limit Directory | ms from 1970 of a time, as JavaScript knows it | the entry is refused
 */
const instantMax = 8.64e15;
export const instant = shape(
  'a time in whole milliseconds is expected',
  (value): value is Instant => Number.isSafeInteger(value) && Math.abs(value as number) <= instantMax,
);
export const finess = shape(
  'a FINESS number is expected',
  (value): value is Finess => typeof value === 'string' && Finess.matches(value),
);

export const list =
  <T>(item: Shape<T>): Shape<readonly T[]> =>
  (value, place) => {
    if (!Array.isArray(value)) throw new NotWhole(place, 'a list is expected');
    return Array.from(value, (each: unknown, index) => item(each, `${place}[${index}]`));
  };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A map by keys of this shape. Its places are written `place.*`: keys are content. */
export const mapOf =
  <K extends string, T>(key: Shape<K>, item: Shape<T>): Shape<Readonly<Record<K, T>>> =>
  (value, place) => {
    if (!isObject(value)) throw new NotWhole(place, 'an object is expected');
    const entries = Object.entries(value).map(([own, each]) => {
      if (own === '__proto__') throw new NotWhole(place, 'a key that can be used is expected');
      return [key(own, `${place}.*`), item(each, `${place}.*`)] as const;
    });
    return Object.fromEntries(entries) as Record<K, T>;
  };

interface Optional<T> {
  readonly optional: Shape<T>;
}
export const optional = <T>(of: Shape<T>): Optional<T> => ({ optional: of });

/** Every member of T, so that a member which is added to a type does not compile until it is read here. */
type Members<T> = {
  readonly [K in keyof T]-?: Partial<Pick<T, K>> extends Pick<T, K> ? Optional<Exclude<T[K], undefined>> : Shape<T[K]>;
};

const membersOf = <T extends object>(members: Members<T>, value: unknown, place: string): T => {
  if (!isObject(value)) throw new NotWhole(place, 'an object is expected');
  const made: [string, unknown][] = [];
  for (const [member, of] of Object.entries(members) as [string, Shape<unknown> | Optional<unknown>][]) {
    const at = place === '' ? member : `${place}.${member}`;
    const there = Object.hasOwn(value, member);
    if (typeof of === 'function') {
      if (!there) throw new NotWhole(at, 'it is missing');
      made.push([member, of(value[member], at)]);
    } else if (there) made.push([member, of.optional(value[member], at)]);
  }
  return Object.fromEntries(made) as T;
};

/** Takes the members that it knows and leaves the others: what a newer Reprise adds to a declaration is no fault. */
export const open =
  <T extends object>(members: Members<T>): Shape<T> =>
  (value, place) =>
    membersOf(members, value, place);

/** Has these members and no other: in what is decided and signed, nothing may be hidden. */
export const closed =
  <T extends object>(members: Members<T>): Shape<T> =>
  (value, place) => {
    const made = membersOf(members, value, place);
    if (!Object.keys(value as object).every((member) => Object.hasOwn(members, member)))
      throw new NotWhole(place, 'a member is not known here');
    return made;
  };
