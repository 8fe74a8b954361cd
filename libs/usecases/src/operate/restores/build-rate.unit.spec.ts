import { describe, expect, it } from 'vitest';
import { aGenerationReport } from './generation-report.fixture.js';
import { Instant } from '#domain';
import type { GenerationReport } from '../../ports/replica-status.js';
import { buildRate } from './build-rate.js';

const built = (eventsTotal: number, seconds: number): GenerationReport =>
  aGenerationReport({ eventsTotal, startedAt: Instant.of(0), finishedAt: Instant.of(seconds * 1000) });

const rateOf = (...replicas: readonly (readonly GenerationReport[])[]): number =>
  buildRate(new Map(replicas.map((reports, n) => [String(n), reports]))).eventsPerSecond;

describe('how fast replicas build', () => {
  it('is assumed where nothing large enough was built', () => {
    expect(buildRate(new Map([['a', 'unreachable']])).basis).toBe('assumed');
    expect(buildRate(new Map([['a', [built(999, 1)]]])).basis).toBe('assumed');
    expect(buildRate(new Map([['a', [{ ...built(50_000, 3), state: 'failed' as const }]]])).basis).toBe('assumed');
  });

  it('is measured on the newest of the large builds, whatever small ones came after', () => {
    expect(rateOf([built(50_000, 5), built(1_100, 1)])).toBe(10_000);
    expect(rateOf([built(50_000, 5), built(40_000, 2), built(1_100, 1)])).toBe(20_000);
  });

  it('is that of the slowest replica', () => {
    expect(rateOf([built(50_000, 5)], [built(50_000, 10)])).toBe(5_000);
  });
});
