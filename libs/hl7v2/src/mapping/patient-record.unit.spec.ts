import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sender } from '#domain';
import { changesIn, frenchAdt, warningsIn } from '../fixtures/adt.js';
import { foldAdt } from '../fixtures/folded-adt.js';

const patientOf = (list: readonly string[], hl7: Sender['hl7'] = {}): unknown => {
  const [change] = changesIn(frenchAdt('A31', `PID|1||${list.join('~')}`), { hl7 });
  return change?.kind === 'identify' && change.patient;
};
const isDoubtful = (list: readonly string[], hl7: Sender['hl7'] = {}): boolean =>
  warningsIn(frenchAdt('A31', `PID|1||${list.join('~')}`), { hl7 }).includes('identifiers-several PID-3');

const ins = '279035121518989^^^I&1.2.250.1.213.1.4.10&ISO^INS';
const identifier = fc
  .tuple(
    fc.constantFrom('1', '2', '3'),
    fc.constantFrom('', 'CH', 'GHT', 'GHT&1.2.3&ISO'),
    fc.constantFrom('PI', 'MR', 'MRN', 'XX', ''),
  )
  .map(([value, authority, type]) => `${value}^^^${authority}^${type}`);
const list = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: identifier },
    { weight: 1, arbitrary: fc.constantFrom(ins, '9^^^CH^NH', '8^^^CH^AN') },
  ),
  {
    minLength: 2,
    maxLength: 5,
  },
);
const swapped = list.chain((one) =>
  fc.tuple(fc.constant(one), fc.shuffledSubarray(one, { minLength: one.length, maxLength: one.length })),
);

describe('several identifiers that may be the IPP', () => {
  it('name one record in whatever order, by the domain that the profile names', () => {
    let moved = 0;
    fc.assert(
      fc.property(swapped, fc.constantFrom('CH', 'GHT', '1.2.3'), ([one, other], patientDomain) => {
        const hl7 = { patientDomain, authorities: [{ namespace: 'GHT', oid: '1.2.3' }] };
        const own = new Set(patientDomain === 'CH' ? ['CH', ''] : ['GHT', 'GHT&1.2.3&ISO', '']);
        const hasOwn = one.some((each) => {
          const [, , , authority = '', type = ''] = each.split('^');
          const isBareOwn = authority !== '' || ['PI', 'MR', 'MRN', ''].includes(type);
          return own.has(authority) && isBareOwn && !['NH', 'AN', 'INS'].includes(type);
        });
        if (!hasOwn) return;
        if (patientOf(one) !== patientOf(other)) moved++;
        expect(patientOf(other, hl7)).toBe(patientOf(one, hl7));
        expect(isDoubtful(other, hl7)).toBe(isDoubtful(one, hl7));
      }),
      { numRuns: 400 },
    );
    expect(moved).toBeGreaterThan(40);
  });

  it('are warned of where the order alone says which it is, and the first keeps naming the record', () => {
    fc.assert(
      fc.property(swapped, ([one, other]) => {
        const names = (all: readonly string[]) =>
          all.some((each) => !['NH', 'AN', 'INS'].includes(each.split('^')[4] ?? ''));
        if (!names(one) || patientOf(one) === patientOf(other)) return;
        expect(isDoubtful(one) || isDoubtful(other)).toBe(true);
      }),
      { numRuns: 400 },
    );
    const two = ['B^^^CH^PI', 'A^^^GHT^PI'];
    expect([patientOf(two), patientOf(two.toReversed())]).toEqual(['Patient/patient.CH.B', 'Patient/patient.GHT.A']);
    expect([isDoubtful(two), isDoubtful(two.toReversed())]).toEqual([true, true]);
    for (const sure of [
      ['A^^^CH^PI', 'B^^^GHT^MR', '9^^^X^NH', ins],
      ['A^^^CH^PI', 'A^^^CH^PI'],
      ['A^^^CH^MRN', 'B^^^NHS^NHSNMBR'],
    ])
      expect(isDoubtful(sure)).toBe(false);
    expect(isDoubtful(['B^^^NHS^NHSNMBR', 'A^^^CH^MRN'])).toBe(true);
    expect(isDoubtful(two, { patientDomain: 'CH' })).toBe(false);
    expect(isDoubtful(['A^^^CH^PI', 'B^^^CH^PI'], { patientDomain: 'CH' })).toBe(true);
  });

  it('of one domain are several records where they are merged', () => {
    const of = (mrg: string): readonly string[] =>
      warningsIn(frenchAdt('A40', 'PID|1||A^^^CH^PI', `MRG|${mrg}`)).filter((one) => one.startsWith('identifiers-'));
    expect(of('B^^^CH^PI~C^^^CH^PI')).toEqual([]);
    expect(of('B^^^CH^PI~C^^^GHT^PI')).toEqual(['identifiers-several MRG-1']);
  });
});

describe('a message under a number that was merged', () => {
  const named = (trigger: string, list: string, family: string, ...more: readonly string[]): Buffer =>
    frenchAdt(trigger, `PID|1||${list}||${family}^Ada^^^^^L||1950|F`, ...more);
  const [a, b] = ['A^^^CH^PI', 'B^^^CH^PI'];
  const merged = [named('A28', a, 'UN'), named('A28', b, 'DEUX'), named('A40', a, 'UN', `MRG|${b}`)];
  const patient = (messages: readonly Buffer[], number: string) =>
    JSON.parse(foldAdt(messages).records.get(`Patient/patient.CH.${number}`) ?? '{}') as {
      readonly active: boolean;
      readonly name: readonly { readonly family: string }[];
      readonly identifier: readonly { readonly value: string; readonly use: string }[];
    };
  const short = (messages: readonly Buffer[], number: string): string => {
    const { active, name, identifier } = patient(messages, number);
    return `${active} ${name[0]?.family} ${identifier.map(({ use, value }) => `${use} ${value}`).join(', ')}`;
  };

  it.each(['A31', 'A28', 'A01', 'A04', 'A08', 'A05'])('tells of the survivor (%s), and is warned of', (trigger) => {
    const visit = ['A31', 'A28'].includes(trigger) ? [] : [`PV1|1|I|${'|'.repeat(16)}V1^^^CH^VN`];
    for (const [list, survivor] of [
      [`${b}~${a}`, 'true NEUF old B, usual A'],
      [b, 'true NEUF usual A'],
      [`${b}~7^^^X^MR`, 'true NEUF usual A, usual 7'],
      [`${b}~12^^^&1.2.250.1.213.1.4.2&ISO^INS-C`, 'true NEUF usual A, secondary 12'],
    ] as const) {
      const messages = [...merged, named(trigger, list, 'NEUF', ...visit)];
      expect(short(messages, 'A')).toBe(survivor);
      expect(short(messages, 'B')).toBe('false DEUX old B');
      expect(foldAdt(messages).warnings.filter((one) => one === 'patient-replaced ')).toHaveLength(1);
    }
  });

  it('tells of the survivor the INS that the merged one had, and no number of the merged one', () => {
    const list = `${b}~12^^^&1.2.250.1.213.1.4.2&ISO^INS-C`;
    const [first, second, third] = merged as [Buffer, Buffer, Buffer];
    const known = [first, second, named('A31', list, 'DEUX'), third];
    expect(short(known, 'A')).toBe('true UN usual A');
    const told = frenchAdt('A31', `PID|1|B^^^CH^PI|${list}||NEUF^Ada^^^^^L||1950|F`);
    expect(short([...known, told], 'A')).toBe('true NEUF usual A, secondary 12');
  });

  it('is not warned of where the message merges, or takes the merge back', () => {
    const unmerge = named('A37', a, 'UN', `PID|2||${b}||DEUX^Ada^^^^^L`);
    const messages = [...merged, named('A40', a, 'UN', `MRG|${b}`), unmerge, named('A31', b, 'NEUF')];
    expect(foldAdt(messages).warnings).not.toContain('patient-replaced ');
    expect([short(messages, 'A'), short(messages, 'B')]).toEqual(['true UN usual A', 'true NEUF usual B']);
  });

  it('goes to the end of a chain of merges, and each word back where a merge is taken back', () => {
    const c = 'C^^^CH^PI';
    const chain = [...merged, named('A40', c, 'TROIS', `MRG|${a}`), named('A31', b, 'NEUF')];
    expect(['A', 'B', 'C'].map((one) => short(chain, one))).toEqual([
      'false UN old A',
      'false DEUX old B',
      'true NEUF usual C',
    ]);
    const apart = [...chain, named('A37', c, 'TROIS', `PID|2||${a}||UN^Ada^^^^^L`)];
    expect(['A', 'B', 'C'].map((one) => short(apart, one))).toEqual([
      'true UN usual A',
      'false DEUX old B',
      'true TROIS usual C',
    ]);
    const again = [...chain, named('A37', a, 'UN', `PID|2||${b}`)];
    expect(['A', 'B', 'C'].map((one) => short(again, one))).toEqual([
      'false UN old A',
      'true NEUF usual B',
      'true TROIS usual C',
    ]);
  });

  it('leaves what the survivor was told, where a laboratory speaks under the old number', () => {
    const result = Buffer.from(
      [
        'MSH|^~\\&|SIL|LAB|EAI|GHT|20260310091500||ORU^R01^ORU_R01|L1|P|2.5|||||FRA|UNICODE UTF-8',
        `PID|1||${b}||AUTRE^Ada||19510101|F`,
        'OBR|1|1^P|2^F|GLU^Glucose|||20260310080000||||||||||||||||||F',
        'OBX|1|ST|GLU||x|||||F',
      ].join('\r'),
    );
    expect(short([...merged, result], 'A')).toBe('true UN usual A');
    expect(foldAdt([...merged, result]).warnings).toContain('patient-replaced ');
  });
});
