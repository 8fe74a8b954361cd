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
    '10/03/2026',
    '20260310090000+1:00',
    '2026-3-10',
    '2026/03/10',
    '2026-03-10T09',
    '2026-03-10T24:00',
    '2026-03-10T09:00+25:00',
    '2026-02-30',
    '2026-13',
    '202603-10',
    '2026-0310',
    '2026031',
    '20260310abc',
    '20260310 0900',
    '2026-03-10T09:00:00+01:00x',
    'x',
  ])('%j is none', (raw) => {
    expect(readTime(raw, paris)).toBeUndefined();
  });

  it.each([
    ['2026-03', '2026-03', 'month'],
    ['2026-03-10', '2026-03-10', 'day'],
    ['2026-03-10T09:15', '2026-03-10T09:15:00+01:00', 'time'],
    ['2026-03-10 09:15', '2026-03-10T09:15:00+01:00', 'time'],
    ['2026-07-10 09:15:30.125', '2026-07-10T09:15:30.125+02:00', 'time'],
    ['2026-03-10T09:15:00+05:30', '2026-03-10T09:15:00+05:30', 'time'],
    ['2026-03-10T09:15:00-0400', '2026-03-10T09:15:00-04:00', 'time'],
    ['2026-03-10T09:15:00Z', '2026-03-10T09:15:00+00:00', 'time'],
    ['20260310091500+01:00', '2026-03-10T09:15:00+01:00', 'time'],
    ['202603100915-03:30', '2026-03-10T09:15:00-03:30', 'time'],
    ['20260310091500.5Z', '2026-03-10T09:15:00.5+00:00', 'time'],
  ])('%s, which ISO 8601 writes so, is %s', (raw, text, precision) => {
    expect(readTime(raw, paris)).toMatchObject({ text, precision, isOtherForm: true });
  });

  it('reads local times, and days, by an offset where one is given instead of a zone', () => {
    expect(readTime('20260710090000', -240)).toMatchObject({ text: '2026-07-10T09:00:00-04:00' });
    expect(readTime('20260710090000', 330)).toMatchObject({ text: '2026-07-10T09:00:00+05:30' });
    expect(readTime('20260710', -210)?.instant).toBe(Date.UTC(2026, 6, 10, 3, 30));
    expect(readTime('20260710090000+0200', 0)).toMatchObject({ text: '2026-07-10T09:00:00+02:00', offset: 120 });
    // A zone and the end of a time are not mixed up.
    expect(readTime('2026071009', 0)?.text).toBe('2026-07-10T09:00:00+00:00');
    expect(readTime('202607100', 90)).toBeUndefined();
  });

  it('reads one moment from every form that it can be written in', () => {
    const minute = fc.date({ min: new Date('1950-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });
    const offset = fc.constantFrom('+00:00', '+01:00', '-04:00', '+05:30', '-03:30', '+14:00');
    fc.assert(
      fc.property(minute, offset, (at, zone) => {
        const iso = at.toISOString().slice(0, 19);
        const usual = readTime(iso.replace(/[-:T]/g, '') + zone.replace(':', ''), paris);
        for (const form of [`${iso}${zone}`, iso.replace('T', ' ') + zone, iso.replace(/[-:T]/g, '') + zone])
          expect(readTime(form, paris)).toEqual({ ...usual, isOtherForm: true });
        expect(usual?.instant).toBe(Date.parse(iso + zone));
      }),
      { numRuns: 200 },
    );
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
    ['198003240000+0100', '1980-03-24'],
    ['19800300', '1980-03'],
    ['19800000', '1980'],
    ['19800300000000', '1980-03'],
    ['1980', '1980'],
    ['198003', '1980-03'],
  ])('%s is %s, whole', (raw, text) => {
    expect(readDate(raw)).toEqual({ text, isCut: false, isOtherForm: false });
  });

  it.each(['1980032423', '198003242330', '19800324000001', '19800324233000+0500'])('%s is cut to its day', (raw) => {
    expect(readDate(raw)).toEqual({ text: '1980-03-24', isCut: true, isOtherForm: false });
  });

  it.each([
    ['1969-12-31', '1969-12-31', false],
    ['1969-12', '1969-12', false],
    ['1969-12-31T00:00:00Z', '1969-12-31', false],
    ['1969-12-31T10:15:00+01:00', '1969-12-31', true],
    ['1969-12-31 10:15', '1969-12-31', true],
  ])('%s, which ISO 8601 writes so, is %s', (raw, text, isCut) => {
    expect(readDate(raw)).toEqual({ text, isCut, isOtherForm: true });
  });

  it.each([
    '20250230',
    '0000',
    '19801',
    '1980032',
    'abcd',
    '196912-31',
    '1969-1231',
    '1969-12-3',
    '1969-2-30',
    '1969-02-30',
    '19691231abc',
    '19691231 x',
    '1969123',
    '1969/12/31',
    '31/12/1969',
    '1969-12-31x',
    '196912319900',
  ])('%s is none', (raw) => {
    expect(readDate(raw)).toBeUndefined();
  });

  it('are never read from a part of what stands there', () => {
    const unit = fc.constantFrom(...Array.from('0123456789'), '19', '12', '-', '/', ':', ' ', 'T', 'Z', '+', '.', 'x');
    fc.assert(
      fc.property(fc.string({ unit, minLength: 4, maxLength: 14 }), (raw) => {
        const date = readDate(raw);
        const all = raw.replace(/\D/g, '');
        const shown = date?.text.replaceAll('-', '') ?? '';
        if (date !== undefined && !date.isCut && !/[+-]\d\d:?\d\d$|Z$/.test(raw))
          expect(all.replace(/0+$/, '')).toBe(shown.replace(/0+$/, ''));
      }),
      { numRuns: 3000 },
    );
  });
});
