import { describe, expect, it } from 'vitest';
import type { Sender } from '#domain';
import { er7 } from '../fixtures/context.js';
import { type FoldedAdt, foldAdt } from '../fixtures/folded-adt.js';

interface Spoken {
  /** PV1-3, PV1-7. */
  readonly place?: string;
  readonly doctor?: string;
  /** Other fields of PV1, and PID-18. */
  readonly pv1?: Readonly<Record<number, string>>;
  readonly account?: string;
  /** PID-3.1 */
  readonly ipp?: string;
  /** MSH-7, EVN-2, EVN-6. */
  readonly sent?: string;
  readonly recorded?: string;
  readonly occurred?: string;
  readonly more?: readonly string[];
}

/** A message about visit V1; `zbe` is a segment, or empty where the sender has none. */
const message = (trigger: string, zbe: string, spoken: Spoken = {}): Buffer => {
  const { place = '', doctor = '', account = 'A1^^^CH^AN', sent = '20260310091500', more = [], ipp = '42' } = spoken;
  const { recorded = sent, occurred = '' } = spoken;
  const fields: Readonly<Record<number, string>> = { 2: 'I', 3: place, 7: doctor, 19: 'V1^^^CH^VN', ...spoken.pv1 };
  return er7(
    `MSH|^~\\&|GAM|CH|EAI|GHT|${sent}||ADT^${trigger}^ADT_A05|M1|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8`,
    `EVN||${recorded}||||${occurred}`,
    `PID|1||${ipp}^^^CH^PI||N${'|'.repeat(13)}${account}`,
    ['PV1|1', ...Array.from({ length: 49 }, (_, at) => fields[at + 2] ?? '')].join('|'),
    ...more,
    ...(zbe === '' ? [] : [zbe]),
  );
};

const unit = (code: string): string => (code === '' || code === '""' ? code : `^^^^^^UF^^^${code}`);
const zbe = (
  number: string,
  time: string,
  action: 'INSERT' | 'UPDATE' | 'CANCEL' | 'insert' = 'INSERT',
  { origin = '', scope = 'HMS', medical = '', nursing = '', end = '' } = {},
): string => `ZBE|${number}|${time}|${end}|${action}|N|${origin}|${unit(medical)}|${unit(nursing)}|${scope}`;

interface Encounter {
  readonly status: string;
  readonly class: { readonly code: string };
  readonly period?: { readonly start?: string; readonly end?: string };
  readonly location?: readonly {
    readonly location: { readonly reference: string };
    readonly status?: string;
    readonly period?: { readonly start?: string; readonly end?: string };
  }[];
  readonly participant?: readonly { readonly individual: { readonly display: string } }[];
  readonly serviceProvider?: { readonly identifier: { readonly value: string } };
  readonly extension?: readonly {
    readonly url: string;
    readonly valueReference?: { readonly identifier: { readonly value: string } };
  }[];
  readonly account?: unknown;
}

const encounter = ({ records }: FoldedAdt, id: string): Encounter =>
  JSON.parse(records.get(`Encounter/${id}`) ?? '{}') as Encounter;
const visitOf = (folded: FoldedAdt): Encounter => encounter(folded, 'visit.CH.V1');
const movementOf = (folded: FoldedAdt, number: number): Encounter => encounter(folded, `movement.CH.${number}`);

/** Day and minute in the zone of the sender: enough to tell the times of a spec apart. */
const short = (time: string | undefined): string => (time ?? '').slice(8, 16);
const spanOf = (period: Encounter['period']): string => `${short(period?.start)} - ${short(period?.end)}`.trim();
const placesOf = ({ location = [] }: Encounter): readonly string[] =>
  location.map((one) => `${one.location.reference.split('.').at(-1)} ${one.status} ${spanOf(one.period)}`);
const shown = (messages: readonly Buffer[], settings: Partial<Sender> = {}, zone?: string) => {
  const visit = visitOf(foldAdt(messages, settings, zone));
  return { status: visit.status, period: spanOf(visit.period), places: placesOf(visit) };
};
const doctorOf = (messages: readonly Buffer[]): string | undefined =>
  visitOf(foldAdt(messages)).participant?.[0]?.individual.display;
const urlsOf = ({ extension = [] }: Encounter): readonly string[] => extension.map(({ url }) => url);

const admitted = message('A01', zbe('1^CH', '20260310080000'), { place: 'UF1', doctor: 'D1^ANCIEN' });
const discharged = message('A03', zbe('9^CH', '20260312100000'), { place: 'UF1' });

describe('a patient who is expected', () => {
  const expected = message('A05', zbe('1^CH', '20260310140000'), { place: 'UF1', doctor: 'D1^PREVU' });

  it('is in the bed of his admission when he comes before or after his time, and nowhere before', () => {
    const early = message('A01', zbe('2^CH', '20260310132000'), { place: 'UF1^101^1' });
    expect(shown([expected])).toEqual({ status: 'planned', period: '10T14:00 -', places: ['UF1 planned 10T14:00 -'] });
    for (const order of [
      [expected, early],
      [early, expected],
    ])
      expect(shown(order)).toEqual({
        status: 'in-progress',
        period: '10T13:20 -',
        places: ['UF1-101-1 active 10T13:20 -'],
      });
    const late = message('A01', zbe('2^CH', '20260311080000'), { place: 'UF2' });
    expect(shown([expected, late, discharged])).toEqual({
      status: 'finished',
      period: '11T08:00 - 12T10:00',
      places: ['UF2 completed 11T08:00 - 12T10:00'],
    });
    const record = movementOf(foldAdt([expected, late]), 1);
    expect([record.status, spanOf(record.period)]).toEqual(['finished', '10T14:00 -']);
  });

  it('is not ended or spoken for by what was planned for a day after he left', () => {
    const planned = message('A05', zbe('1^CH', '20260314080000'), { place: 'UFPRE', doctor: 'D1^PREVU' });
    const here = message('A01', zbe('2^CH', '20260310220000'), { place: 'UF1', doctor: 'D2^PRESENT' });
    const left = message('A03', zbe('3^CH', '20260311100000'), { place: 'UF1' });
    expect(shown([planned, here, left])).toEqual({
      status: 'finished',
      period: '10T22:00 - 11T10:00',
      places: ['UF1 completed 10T22:00 - 11T10:00'],
    });
    expect(doctorOf([planned, here])).toBe('PRESENT');
    expect(doctorOf([planned, message('A01', zbe('2^CH', '20260310220000'))])).toBe('PREVU');
  });

  it.each(['A54', 'Z80', 'Z84'])('is still expected when %s changes who will be responsible for him', (trigger) => {
    const scope = { A54: 'D', Z80: 'M', Z84: 'S' }[trigger] ?? '';
    const change = message(trigger, zbe('2^CH', '20260309080000', 'INSERT', { scope, medical: 'M2', nursing: 'S2' }), {
      place: 'UF1',
      doctor: 'D2^NOUVEAU',
    });
    expect(shown([expected, change])).toEqual(shown([expected]));
    expect(doctorOf([expected, change])).toBe('NOUVEAU');
    const come = message('A01', zbe('3^CH', '20260310132000'), { place: 'UF2' });
    expect(shown([expected, change, come])).toMatchObject({ status: 'in-progress', period: '10T13:20 -' });
  });
});

describe('an admission that is taken back', () => {
  const cancelled = message('A11', zbe('1^CH', '20260310080000', 'CANCEL', { origin: 'A01' }));

  it.each([
    ['a discharge told in advance', discharged],
    ['a change of doctor', message('A54', zbe('2^CH', '20260310090000', 'INSERT', { scope: 'D' }), { doctor: 'D2^B' })],
    ['an announced discharge', message('A16', zbe('2^CH', '20260312090000', 'INSERT', { scope: 'D' }))],
  ])('is a visit that is cancelled, whatever is left of it: %s', (_what, left) => {
    const folded = foldAdt([admitted, left, cancelled]);
    expect(shown([admitted, left, cancelled])).toEqual({ status: 'cancelled', period: '-', places: [] });
    for (const [key, record] of folded.records)
      if (key.startsWith('Encounter/')) expect((JSON.parse(record) as Encounter).status).toBe('cancelled');
  });

  it('leaves one who is expected expected, and one who is there by another movement there', () => {
    const expected = message('A05', zbe('4^CH', '20260309140000'), { place: 'UF1' });
    expect(shown([expected, admitted, cancelled]).status).toBe('planned');
    const moved = message('A02', zbe('2^CH', '20260310090000'), { place: 'UF2' });
    expect(shown([admitted, moved, cancelled]).status).toBe('in-progress');
    expect(shown([discharged]).status).toBe('finished');
  });

  it('is no conclusion from other movements that are taken back: who is moved or leaves was there', () => {
    const moved = [
      message('A02', zbe('7^CH', '20260310090000'), { place: 'UF2' }),
      message('A12', zbe('7^CH', '20260310090000', 'CANCEL', { origin: 'A02' })),
    ];
    expect(shown(moved)).toMatchObject({ status: 'in-progress', places: [] });
    const back = message('A13', zbe('9^CH', '20260312100000', 'CANCEL', { origin: 'A03' }));
    expect(shown([discharged, back]).status).toBe('in-progress');
  });
});

describe('a movement that three messages tell of', () => {
  const part = (
    trigger: string,
    scope: string,
    ward: string,
    action: 'INSERT' | 'UPDATE' = 'INSERT',
    origin = '',
  ): Buffer =>
    message(
      trigger,
      zbe('2^CH', '20260310090000', action, {
        scope,
        origin,
        medical: `M${ward}`,
        nursing: `S${ward}`,
        end: '20260310100000',
      }),
      { place: `UF${ward}` },
    );
  const wardsOf = (messages: readonly Buffer[]): readonly (string | undefined)[] => {
    const { location, serviceProvider, extension } = movementOf(foldAdt([admitted, ...messages]), 2);
    const nursing = extension?.find(({ url }) => url === 'urn:reprise:nursing-unit');
    return [
      location?.[0]?.location.reference.split('.').at(-1),
      serviceProvider?.identifier.value,
      nursing?.valueReference?.identifier.value,
    ];
  };
  const told = [part('A02', 'H', '2'), part('Z80', 'M', '2'), part('Z84', 'S', '2')];
  const toldByScope = [part('A02', 'H', '2'), part('A02', 'M', '2'), part('A02', 'S', '2')];

  it('has all three wards, with ZBE-3 in each, in any order', () => {
    for (const order of [told, told.toReversed(), toldByScope]) expect(wardsOf(order)).toEqual(['UF2', 'M2', 'S2']);
    const [one, other] = [told, told.toReversed()].map((order) => foldAdt([admitted, ...order]).records);
    expect(other).toEqual(one);
    expect(urlsOf(movementOf(foldAdt([admitted, ...told]), 2))).toContain('urn:reprise:told-end');
  });

  it.each([
    ['A12', 'A02', 'HMS'],
    ['A12', 'A02', ''],
  ])('is taken back whole by %s of %s with ZBE-9 %j', (trigger, origin, scope) => {
    const cancel = message(trigger, zbe('2^CH', '20260310090000', 'CANCEL', { origin, scope, medical: 'M2' }));
    for (const parts of [told, toldByScope, told.slice(0, 2)]) {
      const folded = foldAdt([admitted, ...parts, cancel]);
      expect(movementOf(folded, 2).status).toBe('cancelled');
      expect(placesOf(visitOf(folded))).toEqual(['UF1 active 10T08:00 -']);
    }
  });

  it('is taken back as an admission', () => {
    const of = (trigger: string, scope: string, action: 'INSERT' | 'CANCEL' = 'INSERT', origin = ''): Buffer =>
      message(trigger, zbe('1^CH', '20260310080000', action, { scope, origin, medical: 'M1', nursing: 'S1' }), {
        place: 'UF1',
      });
    const parts = [of('A01', 'H'), of('Z80', 'M'), of('Z84', 'S')];
    for (const scope of ['HMS', '', 'D']) {
      const folded = foldAdt([...parts, of('A11', scope, 'CANCEL', 'A01')]);
      expect([visitOf(folded).status, movementOf(folded, 1).status]).toEqual(['cancelled', 'cancelled']);
    }
  });

  it('loses those of its wards alone that a cancel names', () => {
    const cancel = (scope: string): Buffer =>
      message(
        scope === 'S' ? 'Z85' : 'Z81',
        zbe('2^CH', '20260310090000', 'CANCEL', { origin: scope === 'S' ? 'Z84' : 'Z80', scope }),
      );
    expect(wardsOf([...told, cancel('M')])).toEqual(['UF2', undefined, 'S2']);
    expect(wardsOf([...told, cancel('S')])).toEqual(['UF2', 'M2', undefined]);
    expect(wardsOf([...told, cancel('MS')])).toEqual(['UF2', undefined, undefined]);
  });

  it('keeps its bed when a ward is taken back that no message of its own told', () => {
    const cancel = message('Z81', zbe('2^CH', '20260310090000', 'CANCEL', { origin: 'Z80', scope: 'M' }));
    const folded = foldAdt([admitted, part('A02', 'HMS', '2'), cancel]);
    expect(placesOf(visitOf(folded)).at(-1)).toBe('UF2 active 10T09:00 -');
  });

  it('has the ward that was told last, by whatever message', () => {
    expect(wardsOf([part('A02', 'HMS', '1'), part('Z80', 'M', '2')])).toEqual(['UF1', 'M2', 'S1']);
    const whole = [...told, part('Z99', 'HMS', '3', 'UPDATE', 'A02')];
    expect(wardsOf(whole)).toEqual(['UF3', 'M3', 'S3']);
    expect(wardsOf([...whole, part('Z99', 'M', '4', 'UPDATE', 'Z80')])).toEqual(['UF3', 'M4', 'S3']);
  });
});

describe('movements of one moment', () => {
  it.each([
    ['9^CH', '10^CH'],
    ['A9^CH', 'A10^CH'],
    ['099^CH', '100^CH'],
    ['12345678901234567890^CH', '12345678901234567891^CH'],
  ])('come in the order of their numbers: %s, %s', (first, second) => {
    const one = message('A02', zbe(first, '20260310090000'), { place: 'UF2' });
    const other = message('A02', zbe(second, '20260310090000'), { place: 'UF3' });
    for (const order of [
      [admitted, one, other],
      [other, one, admitted],
    ])
      expect(shown(order).places.at(-1)).toBe('UF3 active 10T09:00 -');
  });

  it('begin with the admission and end with the discharge, whatever their numbers', () => {
    const left = message('A03', zbe('1^CH', '20260310080000'));
    const moved = message('A06', zbe('2^CH', '20260310080000'), { place: 'UF2' });
    const came = message('A04', zbe('3^CH', '20260310080000'), { place: 'UF1' });
    expect(shown([left, moved, came])).toMatchObject({ status: 'finished', period: '10T08:00 - 10T08:00' });
  });
});

describe('a time that is a day', () => {
  it.each([
    ['Europe/Paris', '20260310', '20260310003000'],
    ['Indian/Reunion', '20260310', '20260310020000'],
    ['America/Martinique', '20260310220000', '20260311'],
    ['Europe/Paris', '20260310000000', '20260310'],
  ])('begins at its midnight in %s: %s before %s', (zone, first, second) => {
    const messages = [
      message('A01', zbe('1^CH', first), { place: 'UF1' }),
      message('A02', zbe('2^CH', second), { place: 'UF2' }),
    ];
    for (const order of [messages, messages.toReversed()])
      expect(shown(order, {}, zone).places.map((place) => place.split(' ')[0])).toEqual(['UF1', 'UF2']);
  });
});

describe('a discharge of which only the day is told', () => {
  const came = (time: string): Buffer => message('A01', zbe('1^CH', time), { place: 'UF1' });
  const moved = (time: string): Buffer => message('A02', zbe('2^CH', time), { place: 'UF2' });
  const byZbe = (day: string): Buffer => message('A03', zbe('9^CH', day), { place: 'UF1' });
  const byPv1 = (day: string): Buffer => message('A03', '', { pv1: { 45: day }, sent: '20261130120000' });
  const corrected = (day: string): Buffer => message('Z99', zbe('9^CH', day, 'UPDATE', { origin: 'A03' }));

  it.each([
    ['Europe/Paris', '20261130', '20261130040000'],
    ['Europe/Paris', '20261130', '20261130235900'],
    // The clock is put back, and forward.
    ['Europe/Paris', '20261025', '20261025233000'],
    ['Europe/Paris', '20260329', '20260329233000'],
    ['Indian/Reunion', '20261231', '20261231223000'],
    ['America/Martinique', '20260228', '20260228220000'],
    ['Europe/Paris', '20261130+0400', '20261130220000+0400'],
  ])('in %s (%s) ends a visit that began on that day, at %s, and reads as the day', (zone, day, time) => {
    const text = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}`;
    for (const left of [byZbe(day), byPv1(day), corrected(day)])
      for (const order of [
        [came(time), left],
        [left, came(time)],
        [came(time), moved(time), left],
      ]) {
        const folded = foldAdt(order, {}, zone);
        expect(visitOf(folded)).toMatchObject({ status: 'finished', period: { end: text } });
        expect(folded.warnings).not.toContain('discharge-without-effect ');
        expect(folded.warnings).not.toContain('visit-reopened ');
      }
  });

  it.each([
    ['Europe/Paris', '20261130', '20261201000000'],
    ['Europe/Paris', '20261025', '20261026000000'],
    ['Europe/Paris', '20260329', '20260330000000'],
    ['Indian/Reunion', '20261231', '20270101000000'],
    ['Europe/Paris', '20261130', '20261201'],
  ])('in %s (%s) ends nothing that goes on from the next midnight (%s) on', (zone, day, time) => {
    for (const left of [byZbe(day), byPv1(day)]) {
      const folded = foldAdt([came(`${day}040000`), left, moved(time)], {}, zone);
      expect(visitOf(folded).status).toBe('in-progress');
      expect(folded.warnings).toContain('visit-reopened ');
    }
  });

  it('leaves what else is told to the day behind the admission of that day, and before a movement at its time', () => {
    const later = message('A02', zbe('3^CH', '20261130100000'), { place: 'UF3' });
    for (const order of [
      [came('20261130040000'), moved('20261130'), later],
      [later, moved('20261130'), came('20261130040000')],
    ])
      expect(shown(order).places.map((place) => place.split(' ')[0])).toEqual(['UF1', 'UF2', 'UF3']);
    const expected = message('A05', zbe('4^CH', '20261130'), { place: 'UF9' });
    expect(shown([came('20261130040000'), expected])).toMatchObject({ status: 'in-progress', period: '30T04:00 -' });
  });
});

describe('the end of a visit', () => {
  const moved = (time: string, action: 'INSERT' | 'UPDATE' = 'INSERT'): Buffer =>
    message(action === 'INSERT' ? 'A02' : 'Z99', zbe('2^CH', time, action, { origin: 'A02' }), { place: 'UF2' });
  const endWarnings = (messages: readonly Buffer[]): readonly string[] =>
    foldAdt(messages).warnings.filter((one) => /^(discharge-without-effect|visit-reopened) /.test(one));
  const plain = message('A03', '', { occurred: '20260312100000' });
  const cancelled = message('A13', zbe('9^CH', '20260312100000', 'CANCEL', { origin: 'A03' }));
  const never = message('A11', zbe('1^CH', '20260310080000', 'CANCEL', { origin: 'A01' }));

  it.each([
    ['a movement behind it', [admitted, moved('20260312110000'), discharged]],
    ['a movement behind it, without ZBE', [admitted, moved('20260312110000'), plain]],
    ['the admission behind it', [message('A01', zbe('1^CH', '20260312100100')), discharged]],
    ['an admission that was taken back', [admitted, never, discharged]],
    [
      'a correction that puts it before another movement',
      [admitted, moved('20260311110000'), message('Z99', zbe('9^CH', '20260311100000', 'UPDATE', { origin: 'A03' }))],
    ],
  ])('that does not come of a discharge is told: %s', (_what, messages) => {
    expect(visitOf(foldAdt(messages)).status).not.toBe('finished');
    expect(endWarnings(messages)).toEqual(['discharge-without-effect ']);
  });

  it.each([
    ['a transfer', moved('20260312110000')],
    ['an admission', message('A01', zbe('3^CH', '20260313080000'))],
    ['a change of class without ZBE', message('A06', '', { occurred: '20260312110000' })],
    ['a leave', message('A21', zbe('3^CH', '20260312110000'))],
  ])('that another movement takes back is told: %s', (_what, again) => {
    expect(endWarnings([admitted, discharged, again])).toEqual(['visit-reopened ']);
    expect(visitOf(foldAdt([admitted, discharged, again])).status).not.toBe('finished');
  });

  it('is told of a movement that a correction puts behind the discharge, once', () => {
    const late = moved('20260312110000', 'UPDATE');
    expect(endWarnings([admitted, moved('20260311110000'), discharged, late])).toEqual(['visit-reopened ']);
    expect(endWarnings([admitted, moved('20260311110000'), discharged, late, late])).toEqual(['visit-reopened ']);
  });

  it('is no surprise where it comes, where a cancel takes it back, or of what leaves it', () => {
    for (const messages of [
      [admitted, discharged],
      [discharged, admitted],
      [discharged],
      [admitted, plain, plain],
      [admitted, discharged, cancelled],
      [admitted, discharged, cancelled, moved('20260312110000')],
      [admitted, discharged, moved('20260311110000')],
      [admitted, discharged, message('A08', '', { doctor: 'D2^B', recorded: '20260313100000' })],
      [admitted, discharged, message('A54', zbe('3^CH', '20260312110000', 'INSERT', { scope: 'D' }))],
      [admitted, discharged, message('A14', zbe('3^CH', '20260313110000'))],
    ])
      expect(endWarnings(messages)).toEqual([]);
  });
});

describe('a visit that was told of another patient', () => {
  const other = { ipp: '43' };
  const taken = (messages: readonly Buffer[]): readonly string[] =>
    foldAdt(messages).warnings.filter((one) => one.startsWith('visit-number-reused'));

  it.each([
    ['A01', zbe('2^CH', '20260310090000')],
    ['A01', ''],
    ['A02', zbe('2^CH', '20260310090000')],
    ['A02', ''],
    ['A03', ''],
    ['A08', ''],
    ['Z99', zbe('1^CH', '20260310090000', 'UPDATE', { origin: 'A01' })],
  ])("is the other patient's by %s (%s), and that is said once", (trigger, segment) => {
    const messages = [admitted, message(trigger, segment, other)];
    expect(taken(messages)).toEqual(['visit-number-reused ']);
    expect(JSON.stringify(visitOf(foldAdt(messages)))).toContain('Patient/patient.CH.43');
    expect(taken([...messages, message('A08', '', other)])).toEqual(['visit-number-reused ']);
    expect(taken([admitted, message(trigger, segment)])).toEqual([]);
    const merge = message('A40', '', { ...other, more: ['MRG|42^^^CH^PI'] });
    const move = message('A44', '', { ...other, more: ['MRG|42^^^CH^PI||A1^^^CH^AN'] });
    for (const joined of [merge, move]) expect(taken([admitted, joined, message(trigger, segment, other)])).toEqual([]);
  });
});

describe('a number (ZBE-1) that another movement of the visit has', () => {
  const reused = (messages: readonly Buffer[]): number =>
    foldAdt(messages).warnings.filter((one) => one === 'movement-number-reused ').length;
  const told = (trigger: string, time: string, action: 'INSERT' | 'UPDATE' = 'INSERT', origin = ''): Buffer =>
    message(trigger, zbe('1^CH', time, action, { origin, medical: 'M1', nursing: 'S1' }), { place: 'UF2' });

  it.each([
    ['A02', '20260311090000'],
    ['A03', '20260312100000'],
    ['A06', '20260310080100'],
    ['Z80', '20260310090000'],
    ['A01', '20260310083000'],
    ['A02', '20260311'],
  ])('is told where %s is inserted at another time: %s', (trigger, time) => {
    expect(reused([admitted, told(trigger, time)])).toBe(1);
    expect(reused([message('A08', ''), admitted, told(trigger, time)])).toBe(1);
  });

  it('is told once a movement of a sender whose number is that of the visit', () => {
    const stay = [
      admitted,
      told('A02', '20260311090000'),
      told('A02', '20260311140000'),
      told('A03', '20260312100000'),
    ];
    expect(reused(stay)).toBe(3);
    const settings = { hl7: { movementNumber: 'visit' } } as const;
    expect(foldAdt(stay, settings).warnings.filter((one) => one === 'movement-number-reused ').length).toBe(3);
  });

  it('is the same movement at the same time, as a correction, after a cancel, and without a number', () => {
    const taken = message('A11', zbe('1^CH', '20260310080000', 'CANCEL', { origin: 'A01' }));
    for (const messages of [
      [admitted, told('Z80', '20260310080000'), told('Z84', '20260310080000')],
      [admitted, told('Z80', '20260310080000+0100'), told('Z84', '20260310070000+0000')],
      [admitted, told('Z80', '20260310')],
      [told('Z80', '20260310'), admitted],
      [admitted, admitted],
      [admitted, told('Z99', '20260310100000', 'UPDATE', 'A01')],
      [admitted, taken, told('A01', '20260310100000')],
      [message('A01', '', { occurred: '20260310080000' }), message('A01', '', { occurred: '20260310100000' })],
      [admitted, message('A02', zbe('2^CH', '20260311090000'))],
    ])
      expect(reused(messages)).toBe(0);
  });
});

describe('what an A08 says', () => {
  const moved = message('A02', zbe('2^CH', '20260310090000'), { place: 'UF2' });
  const back = message('A12', zbe('2^CH', '20260310090000', 'CANCEL', { origin: 'A02' }));
  const restricted = message('A08', '', { doctor: 'D2^NOUVEAU', pv1: { 16: 'Y' }, recorded: '20260310100000' });

  it('stays when a movement is taken back', () => {
    for (const order of [
      [admitted, moved, restricted, back],
      [admitted, restricted, moved, back],
      [restricted, admitted, moved, back],
    ]) {
      const visit = visitOf(foldAdt(order));
      expect(urlsOf(visit)).toContain('urn:reprise:vip');
      expect(visit.participant?.[0]?.individual.display).toBe('NOUVEAU');
    }
  });

  it('is overridden by what is said later: by a movement after it, by a correction, by another A08', () => {
    const later = message('A02', zbe('3^CH', '20260310110000'), { doctor: 'D3^SUIVANT', sent: '20260310110000' });
    for (const order of [
      [admitted, restricted, later],
      [admitted, later, restricted],
    ])
      expect(doctorOf(order)).toBe('SUIVANT');
    const corrected = message('Z99', zbe('1^CH', '20260310080000', 'UPDATE', { origin: 'A01' }), {
      doctor: 'D4^CORRIGE',
      sent: '20260310113000',
    });
    expect(doctorOf([admitted, restricted, corrected])).toBe('CORRIGE');
    const again = message('A08', '', { doctor: 'D5^DERNIER', recorded: '20260310120000' });
    for (const order of [
      [admitted, restricted, again],
      [admitted, again, restricted],
    ])
      expect(doctorOf(order)).toBe('DERNIER');
  });

  it('stands beside a discharge that was told before, for a time that is to come', () => {
    const foretold = message('A03', zbe('9^CH', '20260312100000'), { doctor: 'D1^ANCIEN', pv1: { 16: 'N' } });
    const visit = visitOf(foldAdt([admitted, foretold, restricted]));
    expect(visit.participant?.[0]?.individual.display).toBe('NOUVEAU');
    expect(JSON.stringify(visit.extension)).toContain('"Y"');
  });
});

describe('a cancel', () => {
  const numbered = message('A03', zbe('9^CH', '20260312100000'));
  const plain = message('A03', '', { occurred: '20260312100000' });
  const cancelled = message('A13', zbe('9^CH', '20260312100000', 'CANCEL', { origin: 'A03' }));
  const plainCancel = message('A13', '');

  it('without a number takes back the newest of its kind, and one with a number what was told without', () => {
    for (const [told, cancel] of [
      [numbered, plainCancel],
      [plain, cancelled],
      [plain, plainCancel],
      [numbered, cancelled],
    ] as const) {
      const folded = foldAdt([admitted, told, cancel]);
      expect(visitOf(folded).status).toBe('in-progress');
      expect([...folded.records.keys()].filter((key) => key.startsWith('Encounter/')).length).toBe(3);
      expect(folded.warnings).not.toContain('cancel-of-nothing ');
    }
    const [first, second] = ['2^CH', '3^CH'].map((number, at) =>
      message('A02', zbe(number, `202603100${at + 8}3000`), { place: `UF${at + 2}` }),
    ) as [Buffer, Buffer];
    expect(shown([admitted, second, first, message('A12', '')]).places.at(-1)).toBe('UF2 active 10T08:30 -');
    expect(shown([admitted, second, first, message('A12', ''), message('A12', '')]).places).toEqual([
      'UF1 active 10T08:00 -',
    ]);
  });

  it('that comes again takes back nothing else', () => {
    const other = message('A03', zbe('10^CH', '20260313100000'));
    expect(shown([admitted, numbered, cancelled, other, cancelled]).status).toBe('finished');
    const moves = ['08', '09'].map((hour) =>
      message('A02', '', { place: `UF${hour}`, occurred: `20260310${hour}3000` }),
    );
    const undo = message('A12', '', { occurred: '20260310093000' });
    expect(shown([admitted, ...moves, undo, undo]).places.at(-1)).toBe('UF08 active 10T08:30 -');
  });

  it('of the same number under another authority is of that movement', () => {
    const undo = message('A11', zbe('1^CH^000897406', '20260310080000', 'CANCEL', { origin: 'A01' }));
    const folded = foldAdt([admitted, undo]);
    expect([visitOf(folded).status, movementOf(folded, 1).status]).toEqual(['cancelled', 'cancelled']);
    const other = message('A11', zbe('2^CH^000897406', '20260310080000', 'CANCEL', { origin: 'A01' }));
    expect(shown([admitted, other]).status).toBe('in-progress');
  });

  it('that finds nothing is warned of', () => {
    for (const cancel of [cancelled, plainCancel, message('A12', '')])
      expect(foldAdt([admitted, cancel]).warnings).toContain('cancel-of-nothing ');
    expect(shown([admitted, cancelled]).status).toBe('in-progress');
  });
});

describe('a cancel of a visit that was never told of', () => {
  const classOf = (...messages: readonly Buffer[]): string => visitOf(foldAdt(messages)).class.code;
  const cancels = ['A11', 'A12', 'A13', 'A25', 'A27', 'A38', 'A52', 'A53', 'A55'].flatMap((trigger) => [
    message(trigger, '', { pv1: { 2: 'O' } }),
    message(trigger, zbe('30^CH', '20260309080000', 'CANCEL', { origin: 'A01' }), { pv1: { 2: 'O' } }),
  ]);

  it('says its class, until a message of something else says one', () => {
    for (const cancel of cancels) {
      expect([classOf(cancel), classOf(cancel, cancel)]).toEqual(['AMB', 'AMB']);
      expect(foldAdt([cancel]).warnings).toContain('visit-unknown ');
      for (const told of [admitted, message('A08', '')])
        for (const order of [
          [cancel, told],
          [told, cancel],
          [cancel, told, cancel],
        ])
          expect(classOf(...order)).toBe('IMP');
      expect(classOf(message('A08', '', { pv1: { 2: '""' } }), cancel)).toBe('UNK');
    }
  });
});

describe('a feed that begins in the middle of a stay', () => {
  const begun = { 44: '20260301080000' };

  it('begins the visit when its messages say that it did, until its admission is told', () => {
    const moved = message('A02', zbe('7^CH', '20260310090000'), { place: 'UF2', pv1: begun });
    expect(shown([moved])).toEqual({ status: 'in-progress', period: '01T08:00 -', places: ['UF2 active 10T09:00 -'] });
    const left = message('A03', zbe('9^CH', '20260312100000'), { pv1: begun });
    expect(shown([left])).toMatchObject({ status: 'finished', period: '01T08:00 - 12T10:00' });
    const came = message('A01', zbe('1^CH', '20260301083000'), { place: 'UF1' });
    expect(shown([moved, came]).period).toBe('01T08:30 -');
  });

  it('knows the place by an A08 as long as no movement says it, and the end by PV1-45', () => {
    const update = message('A08', '', { place: 'UF2', pv1: begun });
    expect(shown([update])).toEqual({ status: 'in-progress', period: '01T08:00 -', places: ['UF2 active -'] });
    const moved = message('A02', zbe('7^CH', '20260310090000'), { place: 'UF3' });
    for (const order of [
      [update, moved],
      [moved, update],
    ])
      expect(shown(order)).toMatchObject({ period: '01T08:00 -', places: ['UF3 active 10T09:00 -'] });
    const over = message('A08', '', { place: 'UF2', pv1: { ...begun, 45: '20260305080000' } });
    expect(shown([over])).toMatchObject({ status: 'finished', period: '01T08:00 - 05T08:00' });
    expect(shown([admitted, over]).status).toBe('in-progress');
    expect(shown([message('A08', '', { place: 'UF2', pv1: { 2: 'P' } })])).toMatchObject({ status: 'planned' });
  });
});

describe('`""`', () => {
  it('deletes place, class and end of a movement, and the account of the visit', () => {
    const told = message('A01', zbe('1^CH', '20260310080000', 'INSERT', { end: '20260312080000' }), { place: 'UF1' });
    const erased = message('Z99', zbe('1^CH', '20260310080000', 'UPDATE', { origin: 'A01', end: '""' }), {
      place: '""',
      pv1: { 2: '""' },
      account: '""',
    });
    const before = foldAdt([told]);
    expect(movementOf(before, 1)).toMatchObject({ class: { code: 'IMP' } });
    expect(visitOf(before).account).toBeDefined();
    const folded = foldAdt([told, erased]);
    expect([visitOf(folded).class.code, movementOf(folded, 1).class.code]).toEqual(['UNK', 'UNK']);
    expect([visitOf(folded).location, movementOf(folded, 1).location]).toEqual([undefined, undefined]);
    expect(urlsOf(movementOf(folded, 1))).toEqual([]);
    expect(visitOf(folded).account).toBeUndefined();
    expect(shown([message('A08', '', { place: 'UF2' }), message('A08', '', { place: '""' })]).places).toEqual([]);
  });
});

describe('what is announced', () => {
  const announced = (trigger: string, number: string, time: string, place = ''): Buffer =>
    message(trigger, zbe(number, time, 'INSERT', { scope: 'D' }), { pv1: { 42: place }, sent: '20260310093000' });
  const statusAfter = (number: number, messages: readonly Buffer[]): string =>
    movementOf(foldAdt(messages), number).status;
  const transfer = announced('A15', '20^CH', '20260311150000', 'UF2');
  const moved = (time: string, place: string): Buffer => message('A02', zbe('21^CH', time), { place });

  it('ends with what it announced', () => {
    expect(statusAfter(20, [announced('A14', '20^CH', '20260310140000')])).toBe('planned');
    expect(statusAfter(20, [announced('A14', '20^CH', '20260310140000'), admitted])).toBe('finished');
    const discharge = announced('A16', '20^CH', '20260312090000');
    expect(statusAfter(20, [admitted, discharge])).toBe('planned');
    expect(statusAfter(20, [admitted, discharge, discharged])).toBe('finished');
    expect(statusAfter(20, [admitted, transfer])).toBe('planned');
    expect(statusAfter(20, [admitted, transfer, moved('20260311151000', 'UF3')])).toBe('finished');
  });

  it('may come earlier, to the place that was named', () => {
    expect(statusAfter(20, [admitted, transfer, moved('20260311143000', 'UF2')])).toBe('finished');
    expect(statusAfter(20, [admitted, transfer, moved('20260311143000', 'UF3')])).toBe('planned');
    expect(statusAfter(20, [admitted, moved('20260310090000', 'UF2'), transfer])).toBe('planned');
  });

  it('is cancelled by the end of the stay where nothing came of it', () => {
    expect(statusAfter(20, [admitted, transfer, discharged])).toBe('cancelled');
  });

  it('is of one who is there, unless it is that he comes', () => {
    expect(shown([announced('A16', '20^CH', '20260312090000')]).status).toBe('in-progress');
    expect(shown([announced('A14', '20^CH', '20260312090000')]).status).toBe('planned');
  });
});

describe('small things', () => {
  it('a change of ward after the discharge goes on no longer than the stay', () => {
    const late = message('Z80', zbe('10^CH', '20260312101000', 'INSERT', { scope: 'M', medical: 'M7' }));
    expect(movementOf(foldAdt([admitted, discharged, late]), 10).status).toBe('finished');
  });

  it('the expected return goes with the return, and comes back with its cancellation', () => {
    const leave = message('A21', zbe('2^CH', '20260310090000', 'INSERT', { scope: 'D' }), {
      more: [`PV2${'|'.repeat(47)}20260311`],
    });
    const back = message('A22', zbe('3^CH', '20260311090000', 'INSERT', { scope: 'D' }));
    const undone = message('A53', zbe('3^CH', '20260311090000', 'CANCEL', { scope: 'D', origin: 'A22' }));
    const isExpected = (...messages: readonly Buffer[]): boolean =>
      urlsOf(visitOf(foldAdt([admitted, ...messages]))).includes('urn:reprise:expected-return');
    expect([isExpected(leave), isExpected(leave, back), isExpected(leave, back, undone)]).toEqual([true, false, true]);
  });

  it('an action in lower case is taken, with a warning', () => {
    const folded = foldAdt([message('A01', zbe('1^CH', '20260310080000', 'insert'), { place: 'UF1' })]);
    expect(folded.warnings).toContain('code-case ZBE-4');
    expect(visitOf(folded).status).toBe('in-progress');
  });
});
