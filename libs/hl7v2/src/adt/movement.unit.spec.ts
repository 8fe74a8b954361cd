import { describe, expect, it } from 'vitest';
import type { Sender } from '#domain';
import { errorsIn, frenchAdt, movementsOf, plainAdt, warningsIn } from '../fixtures/adt.js';

const pid = 'PID|1||42^^^CH^PI||FICTIVE^Zoé^^^^^L|||||||||||||A1^^^CH^AN||||||||||||||PROV';
const pv1 = 'PV1|1|I|MED^201^A||||||||||||||||V1^^^CH^VN';
const zbe = (fields: Partial<Record<number, string>>): string => {
  const all: Record<number, string | undefined> = {
    1: '1001^CH',
    2: '20260310090000',
    4: 'INSERT',
    5: 'N',
    7: 'Cardio^^^^^CH^UF^^^3620',
    8: 'Soins^^^^^CH^UF^^^3621',
    9: 'HMS',
    ...fields,
  };
  return ['ZBE', ...Array.from({ length: 9 }, (_, at) => all[at + 1] ?? '')].join('|');
};
const told = (trigger: string, fields: Partial<Record<number, string>>, settings: Partial<Sender> = {}) =>
  movementsOf(frenchAdt(trigger, pid, pv1, zbe(fields)), settings).map(({ movement }) => movement);
const nature = (trigger: string, fields: Partial<Record<number, string>>): string =>
  told(trigger, fields)
    .map((movement) => `${movement?.action} ${movement?.nature}`)
    .join();

describe('what a ZBE tells of', () => {
  it.each([
    ['A14', {}, 'insert pending-admission'],
    ['A25', { 4: 'CANCEL', 6: 'A16' }, 'cancel pending-discharge'],
    ['A26', { 4: 'CANCEL', 6: 'A15' }, 'cancel pending-transfer'],
    ['A27', { 4: 'CANCEL', 6: 'A14' }, 'cancel pending-admission'],
    ['A38', { 4: 'CANCEL', 6: 'A05' }, 'cancel pre-admission'],
    ['A11', { 4: 'CANCEL', 6: 'A04' }, 'cancel admission'],
    ['A21', {}, 'insert leave'],
    ['A53', { 4: 'CANCEL', 6: 'A22' }, 'cancel return'],
    ['Z80', { 9: 'M' }, 'insert medical-ward'],
    ['Z81', { 4: 'CANCEL', 6: 'Z80', 9: 'M' }, 'cancel medical-ward'],
    ['Z84', { 9: 'S' }, 'insert nursing-ward'],
    ['Z85', { 4: 'CANCEL', 6: 'Z84' }, 'cancel nursing-ward'],
    ['A06', {}, 'insert class'],
    ['A06', { 4: 'CANCEL', 6: 'A07' }, 'cancel class'],
    ['A07', { 4: 'CANCEL', 6: 'A06' }, 'cancel class'],
    ['Z99', { 4: 'UPDATE', 6: 'A16' }, 'update pending-discharge'],
    ['Z99', { 4: 'UPDATE', 6: 'A01', 5: 'Y' }, 'update admission'],
    ['A02', { 9: 'M' }, 'insert medical-ward'],
    ['A02', { 9: 'SM' }, 'insert medical-ward'],
    ['A02', { 9: 'S' }, 'insert nursing-ward'],
    ['A02', { 9: 'LD' }, 'insert transfer'],
    ['A12', { 4: 'CANCEL', 6: 'A02', 9: 'S' }, 'cancel nursing-ward'],
    ['Z99', { 9: 'MC' }, 'insert medical-ward'],
    ['Z99', { 9: 'D' }, 'insert class'],
    ['Z99', { 4: 'UPDATE', 9: 'HMS' }, 'update transfer'],
    ['Z82', { 4: 'UPDATE', 6: 'Z80', 9: 'M' }, 'update medical-ward'],
    ['A13', { 4: 'INSERT' }, 'cancel discharge'],
    ['A01', { 4: 'CANCEL', 6: 'A01' }, 'cancel admission'],
    ['A03', { 4: 'UPDATE', 6: 'A03' }, 'update discharge'],
  ])('%s with %j is %s', (trigger, fields, said) => {
    expect(nature(trigger, fields)).toBe(said);
  });

  it('says so where its origin is missing, and where action and trigger contradict each other', () => {
    expect(warningsIn(frenchAdt('Z99', pid, pv1, zbe({ 4: 'UPDATE' })))).toContain('movement-origin-missing ZBE-6');
    expect(warningsIn(frenchAdt('A13', pid, pv1, zbe({})))).toContain('movement-action-contradicts ZBE-4');
    expect(warningsIn(frenchAdt('A06', pid, pv1, zbe({ 4: 'CANCEL', 6: 'A07' })))).toEqual([]);
  });

  it('is a movement for each number in ZBE-1, each with the visit and the place', () => {
    const movements = told('A02', { 1: '1001^CH~1002^CH~1003^CH2' });
    expect(movements.map((movement) => movement?.record)).toEqual([
      'Encounter/movement.CH.1001',
      'Encounter/movement.CH.1002',
      'Encounter/movement.CH2.1003',
    ]);
    for (const movement of movements) expect(JSON.stringify(movement?.edits)).toContain('Location/');
  });

  it('is told apart by the visit where the sender numbers within it', () => {
    const [movement] = told('A02', { 1: '1^CH' }, { hl7: { movementNumber: 'visit' } });
    expect(movement?.record).toBe('Encounter/movement.CH.V1--1');
  });
});

describe('what a movement may say, by ZBE-9', () => {
  const members = (scope: string, trigger = 'A02'): string =>
    (told(trigger, { 9: scope })[0]?.edits ?? [])
      .map((edit) =>
        edit.member === 'extension' ? 'nursing' : edit.op === 'default' ? `(${edit.member})` : edit.member,
      )
      .filter((member) => member !== 'identifier' && member !== 'class')
      .join(' ');
  it.each([
    ['HMS', 'serviceProvider location nursing'],
    ['H', 'location'],
    ['L', 'location'],
    ['M', 'serviceProvider'],
    ['S', 'nursing'],
    ['SH', 'location nursing'],
    ['MH', 'serviceProvider location'],
    ['D', ''],
    ['MC', 'serviceProvider'],
    ['HMSC', 'serviceProvider location nursing'],
    ['C', 'serviceProvider location nursing'],
    ['', 'serviceProvider location nursing'],
    ['Z', 'serviceProvider location nursing'],
  ])('%j says %j', (scope, said) => {
    expect(members(scope)).toBe(said);
  });
  it('an admission is somewhere, whatever its scope', () => {
    expect(members('M', 'A01')).toBe('serviceProvider (location)');
  });
  it('a ward that is deleted is cleared', () => {
    const [movement] = told('A02', { 7: '""', 8: '""' });
    expect(movement?.edits).toContainEqual({ op: 'clear', member: 'serviceProvider' });
    expect(movement?.edits).toContainEqual({ op: 'drop', member: 'extension', key: 'urn:reprise:nursing-unit' });
  });
});

describe('visits', () => {
  const keys = (pidAccount: string, visit: string, hl7?: Sender['hl7']): unknown => {
    const [change] = movementsOf(
      plainAdt(
        'A01',
        'EVN||20240110',
        `PID|1||42^^^CH^PI${'|'.repeat(15)}${pidAccount}`,
        `PV1|1|I${'|'.repeat(17)}${visit}`,
      ),
      hl7 ? { hl7 } : {},
    );
    return change && [change.visit, change.account];
  };
  it('are counted in the account of PID-18, which is the visit’s number where there is none', () => {
    expect(keys('A1^^^CH^AN', 'V1^^^CH^VN')).toEqual(['Encounter/visit.CH.V1', 'Account/account.CH.A1']);
    expect(keys('A1^^^CH^AN', '')).toEqual(['Encounter/visit.CH.A1', 'Account/account.CH.A1']);
    expect(keys('', 'V1^^^CH^VN')).toEqual(['Encounter/visit.CH.V1', undefined]);
  });
  it('have their number where the sender’s setting says, and nowhere else', () => {
    expect(keys('A1^^^CH^AN', 'V1^^^CH^VN', { visitNumber: 'PID-18' })).toEqual([
      'Encounter/visit.CH.A1',
      'Account/account.CH.A1',
    ]);
    expect(keys('A1^^^CH^AN', 'V1^^^CH^VN', { visitNumber: 'PV1-50' })).toBeUndefined();
  });

  it('say what is announced where PV1-42 says, without moving the patient', () => {
    const pending = `PV1|1|I|MED^201^A${'|'.repeat(16)}V1^^^CH^VN${'|'.repeat(23)}CHIR^1^B`;
    const place = (trigger: string): string =>
      JSON.stringify(movementsOf(plainAdt(trigger, 'EVN||20240110', 'PID|1||42^^^CH^PI', pending))[0]?.movement?.edits);
    expect(place('A15')).toContain('location.750712184.CHIR-1-B');
    expect(place('A14')).toContain('location.750712184.CHIR-1-B');
    expect(place('A16')).not.toContain('location.');
    expect(place('A01')).toContain('location.750712184.MED-201-A');
  });
});

describe('a sender that is held to the letter', () => {
  const strict = { hl7: { strictness: 'strict' } } as const;
  const complete = 'PID|1||42^^^CH^PI||FICTIVE^Zoé^^^^^L||19790301|F||||||||||A1^^^CH^AN||||||||||||||VALI';
  it('is taken at it', () => {
    expect(errorsIn(frenchAdt('A01', complete, pv1, zbe({})), strict)).toEqual([]);
  });
  it.each([
    ['A08', [complete, pv1, zbe({ 4: 'UPDATE', 6: 'A01' })], ['MSH^1^9 201']],
    ['A01', [complete, pv1], ['ZBE^1 100']],
    ['A01', [complete, zbe({})], ['PV1^1 100']],
    ['A01', ['PID|1||42^^^CH^PI', pv1, zbe({})], ['PID^1^5 101', 'PID^1^32 101', 'PID^1^18 101']],
    ['A02', [complete, pv1, zbe({ 5: '', 9: '' })], ['ZBE^1^5 101', 'ZBE^1^9 101']],
    ['A02', [complete, pv1, zbe({ 5: 'X', 9: 'HX' })], ['ZBE^1^5 103', 'ZBE^1^9 103']],
    ['Z99', [complete, pv1, zbe({ 4: 'UPDATE' })], ['ZBE^1^6 101', 'ZBE^1^6 101']],
    ['A31', [complete.replace('19790301', '19790230').replace('|F|', '|Q|')], ['PID^1^8 103', 'PID^1^7 102']],
    [
      'A31',
      [complete.replace('^PI||', '^PI~279035121518988^^^INS&1.2.250.1.213.1.4.10&ISO^INS||').replace('VALI', 'PROV')],
      ['PID^1^32 103', 'PID^1^3^2^1 102'],
    ],
  ])('%s is refused what breaks it: %j', (trigger, segments, errors) => {
    expect(errorsIn(frenchAdt(trigger, ...segments), strict)).toEqual(errors);
    expect(errorsIn(frenchAdt(trigger, ...segments))).toEqual([]);
  });
});
