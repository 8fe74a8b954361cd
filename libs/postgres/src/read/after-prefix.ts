/**
 * The first text, in the order of code points (`collate "C"` over UTF-8), behind everything that begins with the prefix.
 * Surrogates are no characters and are stepped over; U+10FFFF has no successor and is taken off first.
 */
export const afterPrefix = (prefix: string): string => {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) throw new RangeError('nothing is behind everything');
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
};
