import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failure, Instant } from '#domain';
import { localMeanings, offsetMinutes } from './zone-time.js';
import { readMoment } from './read-moment.js';

const now = Instant.parse('2026-11-24T12:00:00Z');
const paris = { now, timeZone: 'Europe/Paris' };
const failure = (raw: string, at = paris): Failure => {
  try {
    readMoment(raw, at);
  } catch (error) {
    if (Failure.is(error, 'input.invalid')) return error;
    throw error;
  }
  throw new Error(`"${raw}" was taken`);
};

describe('T as an operator writes it', () => {
  it('takes RFC 3339 with a zone', () => {
    expect(readMoment('2026-11-20T14:30:00+01:00', paris)).toBe(Date.UTC(2026, 10, 20, 13, 30));
    expect(readMoment('2026-11-20 14:30Z', paris)).toBe(Date.UTC(2026, 10, 20, 14, 30));
    expect(readMoment('2026-11-20T14:30:00.250Z', paris)).toBe(Date.UTC(2026, 10, 20, 14, 30, 0, 250));
  });

  it.each([
    ['15m ago', 15 * 60_000],
    ['15 min ago', 15 * 60_000],
    ['90s ago', 90_000],
    ['2h ago', 7_200_000],
    ['3d ago', 3 * 86_400_000],
  ])('takes %s', (raw, ms) => {
    expect(readMoment(raw, paris)).toBe(now - ms);
  });

  it.each(['yesterday', '15x ago', '2026-11-20', '2026-02-30T10:00:00Z', '2026-13-01T10:00:00Z', '', '1790000000000'])(
    'refuses %s',
    (raw) => {
      expect(failure(raw).message).toContain('not a time');
    },
  );

  it('refuses the future', () => {
    expect(failure('2026-11-24T13:00:01+01:00').message).toContain('future');
    const end = { now, timeZone: 'Europe/Paris', future: 'taken' } as const;
    expect(Instant.iso(readMoment('2026-11-24T13:01:00+01:00', end))).toBe('2026-11-24T12:01:00.000Z');
  });

  it('refuses a local time with both candidates', () => {
    expect(failure('2026-11-20T14:30:00').hint).toBe('say 2026-11-20T14:30:00+01:00 or 2026-11-20T14:30:00Z');
    expect(failure('2026-11-20 14:30', { now, timeZone: 'Indian/Reunion' }).hint).toBe(
      'say 2026-11-20T14:30:00+04:00 or 2026-11-20T14:30:00Z',
    );
    expect(failure('2026-11-20 14:30', { now, timeZone: 'UTC' }).hint).toBe('say 2026-11-20T14:30:00Z');
  });

  it('never writes one instant twice among the candidates', () => {
    const locals = ['2026-11-20T14:30:00', '2026-10-25T02:30:00', '2026-03-29T02:30:00', '2026-07-01T08:00:00'];
    for (const timeZone of ['Europe/Paris', 'Indian/Reunion', 'America/Martinique', 'Europe/London'])
      for (const local of locals) {
        const said = failure(local, { now, timeZone }).hint.replace('say ', '').split(' or ');
        expect(new Set(said.map((one) => Instant.parse(one))).size).toBe(said.length);
        expect(said.every((one) => one.startsWith(local))).toBe(true);
      }
  });

  it('names both offsets of the hour that occurs twice', () => {
    const twice = failure('2026-10-25T02:30:00');
    expect(twice.message).toContain('twice');
    expect(twice.hint).toBe('say 2026-10-25T02:30:00+02:00 or 2026-10-25T02:30:00+01:00');
  });

  it('names both offsets around the hour that does not exist', () => {
    const never = failure('2026-03-29T02:30:00');
    expect(never.message).toContain('does not exist');
    expect(never.hint).toBe('say 2026-03-29T02:30:00+02:00 or 2026-03-29T02:30:00+01:00');
  });

  it('finds, for every moment, the offset that its local time can have', () => {
    const zones = ['Europe/Paris', 'Indian/Reunion', 'America/Martinique', 'Pacific/Noumea', 'America/St_Johns'];
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2040, 0) }),
        fc.constantFrom(...zones),
        (ms, timeZone) => {
          const offset = offsetMinutes(Instant.of(ms), timeZone);
          const { offsets, exists } = localMeanings(Instant.of(ms + offset * 60_000), timeZone);
          expect(exists).toBe(true);
          expect(offsets).toContain(offset);
        },
      ),
    );
  });
});
