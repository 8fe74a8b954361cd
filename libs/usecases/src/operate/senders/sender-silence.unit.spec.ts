import { describe, expect, it } from 'vitest';
import { Instant } from '#domain';
import { silenceOfSender, silentAfterSeconds } from './sender-silence.js';

describe('the silence of a sender', () => {
  it('is its own setting, five minutes unless it says otherwise', () => {
    expect([{}, ...['90s', '5m', '12h', '2d'].map((silentAfter) => ({ silentAfter }))].map(silentAfterSeconds)).toEqual(
      [300, 90, 300, 43_200, 172_800],
    );
  });

  it('begins behind it, and never for one of whom nothing has come yet', () => {
    const at = (seconds: number) =>
      silenceOfSender(
        { silentAfter: '90s' },
        { lastReceivedAt: Instant.iso(Instant.of(0)) },
        Instant.of(seconds * 1000),
      );
    expect(at(90)).toEqual({ source: 'live', silentSeconds: 90, silentAfterSeconds: 90 });
    expect(at(91)).toMatchObject({ source: 'silent', silentSeconds: 91 });
    expect(silenceOfSender({}, { lastReceivedAt: null }, Instant.of(0))).toMatchObject({ source: 'empty' });
  });
});
