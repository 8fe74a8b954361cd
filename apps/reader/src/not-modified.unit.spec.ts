import { describe, expect, it } from 'vitest';
import { Instant } from '#domain';
import { etagOf, isMatched, modifiedSince } from './not-modified.js';

describe('If-None-Match', () => {
  it('compares weakly, any of a list', () => {
    expect(etagOf('1-812')).toBe('W/"1-812"');
    expect(['W/"1-812"', '"1-812"', 'W/"1-1" , W/"1-812"', '*'].map((header) => isMatched(header, '1-812'))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['W/"1-81"', 'W/"2-812"', '1-812', ''].some((header) => isMatched(header, '1-812'))).toBe(false);
  });
});

describe('If-Modified-Since', () => {
  const recordedAt = Instant.parse('2026-11-20T10:00:05.700Z');
  it('knows seconds only, and trusts no order after a restore', () => {
    const at = (second: string, restored = false) =>
      modifiedSince(`Fri, 20 Nov 2026 10:00:${second} GMT`, recordedAt, restored);
    expect([at('04'), at('05'), at('06'), at('06', true), at('05', true)]).toEqual([
      'modified',
      'same-second',
      'unchanged',
      'modified',
      'same-second',
    ]);
    expect(modifiedSince('never', recordedAt, false)).toBe('modified');
  });
});
