import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Instant } from '#domain';
import { intervalOf, piecesMax } from './summarize-messages.js';

const [minute, hour] = [60_000, 3_600_000];
const now = 1_790_000_000_000;

it.each([
  [hour, 'minute'],
  [2 * hour, 'minute'],
  [3 * hour, 'ten-minutes'],
  [24 * hour, 'ten-minutes'],
  [25 * hour, 'hour'],
  [6 * 24 * hour, 'hour'],
  [7 * 24 * hour, 'day'],
  [3 * 365 * 24 * hour, 'day'],
])('pieces widen with the interval: %d ms', (span, piece) => {
  expect(intervalOf(Instant.of(now - span), Instant.of(now)).piece).toBe(piece);
});

it('pieces are never many, but for those of the longest kind', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: piecesMax * 24 * hour }), (span) => {
      const { ms } = intervalOf(Instant.of(now - span), Instant.of(now));
      expect(span / ms).toBeLessThanOrEqual(piecesMax);
      expect(ms).toBeGreaterThanOrEqual(minute);
    }),
  );
});
