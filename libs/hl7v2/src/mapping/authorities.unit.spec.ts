import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, Sender } from '#domain';
import { changesIn, errorsIn, frenchAdt, plainAdt, warningsIn } from '../fixtures/adt.js';
import { er7 } from '../fixtures/context.js';
import { foldAdt } from '../fixtures/folded-adt.js';

const oid = '1.2.250.1.213.99.9';
const declared: Partial<Sender> = {
  hl7: {
    patientDomain: 'HUNT',
    authorities: [{ namespace: 'HUNT', oid }],
    numberDomains: { visit: 'HUNT', account: oid, movement: 'HUNT', order: 'HUNT', placer: 'HUNT', document: oid },
  },
};

/** How a sender may write the one authority of its numbers: with both names, with one of them, with none. */
const spellings = ['both', 'namespace', 'oid', 'bare'] as const;
type Spelling = (typeof spellings)[number];
const partsOf = (spelling: Spelling): readonly [namespace: string, oid: string, type: string] => [
  spelling === 'both' || spelling === 'namespace' ? 'HUNT' : '',
  spelling === 'both' || spelling === 'oid' ? oid : '',
  spelling === 'both' || spelling === 'oid' ? 'ISO' : '',
];
const cx = (number: string, spelling: Spelling, type = ''): string =>
  `${number}^^^${partsOf(spelling).join('&')}^${type}`;
const ei = (number: string, spelling: Spelling): string => [number, ...partsOf(spelling)].join('^');
const within = (number: string, spelling: Spelling): string => [number, ...partsOf(spelling)].join('&');

const pid = (spelling: Spelling, number = 'A'): string => `PID|1||${cx(number, spelling, 'PI')}||N`;
const pv1 = (spelling: Spelling): string => `PV1|1|I|${'|'.repeat(16)}${cx('V', spelling)}`;
const txa = (fields: Readonly<Record<number, string>>): string =>
  ['TXA|1|CR', ...Array.from({ length: 13 }, (_, at) => fields[at + 3] ?? '')].join('|');
const other = (trigger: string, ...segments: readonly string[]): Buffer =>
  er7(`MSH|^~\\&|LAB|L|R|G|20260310091500||${trigger}|M1|P|2.5.1|||||FRA|UNICODE UTF-8`, ...segments);

/** One message for each place where a number stands that a record is told by. */
const messages: Readonly<Record<string, (spelling: Spelling) => Buffer>> = {
  'PID-3': (one) => frenchAdt('A31', pid(one)),
  'PID-2': (one) => plainAdt('A31', `PID|1|${cx('A', one)}`),
  'MRG-1': (one) => frenchAdt('A40', pid('both'), `MRG|${cx('B', one, 'PI')}`),
  'MRG-1 without a type': (one) => frenchAdt('A40', pid('both'), `MRG|${cx('B', one)}`),
  'MRG-4': (one) => plainAdt('A40', pid('both'), `MRG||||${cx('B', one)}`),
  'MRG-1 of A47': (one) => frenchAdt('A47', pid('both'), `MRG|${cx('B', one, 'PI')}`),
  'PID-3 of A37': (one) => frenchAdt('A37', pid('both'), pid(one, 'B').replace('PID|1', 'PID|2')),
  'PV1-19': (one) => frenchAdt('A03', pid('both'), pv1(one)),
  'PV1-50': (one) => frenchAdt('A03', pid('both'), `PV1|1|I|${'|'.repeat(47)}${cx('V', one)}`),
  'PID-18': (one) => frenchAdt('A03', `${pid('both')}${'|'.repeat(13)}${cx('C', one)}`, pv1('both')),
  'MRG-3': (one) => frenchAdt('A44', pid('both'), `MRG|${cx('B', 'both', 'PI')}||${cx('C', one)}`),
  'MRG-5': (one) => frenchAdt('A45', pid('both'), `MRG|${cx('B', 'both', 'PI')}||||${cx('W', one)}`, pv1('both')),
  'ZBE-1': (one) => frenchAdt('A02', pid('both'), pv1('both'), `ZBE|${ei('7', one)}|20260310090000||INSERT|N||||HMS`),
  'OBR-2': (one) =>
    other('ORU^R01^ORU_R01', pid('both'), `OBR|1|${ei('P', one)}||GLU|||20260310`, 'OBX|1|ST|G||x|||||F'),
  'OBR-3': (one) =>
    other('ORU^R01^ORU_R01', pid('both'), `OBR|1||${ei('F', one)}|GLU|||20260310`, 'OBX|1|ST|G||x|||||F'),
  'ORC-3': (one) =>
    other('ORU^R01^ORU_R01', pid('both'), `ORC|RE||${ei('F', one)}`, 'OBR|1|||GLU|||20260310', 'OBX|1|ST|G||x|||||F'),
  'PV1-19 of ORU': (one) =>
    other('ORU^R01^ORU_R01', pid('both'), pv1(one), 'OBR|1||F|GLU|||20260310', 'OBX|1|ST|G||x|||||F'),
  'SPM-2': (one) =>
    other('ORU^R01^ORU_R01', pid('both'), 'OBR|1||F|GLU', 'OBX|1|ST|G||x|||||F', `SPM|1|^${within('S', one)}||BLD`),
  'SPM-2, of the placer': (one) =>
    other('ORU^R01^ORU_R01', pid('both'), 'OBR|1||F|GLU', 'OBX|1|ST|G||x|||||F', `SPM|1|${within('S', one)}||BLD`),
  'TXA-12': (one) => other('MDM^T02', pid('both'), txa({ 12: ei('D', one) }), 'OBX|1|TX|||x'),
  'TXA-13': (one) => other('MDM^T10', pid('both'), txa({ 12: ei('D', 'both'), 13: ei('E', one) }), 'OBX|1|TX|||x'),
  'TXA-14': (one) => other('MDM^T02', pid('both'), txa({ 14: ei('P', one) }), 'OBX|1|TX|||x'),
  'TXA-15': (one) => other('MDM^T02', pid('both'), txa({ 15: ei('F', one) }), 'OBX|1|TX|||x'),
};

/** All that changes, with the records that they hold. */
const cameTo = (message: Buffer, settings: Partial<Sender> = {}): string =>
  JSON.stringify(changesIn(message, settings), (_, value: unknown) => {
    const isBytes = typeof value === 'object' && value !== null && (value as { type?: unknown }).type === 'Buffer';
    return isBytes ? Buffer.from((value as { data: number[] }).data).toString() : value;
  });

const undeclaredIn = (message: Buffer, settings: Partial<Sender> = {}): readonly string[] =>
  warningsIn(message, settings).filter((warning) => warning.startsWith('authority-undeclared'));

describe('an authority that the profile declares', () => {
  it.each(Object.entries(messages))('is one however %s spells it, in keys and in systems', (_, message) => {
    const all = spellings.map((spelling) => cameTo(message(spelling), declared));
    expect(new Set(all).size).toBe(1);
    expect(all[0]).toContain(`urn:oid:${oid}`);
    expect(all[0]).not.toContain('urn:reprise:750712184:HUNT');
    for (const spelling of spellings) expect(undeclaredIn(message(spelling), declared)).toEqual([]);
    // What makes it one is the declaration.
    expect(new Set(spellings.map((spelling) => cameTo(message(spelling)))).size).toBeGreaterThan(1);
  });

  it('is one in a history, whichever spelling each message has', () => {
    const spelling = fc.constantFrom(...spellings);
    const history = (of: (number: number) => Spelling): readonly Buffer[] => [
      frenchAdt('A28', pid(of(0), 'B')),
      frenchAdt('A01', pid(of(1), 'B'), pv1(of(2)), `ZBE|${ei('7', of(3))}|20260309090000||INSERT|N||||HMS`),
      frenchAdt('A40', pid(of(4)), `MRG|${cx('B', of(5))}`),
      frenchAdt('A02', pid(of(6)), pv1(of(7)), `ZBE|${ei('8', of(8))}|20260310090000||INSERT|N||||HMS`),
      frenchAdt('A12', pid(of(9)), pv1(of(10)), `ZBE|${ei('8', of(11))}|20260310090000||CANCEL|N|A02|||HMS`),
      frenchAdt('A03', pid(of(12), 'B'), pv1(of(13)), `ZBE|${ei('9', of(14))}|20260311090000||INSERT|N||||HMS`),
    ];
    const expected = foldAdt(
      history(() => 'oid'),
      declared,
    );
    expect(expected.warnings).toEqual(expect.not.arrayContaining(['merge-of-nothing ', 'visit-unknown ']));
    fc.assert(
      fc.property(fc.array(spelling, { minLength: 15, maxLength: 15 }), (told) => {
        const folded = foldAdt(
          history((at) => told[at] ?? 'both'),
          declared,
        );
        expect(folded.records).toEqual(expected.records);
        for (const code of ['merge-of-nothing', 'visit-unknown', 'cancel-of-nothing', 'authority-undeclared'])
          expect(folded.warnings.filter((warning) => warning.startsWith(code))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is told apart from another OID beside its namespace, with a warning', () => {
    const message = frenchAdt('A31', `PID|1||A^^^HUNT&1.2.3.4&ISO^PI`);
    const settings: Partial<Sender> = { hl7: { authorities: [{ namespace: 'HUNT', oid }] } };
    expect(cameTo(message, settings)).toContain('urn:oid:1.2.3.4');
    expect(undeclaredIn(message, settings)).toEqual(['authority-undeclared PID-3.4']);
  });

  it('makes no INS of a number without authority, nor of any other that is not the patient’s own', () => {
    const message = frenchAdt('A31', 'PID|1||A^^^HUNT^PI~279035121518989^^^^INS~9^^^^NH~P1^^^^PPN~C^^^^AN');
    const [change] = changesIn(message, declared) as readonly (Change & { readonly kind: 'identify' })[];
    const told = change?.edits.find(({ member }) => member === 'identifier');
    const systems = (told && 'value' in told ? (told.value as { system: string }[]) : []).map(({ system }) => system);
    const [own, none] = [`urn:oid:${oid}`, 'urn:reprise:750712184'];
    expect(systems).toEqual([own, none, none, none, own]);
  });

  it('of the INS is the INS, held to the sender’s setting', () => {
    const authorities = [{ namespace: 'INS-TEST', oid: '1.2.250.1.213.1.4.10' }];
    const message = frenchAdt('A31', 'PID|1||A^^^HUNT^PI~279035121518989^^^INS-TEST^INS');
    expect(errorsIn(message, { testIdentities: 'refuse', hl7: { authorities } })).toHaveLength(1);
    expect(errorsIn(message, { testIdentities: 'refuse' })).toEqual([]);
  });
});

describe('an authority that the profile does not declare', () => {
  it('leaves every record the id that it had', () => {
    for (const [spelling, key] of [
      ['both', `patient.${oid}.A`],
      ['oid', `patient.${oid}.A`],
      ['namespace', 'patient.HUNT.A'],
      ['bare', 'patient.750712184.A'],
    ] as const)
      for (const settings of [{}, { hl7: { numberDomains: { visit: 'HUNT' } } }])
        expect(changesIn(frenchAdt('A31', pid(spelling)), settings)[0]).toMatchObject({ patient: `Patient/${key}` });
  });

  it('is warned of where one message alone spells it in two ways', () => {
    const merge = (survivor: Spelling, merged: Spelling, type = 'PI'): readonly string[] =>
      undeclaredIn(frenchAdt('A40', pid(survivor), `MRG|${cx('B', merged, type)}`));
    expect(merge('both', 'namespace')).toEqual(['authority-undeclared MRG-1.4']);
    expect(merge('namespace', 'both')).toEqual(['authority-undeclared PID-3.4']);
    for (const survivor of ['both', 'namespace', 'oid'] as const) {
      expect(merge(survivor, 'bare')).toEqual(['authority-undeclared MRG-1']);
      expect(merge(survivor, 'bare', '')).toEqual(['authority-undeclared MRG-1']);
      expect(merge('bare', survivor)).toEqual(['authority-undeclared PID-3']);
      expect(merge(survivor, survivor)).toEqual([]);
    }
    expect(merge('both', 'oid')).toEqual([]);
    expect(undeclaredIn(frenchAdt('A01', pid('both'), pv1('namespace')))).toEqual(['authority-undeclared PV1-19.4']);
    expect(undeclaredIn(frenchAdt('A24', pid('both'), pid('bare', 'B').replace('PID|1', 'PID|2')))).toEqual([
      'authority-undeclared PID[2]-3',
    ]);
    const orders = (two: Spelling): Buffer =>
      other('ORU^R01^ORU_R01', pid('both'), `OBR|1||${ei('F', 'oid')}|GLU`, `OBR|2||${ei('G', two)}|GLU`);
    expect(undeclaredIn(orders('bare'))).toEqual(['authority-undeclared OBR[2]-3']);
    expect(undeclaredIn(orders('oid'))).toEqual([]);
  });

  it('is no fault of a feed that spells each kind of number in one way', () => {
    const told = [...spellings, 'other'] as const;
    for (const visit of told)
      for (const movement of told) {
        const zbe = `ZBE|${movement === 'other' ? '7^MVT' : ei('7', movement)}|20260310090000||INSERT|N||||HMS`;
        const stay = visit === 'other' ? pv1('namespace').replace('HUNT', 'NDA') : pv1(visit);
        const message = frenchAdt('A01', pid('oid'), stay, zbe);
        // A namespace beside an OID of the same message is another spelling only where it is the same namespace.
        const isMixed =
          (visit === 'both' && movement === 'namespace') || (visit === 'namespace' && movement === 'both');
        expect(undeclaredIn(message).length).toBe(isMixed ? 1 : 0);
      }
    const mrg = frenchAdt('A44', `${pid('oid')}${'|'.repeat(13)}C^^^CH^AN`, 'MRG|B^^^&1.2.3&ISO^PI||C');
    expect(undeclaredIn(mrg)).toEqual([]);
  });

  it('is told by the fold where messages spell it otherwise than those before', () => {
    const { warnings, records } = foldAdt([
      frenchAdt('A28', pid('both', 'B')),
      frenchAdt('A40', pid('namespace'), `MRG|${cx('B', 'namespace', 'PI')}`),
      frenchAdt('A01', pid('both', 'C'), pv1('both')),
      frenchAdt('A03', pid('both', 'C'), pv1('bare')),
    ]);
    for (const code of ['merge-of-nothing ', 'visit-unknown '])
      expect(warnings.filter((one) => one === code)).toEqual([code]);
    expect(records.get(`Patient/patient.${oid}.B`)).toContain('"active":true');
  });
});
