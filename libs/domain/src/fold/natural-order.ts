const digits = /^\d+$/;
const runs = /\d+|\D+/g;

const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Numbers of any length, as they are written. */
const compareDigits = (a: string, b: string): number => {
  const [one, other] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  return one.length - other.length || compareTexts(one, other);
};

/** Order of numbers that people give: runs of digits as the numbers that they are (`A9` before `A10`), anything else as text. */
export const compareNaturally = (a: string, b: string): number => {
  const [left, right] = [a.match(runs) ?? [], b.match(runs) ?? []];
  for (const [at, one] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const order = digits.test(one) && digits.test(other) ? compareDigits(one, other) : compareTexts(one, other);
    if (order !== 0) return order;
  }
  return left.length - right.length || compareTexts(a, b);
};
