import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blockChart, chartWidthMax } from './block-chart.js';

describe('a chart of blocks', () => {
  it('is as high as each share of the most, blank where nothing came', () => {
    expect(blockChart([0, 1, 2, 3, 4, 5, 6, 7, 8], true)).toBe(' ▁▂▃▄▅▆▇█');
    expect(blockChart([1, 0, 1000], true)).toBe('▁ █');
    expect(blockChart([1, 0, 1000], false)).toBe('. @');
    expect(blockChart([], true)).toBe('');
    expect(blockChart([0, 0], true)).toBe('  ');
  });

  it('never hides what came: a minute of an attack among thousands of quiet ones', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { minLength: 1, maxLength: 400 }), fc.nat(399), (counts, where) => {
        const at = where % counts.length;
        const chart = blockChart(counts.with(at, 100), true);
        expect(chart.length).toBeLessThanOrEqual(chartWidthMax);
        expect(chart[Math.floor(at / Math.ceil(counts.length / chartWidthMax))]).toBe('█');
      }),
    );
  });
});
