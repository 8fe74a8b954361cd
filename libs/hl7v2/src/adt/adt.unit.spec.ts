import { describe, expect, it } from 'vitest';
import type { Change, MemberEdit } from '#domain';
import { contextOf, er7 } from '../fixtures/context.js';
import { type Reading, readMessage } from '../read-message.js';

const french = (trigger: string): string =>
  `MSH|^~\\&|GAM|CH^750712184^N|EAI|GHT|20260310091500||ADT^${trigger}^ADT_A05|M1|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8`;
const evn = 'EVN||20260310091400||||20260310090000';
const pid =
  'PID|1||000042^^^CH&750712184&N^PI~279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS||FICTIVE^Zoé^Zoé Marie^^^^L~EXEMPLE^Zoé^^^^^D||19790301|F|||1 rue du Modèle^^SAINT-ESSAI^^63000^FRA^H~^^^^^^BDL^^63220|||||||24000006^^^CH&750712184&N^AN||||||||||||||VALI';
const pv1 =
  'PV1|1|I|3620^201^A||||10000023084^AGNES^Isabelle^^^^^^ASIP-SANTE-PS&1.2.250.1.71.4.2.1&ISO^L^^^RPPS||||||||||||24000007^^^CH&750712184&N^VN';
const zbe = (action: string, origin = '', id = '1001'): string =>
  `ZBE|${id}^CH^750712184|20260310090000||${action}|N|${origin}|Cardio^^^^^CH^UF^^^3620|Soins^^^^^CH^UF^^^3621|HMS`;

const read = (...segments: string[]): Reading => readMessage(er7(...segments), contextOf());
const changesOf = (reading: Reading): readonly Change[] => {
  if (!reading.accepted) throw new Error(JSON.stringify(reading.errors));
  return reading.event.changes;
};
const editsOf = (changes: readonly Change[]): readonly MemberEdit[] =>
  changes.flatMap((change) => (change.kind === 'identify' ? change.edits : []));
const valueOf = (edits: readonly MemberEdit[], member: string): unknown =>
  edits.find((edit) => edit.member === member && 'value' in edit && edit.op === 'set');
const movementOf = (changes: readonly Change[]) => changes.find((change) => change.kind === 'movement');

describe('ADT identity (A28, A31)', () => {
  it('identifies the patient by the IPP, with FR Core identifiers, names and extensions', () => {
    const [change, ...others] = changesOf(read(french('A28'), evn, pid, 'PV1||N'));
    expect(others).toEqual([]);
    expect(change).toMatchObject({ kind: 'identify', patient: 'Patient/patient.750712184.000042' });
    const edits = editsOf(change ? [change] : []);
    expect(valueOf(edits, 'identifier')).toMatchObject({
      value: [
        { use: 'usual', type: { coding: [{ code: 'PI' }] }, system: 'urn:reprise:750712184', value: '000042' },
        { use: 'official', type: { coding: [{ code: 'INS-NIR-TEST' }] }, system: 'urn:oid:1.2.250.1.213.1.4.10' },
      ],
    });
    expect(valueOf(edits, 'name')).toMatchObject({
      value: [
        { use: 'official', family: 'FICTIVE', given: ['Zoé'], extension: [{ valueString: 'Zoé Marie' }] },
        { use: 'usual', family: 'EXEMPLE', given: ['Zoé'] },
      ],
    });
    expect(valueOf(edits, 'birthDate')).toMatchObject({ value: '1979-03-01' });
    expect(valueOf(edits, 'gender')).toMatchObject({ value: 'female' });
    expect(valueOf(edits, 'address')).toMatchObject({ value: [{ use: 'home', city: 'SAINT-ESSAI' }] });
    expect(JSON.stringify(edits.filter((edit) => edit.member === 'extension'))).toContain('"63220"');
    expect(JSON.stringify(edits.filter((edit) => edit.member === 'extension'))).toContain('"VALI"');
  });

  it('says nothing of empty fields, deletes what is "", and drops one identifier', () => {
    const message = 'PID|1||000042^^^CH&750712184&N^PI~""^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.8&ISO^INS||||""|""';
    const edits = editsOf(changesOf(read(french('A31'), evn, message)));
    expect(edits).toContainEqual({ op: 'clear', member: 'birthDate' });
    expect(edits).toContainEqual({ op: 'clear', member: 'gender' });
    expect(edits).toContainEqual({
      op: 'drop',
      member: 'identifier',
      key: 'INS-NIR|urn:oid:1.2.250.1.213.1.4.8',
    });
    expect(edits.some((edit) => edit.member === 'name' || edit.member === 'address')).toBe(false);
  });

  it('takes a new value beside the deletion of the old one of its type', () => {
    const edits = editsOf(changesOf(read(french('A31'), evn, 'PID|1||""^^^CH^PI~42^^^CH^PI')));
    expect(edits.map(({ op }) => op)).toEqual(['drop', 'set']);
  });

  it('leaves an impossible date out with a warning', () => {
    const reading = read(french('A31'), evn, 'PID|1||42^^^CH^PI||||20250230');
    expect(editsOf(changesOf(reading)).some((edit) => edit.member === 'birthDate')).toBe(false);
    expect(reading.accepted && reading.event.warnings.map(({ code }) => code)).toContain('date-invalid');
  });

  it('refuses a mapped trigger without patient, and takes any other', () => {
    expect(read(french('A31'), evn, 'PID|1||^^^CH^PI')).toMatchObject({
      accepted: false,
      errors: [{ location: 'PID^1^3', code: '101' }],
    });
    expect(changesOf(read(french('A60'), evn, 'PID|1||^^^CH^PI'))).toEqual([]);
  });
});

describe('ADT visits', () => {
  it('A01 makes a place, a visit and its admission', () => {
    const changes = changesOf(read(french('A01'), evn, pid, pv1, zbe('INSERT')));
    expect(changes.map(({ kind }) => kind)).toEqual(['identify', 'put', 'movement']);
    expect(movementOf(changes)).toMatchObject({
      visit: 'Encounter/visit.750712184.24000007',
      patient: 'Patient/patient.750712184.000042',
      movement: {
        action: 'insert',
        record: 'Encounter/movement.750712184.1001',
        nature: 'admission',
        start: '2026-03-10T09:00:00+01:00',
      },
    });
    const text = JSON.stringify(movementOf(changes));
    for (const part of [
      '"IMP"',
      '"VN"',
      '"24000006"',
      '"ATND"',
      'rpps.esante',
      '"3620"',
      '"3621"',
      'Location/location',
    ])
      expect(text).toContain(part);
  });

  it('gives one place the same bytes whatever message names it', () => {
    const place = (...segments: string[]): unknown =>
      changesOf(read(...segments)).flatMap((change) =>
        change.kind === 'put' ? [Buffer.from(change.content).toString()] : [],
      );
    const moved = place(french('A02'), 'EVN||20260312', pid, pv1, zbe('INSERT', '', '1002'));
    expect(moved).toHaveLength(1);
    expect(moved).toEqual(place(french('A01'), evn, pid, pv1, zbe('INSERT')));
  });

  it.each([
    ['A02', 'INSERT', '', 'transfer', 'insert'],
    ['A03', 'INSERT', '', 'discharge', 'insert'],
    ['A13', 'CANCEL', 'A03', 'discharge', 'cancel'],
    ['A11', 'CANCEL', 'A01', 'admission', 'cancel'],
    ['A06', 'INSERT', '', 'class', 'insert'],
    ['A07', 'CANCEL', 'A06', 'class', 'cancel'],
    ['Z99', 'UPDATE', 'A02', 'transfer', 'update'],
    ['Z99', 'UPDATE', 'A54', 'responsibility', 'update'],
    ['A08', 'UPDATE', 'A01', 'admission', 'update'],
  ])('%s with ZBE %s %s is a %s, %s', (trigger, told, origin, nature, action) => {
    const changes = changesOf(read(french(trigger), evn, pid, pv1, zbe(told, origin)));
    expect(movementOf(changes)).toMatchObject({ movement: { nature, action } });
  });

  it('A08 without ZBE changes the visit and no movement', () => {
    const change = movementOf(changesOf(read(french('A08'), evn, pid, pv1)));
    expect(change).toMatchObject({ visit: 'Encounter/visit.750712184.24000007' });
    expect(change).not.toHaveProperty('movement');
  });

  it('the way out stands with the discharge alone, and a cancellation says no more than of which visit, and suggests its class', () => {
    const out = `${pv1.padEnd(pv1.length + 17, '|')}8`;
    const members = (trigger: string, told: string, origin = ''): unknown =>
      movementOf(changesOf(read(french(trigger), evn, pid, out, zbe(told, origin))))?.visitEdits.map(
        ({ member }) => member,
      );
    expect(members('A03', 'INSERT')).toContain('hospitalization.dischargeDisposition');
    expect(members('A02', 'INSERT')).not.toContain('hospitalization.dischargeDisposition');
    expect(members('A13', 'CANCEL', 'A03')).toEqual(['identifier', 'account', 'class']);
  });

  it('tells no visit for PV1-2 = N and none without a number', () => {
    expect(movementOf(changesOf(read(french('A08'), evn, pid, 'PV1||N')))).toBeUndefined();
    const reading = read(french('A08'), evn, 'PID|1||42^^^CH^PI', 'PV1||I');
    expect(movementOf(changesOf(reading))).toBeUndefined();
    expect(reading.accepted && reading.event.warnings.map(({ code }) => code)).toContain('visit-number-missing');
  });

  it.each([
    ['ZBE||20260310090000||INSERT|N', 'ZBE^1^1', '101'],
    ['ZBE|1|20260310090000||DESTROY|N', 'ZBE^1^4', '103'],
    ['ZBE|1|20260230090000||INSERT|N', 'ZBE^1^2', '102'],
  ])('refuses %s', (segment, location, code) => {
    expect(read(french('A01'), evn, pid, pv1, segment)).toMatchObject({
      accepted: false,
      errors: [{ location, code }],
    });
  });
});

describe('ADT of senders without the French extension', () => {
  const msh = (trigger: string): string => `MSH|^~\\&|ADT|1|||20240110045504||ADT^${trigger}|599102|P|2.3`;
  const patient = 'PID|1|77^^^CLINIC||||||';
  const stay = 'PV1|1|I|PREOP^101^1||||||||||||||||V9|||||||||||||||||||||||||20240110040000|20240113100000';

  it('A01, A03 and their cancellations speak of one admission and one discharge a visit', () => {
    const records = ['A01', 'A11', 'A03', 'A13'].map((trigger) => {
      const change = movementOf(changesOf(read(msh(trigger), 'EVN||20240110050000', patient, stay)));
      return [change?.movement?.action, change?.movement?.nature, change?.movement?.record];
    });
    expect(records[0]?.[2]).toBe(records[1]?.[2]);
    expect(records[2]?.[2]).toBe(records[3]?.[2]);
    expect(records.map(([action, nature]) => `${action} ${nature}`)).toEqual([
      'insert admission',
      'cancel admission',
      'insert discharge',
      'cancel discharge',
    ]);
  });

  it('takes the times of admission and discharge from PV1 where EVN-6 is silent', () => {
    const start = (trigger: string): unknown =>
      movementOf(changesOf(read(msh(trigger), 'EVN||20240110050000', patient, stay)))?.movement?.start;
    expect(start('A01')).toBe('2024-01-10T04:00:00+01:00');
    expect(start('A03')).toBe('2024-01-13T10:00:00+01:00');
  });

  it('A12 cancels the transfer of its time, and with a warning the newest where it names no time', () => {
    const told = movementOf(changesOf(read(msh('A02'), 'EVN||20240111080500||||20240111080000', patient, stay)));
    const undone = movementOf(changesOf(read(msh('A12'), 'EVN||20240111090000||||20240111080000', patient, stay)));
    expect(undone?.movement).toMatchObject({ action: 'cancel', record: told?.movement?.record });
    const nameless = read(msh('A12'), 'EVN||20240111090000', patient, stay);
    expect(movementOf(changesOf(nameless))?.movement).toMatchObject({
      action: 'cancel',
      scope: ['housing', 'medical', 'nursing'],
      edits: [],
    });
    expect(nameless.accepted && nameless.event.warnings.map(({ code }) => code)).toContain('movement-time-missing');
  });
});

describe('ADT merges (A40)', () => {
  it('links the merged patient into the survivor and lets it be found under its old number', () => {
    const changes = changesOf(read(french('A40'), evn, 'PID|1||42^^^CH^PI', 'MRG|43^^^CH^PI'));
    expect(changes.map(({ kind }) => kind)).toEqual(['identify', 'identify', 'link']);
    expect(changes[2]).toEqual({ kind: 'link', patient: 'Patient/patient.CH.43', into: 'Patient/patient.CH.42' });
    expect(changes[1]).toMatchObject({ patient: 'Patient/patient.CH.43', edits: [{ op: 'default' }] });
  });

  it('takes several groups, and no merge of a patient with itself', () => {
    const changes = changesOf(
      read(french('A40'), evn, 'PID|1||1^^^CH^PI', 'MRG|2^^^CH^PI', 'PID|2||3^^^CH^PI', 'MRG|3^^^CH^PI'),
    );
    expect(changes.filter(({ kind }) => kind === 'link')).toHaveLength(1);
  });

  it('is refused without the merged patient', () => {
    expect(read(french('A40'), evn, 'PID|1||42^^^CH^PI')).toMatchObject({ accepted: false, errors: [{ code: '101' }] });
  });
});
