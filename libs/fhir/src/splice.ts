export interface Splice {
  readonly start: number;
  readonly end: number;
  /** What stands there instead. */
  readonly text: string;
}

/** The bytes with some ranges replaced; every other byte stays. Ranges do not overlap; their order does not matter. */
export const spliced = (bytes: Uint8Array, splices: readonly Splice[]): Buffer => {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { start, end, text } of [...splices].sort(
    (one, other) => one.start - other.start || one.end - other.end,
  )) {
    parts.push(bytes.subarray(at, start), Buffer.from(text));
    at = end;
  }
  parts.push(bytes.subarray(at));
  return Buffer.concat(parts);
};
