import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accepted, changesIn, editOf, identityEdits, warningsIn } from '../fixtures/adt.js';
import { er7 } from '../fixtures/context.js';

const head = (type: string, sent: string): string => `MSH|^~\\&|GAM|CH|EAI|GHT|${sent}||${type}|M1|P|2.5`;
const pid = (birth = '19800324', identifier = '42^^^CH^PI'): string => `PID|1||${identifier}||DUPONT||${birth}|F`;
const oru = (sent: string, taken: string): Buffer =>
  er7(head('ORU^R01', sent), pid(), `OBR|1||F1|X|||${taken}`, 'OBX|1|NM|K||4|||||||F');
const adt = (sent: string, moved: string, evn = '20260310091400'): Buffer =>
  er7(
    head('ADT^A01', sent),
    `EVN||${evn}||||${moved}`,
    pid(),
    `PV1|1|I|MED^101${'|'.repeat(16)}V1`,
    `ZBE|1^CH|${moved}||INSERT|N||^^^^^^UF^^^M1|^^^^^^UF^^^S1|HMS`,
  );
const effectiveOf = (bytes: Buffer, settings = {}): unknown =>
  changesIn(bytes, settings)
    .flatMap((change) => (change.kind === 'put' ? [Buffer.from(change.content).toString()] : []))
    .map((content) => JSON.parse(content) as Readonly<Record<string, unknown>>)
    .find(({ resourceType }) => resourceType === 'DiagnosticReport')?.['effectiveDateTime'];

describe('times without an offset of their own', () => {
  it.each([
    ['20260710091500', '20260710080000', '2026-07-10T08:00:00+02:00', false],
    ['20260710091500+0200', '20260710080000', '2026-07-10T08:00:00+02:00', false],
    ['20260710091500-0400', '20260710080000', '2026-07-10T08:00:00-04:00', true],
    ['20260710071500+0000', '20260710080000', '2026-07-10T08:00:00+00:00', true],
    ['20260710071500Z', '20260710080000', '2026-07-10T08:00:00+00:00', true],
    ['20260710091500+0530', '20260710080000', '2026-07-10T08:00:00+05:30', true],
    ['20260710091500+0100', '20260710080000', '2026-07-10T08:00:00+01:00', true],
    ['20260710-0330', '20260710080000', '2026-07-10T08:00:00-03:30', true],
    ['20260710091500-0400', '20260710080000+0200', '2026-07-10T08:00:00+02:00', true],
    // The establishment's own offset is its zone: what was in winter keeps the offset of winter.
    ['20260710091500+0200', '20260110080000', '2026-01-10T08:00:00+01:00', false],
  ])('in a message of %s: %s is %s', (sent, taken, text, isForeign) => {
    const bytes = oru(sent, taken);
    expect(effectiveOf(bytes)).toBe(text);
    const foreign = warningsIn(bytes).filter((warning) => warning.startsWith('offset-foreign'));
    expect(foreign).toEqual(isForeign ? ['offset-foreign MSH-7'] : []);
  });

  it('are read in the sender’s own zone where one is set, whatever MSH-7 says', () => {
    for (const sent of ['20260710091500-0400', '20260710091500+0200', '20260710091500']) {
      const bytes = oru(sent, '20260710080000');
      const settings = { hl7: { timeZone: 'Indian/Reunion' } };
      expect(effectiveOf(bytes, settings)).toBe('2026-07-10T08:00:00+04:00');
      expect(warningsIn(bytes, settings)).not.toContain('offset-foreign MSH-7');
    }
  });

  it('of a movement and of its event are read so, too', () => {
    const offset = fc.constantFrom(['-0400', -240], ['+0000', 0], ['+0530', 330], ['-0930', -570] as const);
    fc.assert(
      fc.property(offset, fc.integer({ min: 0, max: 23 }), ([written, minutes], hour) => {
        const moved = `20260310${String(hour).padStart(2, '0')}0000`;
        const { event } = accepted(adt(`20260310091500${written}`, moved));
        const expected = Date.UTC(2026, 2, 10, hour) - Number(minutes) * 60_000;
        expect(event.occurredAt).toBe(expected);
        const movement = event.changes.find(({ kind }) => kind === 'movement');
        const start = movement?.kind === 'movement' ? movement.movement?.start : undefined;
        expect(Date.parse(start ?? '')).toBe(expected);
      }),
    );
  });
});

describe('dates', () => {
  const birthOf = (bytes: Buffer): unknown => {
    const edit = editOf(identityEdits(bytes), 'birthDate');
    return edit && 'value' in edit ? edit.value : undefined;
  };
  const warned = (birth: string): readonly string[] =>
    warningsIn(er7(head('ADT^A31', '20260310'), pid(birth))).filter((warning) => warning.endsWith(' PID-7'));

  it.each([
    ['19691231', '1969-12-31', []],
    ['19691231000000', '1969-12-31', []],
    ['1969-12-31', '1969-12-31', ['date-form']],
    ['1969-12', '1969-12', ['date-form']],
    ['1969-12-31T08:15:00+01:00', '1969-12-31', ['date-form', 'precision-lost']],
    ['196912-31', undefined, ['date-invalid']],
    ['1969123', undefined, ['date-invalid']],
    ['1969/12/31', undefined, ['date-invalid']],
    ['19691231abc', undefined, ['date-invalid']],
  ])('of birth: %s is %s, with %j', (birth, date, codes) => {
    expect(birthOf(er7(head('ADT^A31', '20260310'), pid(birth)))).toBe(date);
    expect(warned(birth)).toEqual(codes.map((code) => `${code} PID-7`));
  });

  it('from which an identifier holds are read in other forms, too', () => {
    const bytes = er7(head('ADT^A31', '20260310'), pid('', '42^^^CH^PI^^202001010815^2030-01-01'));
    expect(warningsIn(bytes)).toEqual(expect.arrayContaining(['date-form PID-3[1].8']));
  });

  it('of a message in another form are taken with a warning', () => {
    const bytes = oru('2026-03-10T09:15:00+01:00', '2026-03-10 08:00');
    expect(effectiveOf(bytes)).toBe('2026-03-10T08:00:00+01:00');
    expect(warningsIn(bytes)).toEqual(expect.arrayContaining(['date-form MSH-7', 'date-form OBR[1]-7']));
  });
});
