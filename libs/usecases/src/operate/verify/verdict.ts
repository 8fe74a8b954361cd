/** What a verification says. Nothing examined is never a pass. */
export type Verdict = 'same' | 'differs' | 'nothing-examined';

export interface Check {
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly ok: boolean;
}

export const check = (what: string, expected: string | number, found: string | number): Check => ({
  what,
  expected: String(expected),
  found: String(found),
  ok: String(expected) === String(found),
});

/** `examined`: counts that must all be above zero. */
export const verdictOf = (checks: readonly Check[], examined: readonly number[]): Verdict => {
  if (checks.some(({ ok }) => !ok)) return 'differs';
  return checks.length === 0 || examined.length === 0 || examined.some((count) => count <= 0)
    ? 'nothing-examined'
    : 'same';
};
