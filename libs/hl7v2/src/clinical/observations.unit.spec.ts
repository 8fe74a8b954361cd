import { describe, expect, it } from 'vitest';
import { changesIn, errorsIn, warningsIn } from '../fixtures/adt.js';
import { onlyRecord, patientMessage, standingRecords, visitMessage } from '../fixtures/clinical-records.js';
import { limits } from '../message/survey.js';

const weight = 'OBX|1|NM|29463-7^Poids^LN||72.50|kg|||||F|||20260310083000';
const height = 'OBX|2|NM|8302-2^Taille^LN||168|cm|||||F';
const codes = (...messages: readonly Buffer[]): readonly unknown[] =>
  standingRecords('Observation', messages).map(({ code }) => JSON.stringify(code).slice(0, 90));

describe('an OBX of an ADT', () => {
  it('is an Observation of the visit', () => {
    const message = visitMessage(weight, height);
    const [first, second] = standingRecords('Observation', [message]);
    expect(first).toMatchObject({
      status: 'final',
      subject: { reference: 'Patient/patient.CH.42' },
      encounter: { reference: 'Encounter/visit.CH.V1' },
      effectiveDateTime: '2026-03-10T08:30:00+01:00',
      valueQuantity: { unit: 'kg' },
    });
    // Without OBX-14 at EVN-6.
    expect(second).toMatchObject({ effectiveDateTime: '2026-03-10T09:00:00+01:00', valueQuantity: { value: 168 } });
    const text = changesIn(message).map((change) =>
      change.kind === 'collection' ? String(change.members[0]?.content) : '',
    );
    expect(text.join('')).toContain('72.50');
  });

  it('is the patient’s where the message names no visit', () => {
    const own = onlyRecord('Observation', patientMessage(weight));
    expect(own).not.toHaveProperty('encounter');
    expect(codes(patientMessage(weight), visitMessage(height))).toHaveLength(2);
  });

  it('that is told no more is gone; without OBX all stay', () => {
    const both = visitMessage(weight, height);
    expect(codes(both, visitMessage(height.replace('OBX|2', 'OBX|1')))).toEqual(codes(visitMessage(height)));
    expect(codes(both, visitMessage())).toEqual(codes(both));
  });

  it.each(['D', 'W'])('that is taken back (OBX-11 = %s) is none', (status) => {
    const back = weight.replace('|F|', `|${status}|`);
    expect(codes(visitMessage(weight, height), visitMessage(back, height))).toEqual(codes(visitMessage(height)));
  });

  it('that becomes final without its value leaves the value that stands, and all others', () => {
    const preliminary = visitMessage(weight.replace('|F|', '|P|'), height);
    const final = visitMessage('OBX|1|NM|29463-7^Poids^LN||||||||U');
    const [told] = standingRecords('Observation', [preliminary, final]);
    expect(told).toMatchObject({ status: 'final', valueQuantity: { unit: 'kg' } });
    expect(codes(preliminary, final)).toHaveLength(2);
    expect(codes(preliminary, final, visitMessage(height))).toHaveLength(1);
  });

  it('of lines of one text is one; of two times under one code, two', () => {
    const line = (text: string, at = ''): string => `OBX|1|TX|ALERTE^Alerte^L||${text}||||||F|||${at}`;
    const told = onlyRecord('Observation', visitMessage(line('un'), line('deux'), 'NTE|1||note'));
    expect(told).toMatchObject({ valueString: 'un\ndeux', note: [{ text: 'note' }] });
    expect(codes(visitMessage(line('un', '20260310'), line('deux', '20260311')))).toHaveLength(2);
    expect(codes(visitMessage(weight, weight.replace('72.50', '73').replace('0310083000', '0311083000')))).toHaveLength(
      2,
    );
  });

  it('that is a document is left out, with a warning', () => {
    const message = visitMessage('OBX|1|ED|DOC^Document^L||^TEXT^XML^Base64^PGE+||||||F', weight);
    expect(codes(message)).toHaveLength(1);
    expect(warningsIn(message)).toContain('value-type-unmapped OBX[1]');
  });

  it('of an unknown status has none, with a warning', () => {
    const odd = visitMessage(weight.replace('|F|', '|Q|'));
    expect(onlyRecord('Observation', odd)).toMatchObject({ status: 'unknown' });
    expect(warningsIn(odd)).toContain('code-unknown OBX[1]-11');
  });

  it('is one of a bounded number: more are refused', () => {
    const many = Array.from({ length: limits.observations + 1 }, (_, n) => `OBX|${n}|NM|C${n}^^L||1||||||F`);
    expect(errorsIn(visitMessage(...many.slice(1)))).toEqual([]);
    expect(errorsIn(visitMessage(...many))).toEqual([`OBX^${limits.observations + 1} 207`]);
  });
});

it.each([
  ['AL1', (n: number) => `AL1|${n}||C${n}`, limits.allergies],
  ['DG1', (n: number) => `DG1|${n}||C${n}`, limits.diagnoses],
  ['IN1', (n: number) => `IN1|${n}|C${n}`, limits.coverages],
  ['ROL', (n: number) => `ROL|${n}|UC|CP|${n}`, limits.roles],
] as const)('%s: more than a message may hold are refused', (name, segment, most) => {
  const all = Array.from({ length: most + 1 }, (_, n) => segment(n));
  expect(errorsIn(visitMessage(...all.slice(1)))).toEqual([]);
  expect(errorsIn(visitMessage(...all))).toEqual([`${name}^${most + 1} 207`]);
});
