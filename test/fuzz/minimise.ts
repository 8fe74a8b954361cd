const msMax = 30_000;

/** The shortest input, by leaving out parts, that `stillFails`. Ends by itself after half a minute. */
export const minimise = async (input: Buffer, stillFails: (input: Buffer) => Promise<boolean>): Promise<Buffer> => {
  const until = performance.now() + msMax;
  let smallest = input;
  for (let size = Math.ceil(input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2))
    for (let at = 0; at < smallest.length && performance.now() < until; ) {
      const shorter = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      if (await stillFails(shorter)) smallest = shorter;
      else at += size;
    }
  return smallest;
};
