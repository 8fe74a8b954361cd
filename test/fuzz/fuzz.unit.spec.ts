import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Fuzzed, fuzz } from './fuzz.js';
import type { Target } from './target.js';

/** Four conditions within each other, which chance alone meets once in thousands of millions. */
const planted = (input: Buffer): void => {
  if (input[0] !== 0x52) return;
  if (input[1] !== 0x50) return;
  if (input.length < 6) return;
  if (input[2] === 0x7c && input.includes('BUG')) throw new Error(`a planted fault at ${input.length}`);
};

const targetOf = (run: (input: Buffer) => void): Target => ({
  format: { delimiters: '|', separators: '|', words: [Buffer.from('BUG')] },
  seeds: [Buffer.from('hello|there|this|is|no|fault')],
  code: /fuzz\.unit\.spec/,
  run: async (input) => run(input),
});

describe('the fuzzer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const fuzzed = (target: Target, msMax: number): Promise<Fuzzed> =>
    fuzz(target, { seed: 7, msMax, findingsMax: 1, folder, say: () => undefined });

  it('is led by coverage to what is planted, makes it short, and writes it down once', async () => {
    let found = 0;
    const { findings, corpus } = await fuzzed(
      targetOf((input) => {
        try {
          planted(input);
        } catch (error) {
          found += 1;
          throw error;
        }
      }),
      60_000,
    );
    expect(found).toBeGreaterThan(0);
    expect(findings).toHaveLength(1);
    const [finding] = findings;
    expect(finding?.input.toString('latin1')).toMatch(/^RP\|.*BUG/s);
    expect(finding?.input.length).toBe(6);
    expect(readFileSync(finding?.path ?? '')).toEqual(finding?.input);
    expect(corpus).toBeGreaterThan(1);
  }, 120_000);

  it('finds nothing in what is sound', async () => {
    const { findings, executions } = await fuzzed(
      targetOf(() => undefined),
      500,
    );
    expect([findings, executions > 100]).toEqual([[], true]);
  });
});
