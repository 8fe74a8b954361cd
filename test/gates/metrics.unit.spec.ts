import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faultsOf, metrics, metricsIn, metricsPage } from './metrics.js';

describe('the page of metrics', async () => {
  const all = await metrics();

  it('is what the processes tell', async () => {
    await expect(metricsPage(all)).toMatchFileSnapshot(join(import.meta.dirname, '..', '..', 'docs', 'metrics.md'));
  });

  it('holds no metric without a meaning, outside the rules of names, or with a label of many values', () => {
    expect(all.flatMap(faultsOf)).toEqual([]);
  });

  it('has each name once', () => {
    const names = all.map(({ name }) => name);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('would tell of each fault', () => {
    const [metric] = metricsIn(`
      const labelNames = ['patient', 'sender'] as const;
      new Gauge({ name: 'lag_ms_total', help: 'lag', labelNames, registers: [] });
    `);
    expect(metric && faultsOf(metric)).toEqual([
      'lag_ms_total: its help does not say what it means',
      'lag_ms_total: begins with reprise_ or http_server_',
      'lag_ms_total: a counter, and nothing else, ends in _total',
      'lag_ms_total: a base unit',
      'lag_ms_total: patient is no label of few values',
    ]);
  });
});
