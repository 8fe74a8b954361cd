import { describe, expect, it } from 'vitest';
import type { Change, Put } from '#domain';
import { contextOf, er7 } from '../fixtures/context.js';
import { readMessage } from '../read-message.js';

const msh = 'MSH|^~\\&|LAB|CH|EAI|GHT|20260310091500||ORU^R01^ORU_R01|R1|P|2.5||||||UNICODE UTF-8';
const pid = 'PID|1||42^^^CH^PI||FICTIVE^Zoé^^^^^L||19790301|F';
const pv1 = 'PV1|1|I|3620|||||||||||||||||'.slice(0, -1) + 'V7^^^CH^VN';
const obr = (status = 'F', filler = 'F100^LAB'): string =>
  `OBR|1|P1|${filler}|24326-1^Ionogramme^LN|||20260310080000|||||||||||||||20260310090000||CH|${status}`;
const obx = (type: string, value: string, rest = 'mmol/L|3.5 - 5.0|H|||F', id = '2823-3^Potassium^LN'): string =>
  `OBX|1|${type}|${id}||${value}|${rest}`;

const changesOf = (...segments: string[]): readonly Change[] => {
  const reading = readMessage(er7(...segments), contextOf());
  if (!reading.accepted) throw new Error(JSON.stringify(reading.errors));
  return reading.event.changes;
};
const puts = (changes: readonly Change[]): readonly Put[] => changes.filter((change) => change.kind === 'put');
const textOf = (put: Put | undefined): string => Buffer.from(put?.content ?? []).toString('utf8');
const observation = (segment: string): string => textOf(puts(changesOf(msh, pid, obr(), segment))[0]);

describe('ORU^R01', () => {
  it('makes an Observation an OBX, a DiagnosticReport an OBR, and lets the patient exist', () => {
    const changes = changesOf(msh, pid, pv1, obr(), obx('NM', '5.30'), 'NTE|1||à contrôler', 'NTE|2||demain');
    expect(changes.map(({ kind }) => kind)).toEqual(['identify', 'put', 'put']);
    expect(changes[0]?.kind === 'identify' && changes[0].edits.every(({ op }) => op === 'default')).toBe(true);
    const [result, report] = puts(changes);
    expect(textOf(result)).toContain('"value":5.30,"unit":"mmol/L"');
    expect(JSON.parse(textOf(result))).toMatchObject({
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '2823-3', display: 'Potassium' }] },
      subject: { reference: 'Patient/patient.CH.42' },
      encounter: { reference: 'Encounter/visit.CH.V7' },
      effectiveDateTime: '2026-03-10T08:00:00+01:00',
      interpretation: [{ coding: [{ code: 'H' }] }],
      note: [{ text: 'à contrôler' }, { text: 'demain' }],
      referenceRange: [{ low: { value: 3.5 }, high: { value: 5 }, text: '3.5 - 5.0' }],
    });
    expect(result?.patient).toBe('Patient/patient.CH.42');
    expect(JSON.parse(textOf(report))).toMatchObject({
      resourceType: 'DiagnosticReport',
      status: 'final',
      issued: '2026-03-10T09:00:00+01:00',
      result: [{ reference: result?.record }],
    });
  });

  it.each([
    ['NM', '98.00', '"valueQuantity":{"value":98.00,'],
    ['NM', '9007199254740993', '"value":9007199254740993,'],
    ['NM', '+5', '"valueString":"+5"'],
    ['NM', '007', '"valueString":"007"'],
    ['NM', '1e400', '"valueString":"1e400"'],
    ['SN', '>^100.0', '"valueQuantity":{"value":100.0,"comparator":">"'],
    ['SN', '^1^:^128', '"valueRatio":{"numerator":{"value":1},"denominator":{"value":128}}'],
    ['SN', '^5^-^10', '"valueRange":{"low":{"value":5,'],
    ['SN', '<>^5', '"valueString":"<>5"'],
    [
      'CE',
      '260373001^Détecté^SCT',
      '"valueCodeableConcept":{"coding":[{"system":"http://snomed.info/sct","code":"260373001"',
    ],
    ['CWE', 'POS^Positif^L', '"system":"urn:reprise:750712184:L","code":"POS"'],
    ['ST', 'a & b ^ c', '"valueString":"a & b ^ c"'],
    ['FT', 'un\\.br\\deux', '"valueString":"un\\ndeux"'],
    ['TX', 'un~deux', '"valueString":"un\\ndeux"'],
    ['DT', '20260310', '"valueDateTime":"2026-03-10"'],
    ['TS', '202603100800', '"valueDateTime":"2026-03-10T08:00:00+01:00"'],
    ['ED', '^TEXT^XML^Base64^AAAA', '"dataAbsentReason"'],
  ])('%s %s', (type, value, expected) => {
    expect(observation(obx(type, value))).toContain(expected);
  });

  it.each([
    ['F', 'final'],
    ['P', 'preliminary'],
    ['C', 'corrected'],
    ['D', 'entered-in-error'],
    ['X', 'cancelled'],
    ['', 'unknown'],
  ])('OBX-11 %j is %s', (code, status) => {
    expect(observation(obx('NM', '1', `||||||${code}`.slice(1)))).toContain(`"status":"${status}"`);
  });

  it('keeps the records of a result that is sent again with another status', () => {
    const records = (status: string): unknown =>
      puts(changesOf(msh, pid, obr(status), obx('NM', '5.3'))).map(({ record }) => record);
    expect(records('P')).toEqual(records('F'));
  });

  it('makes a record of each line under one code, and of each order under one number', () => {
    const lines = [obx('TX', 'un'), obx('TX', 'deux'), obx('TX', 'trois')];
    const records = puts(changesOf(msh, pid, obr(), ...lines, obr(), ...lines)).map(({ record }) => record);
    expect(new Set(records).size).toBe(8);
  });

  it('gives every patient of a message their own', () => {
    const changes = changesOf(msh, pid, obr(), obx('NM', '1'), 'PID|2||43^^^CH^PI', obr('F', 'F200'), obx('NM', '2'));
    expect(puts(changes).map(({ patient }) => patient)).toEqual([
      'Patient/patient.CH.42',
      'Patient/patient.CH.42',
      'Patient/patient.CH.43',
      'Patient/patient.CH.43',
    ]);
  });

  it('without a patient is accepted and mapped to nothing', () => {
    const reading = readMessage(er7(msh, obr(), obx('NM', '1')), contextOf());
    expect(reading).toMatchObject({ accepted: true, event: { changes: [], warnings: [{ code: 'patient-unknown' }] } });
  });
});
