import type { Random } from './random.js';

/** What a format is made of, for mutations that keep some of its shape. */
export interface Format {
  /** Bytes between which its parts stand: `|^~\&` and CR, or `{}[]:,"`. */
  readonly delimiters: string;
  /** Bytes between which its larger parts stand: CR, or `,`. */
  readonly separators: string;
  /** Words of the format and values that have broken others. */
  readonly words: readonly Buffer[];
}

const bytesMax = 16 * 1024;
const numbers = ['0', '-1', '1', '00', '255', '2147483648', '9007199254740993', '1e400', '0.1e-9', '-0', '20250230'];
const oddBytes = [
  0, 0x09, 0x0a, 0x0b, 0x0d, 0x1c, 0x20, 0x22, 0x26, 0x5c, 0x5e, 0x7c, 0x7e, 0x7f, 0x80, 0xc3, 0xed, 0xff,
];

type Mutation = (input: Buffer, random: Random, format: Format, other: Buffer) => Buffer;

const spliced = (input: Buffer, [start, end]: readonly [number, number], between: Uint8Array): Buffer =>
  Buffer.concat([input.subarray(0, start), between, input.subarray(end)]);

/** A part of the input between two of these bytes, without them. */
const partOf = (input: Buffer, random: Random, delimiters: string): readonly [number, number] => {
  const isDelimiter = (at: number): boolean => delimiters.includes(String.fromCharCode(input[at] ?? 0));
  const middle = random.below(input.length + 1);
  let [start, end] = [middle, middle];
  while (start > 0 && !isDelimiter(start - 1)) start--;
  while (end < input.length && !isDelimiter(end)) end++;
  return [start, end];
};

const rangeOf = (input: Buffer, random: Random, lengthMax: number): readonly [number, number] => {
  const start = random.below(input.length + 1);
  return [start, Math.min(input.length, start + random.below(lengthMax) + 1)];
};

const setByte =
  (byte: (random: Random, old: number) => number): Mutation =>
  (input, random) => {
    if (input.length === 0) return input;
    const changed = Buffer.from(input);
    const at = random.below(input.length);
    changed[at] = byte(random, changed[at] ?? 0);
    return changed;
  };

const mutations: readonly Mutation[] = [
  setByte((random, old) => old ^ (1 << random.below(8))),
  setByte((random) => random.pick(oddBytes)),
  (input, random) => {
    const at = random.below(input.length + 1);
    return spliced(input, [at, at], Buffer.of(random.below(256)));
  },
  (input, random) => spliced(input, rangeOf(input, random, 64), Buffer.alloc(0)),
  (input, random) => {
    const [start, end] = rangeOf(input, random, 64);
    const times = random.below(8) === 0 ? random.below(200) : random.below(4);
    return spliced(
      input,
      [start, end],
      Buffer.concat(Array.from({ length: times + 1 }, () => input.subarray(start, end))),
    );
  },
  // A part becomes a word of the format, or a part of another input.
  (input, random, { delimiters, words }) => spliced(input, partOf(input, random, delimiters), random.pick(words)),
  (input, random, { words }) => {
    const at = random.below(input.length + 1);
    return spliced(input, [at, at], random.pick(words));
  },
  (input, random, { delimiters }, other) => {
    const [start, end] = partOf(other, random, delimiters);
    return spliced(input, partOf(input, random, delimiters), other.subarray(start, end));
  },
  (input, random, { delimiters }) =>
    spliced(input, partOf(input, random, delimiters), Buffer.from(random.pick(numbers))),
  // Larger parts: left out, doubled, moved, taken from another.
  (input, random, { separators }) => spliced(input, partOf(input, random, separators), Buffer.alloc(0)),
  (input, random, { separators }) => {
    const [start, end] = partOf(input, random, separators);
    const [at] = partOf(input, random, separators);
    const separator = Buffer.from(separators.charAt(0), 'latin1');
    return spliced(input, [at, at], Buffer.concat([input.subarray(start, end), separator]));
  },
  (input, random, { separators }, other) => {
    const [start, end] = partOf(other, random, separators);
    const [at] = partOf(input, random, separators);
    return spliced(input, [at, at], other.subarray(start, Math.min(other.length, end + 1)));
  },
  // The beginning of one, the end of another.
  (input, random, _format, other) =>
    Buffer.concat([input.subarray(0, random.below(input.length + 1)), other.subarray(random.below(other.length + 1))]),
];

/** One to eight mutations on top of each other. `other`: another input, for parts of it. */
export const mutate = (input: Buffer, random: Random, format: Format, other: Buffer): Buffer => {
  let mutated = input;
  for (let left = 1 << random.below(4); left > 0; left--)
    mutated = random.pick(mutations)(mutated, random, format, other);
  return Buffer.from(mutated.subarray(0, bytesMax));
};
