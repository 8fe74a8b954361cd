import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDate, readTime } from './hl7-time.js';

const paris = 'Europe/Paris';

describe('HL7 times', () => {
  it.each([
    ['2026', '2026', 'year'],
    ['202603', '2026-03', 'month'],
    ['20260310', '2026-03-10', 'day'],
    ['2026031009', '2026-03-10T09:00:00+01:00', 'time'],
    ['202607100915', '2026-07-10T09:15:00+02:00', 'time'],
    ['20260710091530.1234', '2026-07-10T09:15:30.1234+02:00', 'time'],
    ['20260710091530-0400', '2026-07-10T09:15:30-04:00', 'time'],
    ['20260000', '2026', 'year'],
    ['20260300000000', '2026-03', 'month'],
    ['20240229', '2024-02-29', 'day'],
  ])('%s is %s', (raw, text, precision) => {
    expect(readTime(raw, paris)).toMatchObject({ text, precision });
  });

  it.each([
    '',
    '0000',
    '202',
    '20250230',
    '20251301',
    '20250229',
    '2026031024',
    '20260310096',
    '202603100960',
    '20260310090060',
    '20260310+1401',
    '20260310090000.',
    '20260310090000+01',
    '2026-03-10',
    '10/03/2026',
    '20260310090000Z',
    'x',
  ])('%j is none', (raw) => {
    expect(readTime(raw, paris)).toBeUndefined();
  });

  it('takes the first of the two in the hour that occurs twice, and says so', () => {
    expect(readTime('20261025023000', paris)).toMatchObject({ text: '2026-10-25T02:30:00+02:00', doubt: 'ambiguous' });
    expect(readTime('20261025020000', paris)).toHaveProperty('doubt', 'ambiguous');
    expect(readTime('20261025015959', paris)).not.toHaveProperty('doubt');
    expect(readTime('20261025030000', paris)).toMatchObject({ text: '2026-10-25T03:00:00+01:00' });
    expect(readTime('20261025030000', paris)).not.toHaveProperty('doubt');
    expect(readTime('20261025023000+0100', paris)).not.toHaveProperty('doubt');
  });

  it('says that an hour was jumped over', () => {
    expect(readTime('20260329023000', paris)).toMatchObject({ text: '2026-03-29T02:30:00+01:00', doubt: 'skipped' });
    expect(readTime('20260329015959', paris)).toMatchObject({ text: '2026-03-29T01:59:59+01:00' });
    expect(readTime('20260329030000', paris)).toMatchObject({ text: '2026-03-29T03:00:00+02:00' });
  });

  it('reads local times in the establishment’s zone', () => {
    expect(readTime('20260710090000', 'Indian/Reunion')?.text).toBe('2026-07-10T09:00:00+04:00');
    expect(readTime('20260710090000', 'America/Martinique')?.text).toBe('2026-07-10T09:00:00-04:00');
  });

  it('gives an instant that is the one of its own text', () => {
    const minute = fc.date({ min: new Date('1950-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(
        minute,
        fc.constantFrom(paris, 'Indian/Reunion', 'Australia/Lord_Howe', 'America/New_York'),
        (at, zone) => {
          const raw = at.toISOString().replace(/[-:T]/g, '').slice(0, 14);
          const time = readTime(raw, zone);
          expect(time?.instant).toBe(Date.parse(time?.text ?? ''));
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('dates without time', () => {
  it.each([
    ['19800324', '1980-03-24'],
    ['19800324000000', '1980-03-24'],
    ['19800324233000+0500', '1980-03-24'],
    ['19800300', '1980-03'],
    ['19800000', '1980'],
    ['1980', '1980'],
    ['198003', '1980-03'],
  ])('%s is %s', (raw, date) => {
    expect(readDate(raw)).toBe(date);
  });
  it.each(['20250230', '0000', '19801', '1980032', 'abcd'])('%s is none', (raw) => {
    expect(readDate(raw)).toBeUndefined();
  });
});
