import { describe, expect, it } from 'vitest';
import {
  extensionsOf,
  onlyRecord,
  patientMessage,
  standingRecords,
  visitMessage,
} from '../fixtures/clinical-records.js';

/** An IN1 by its fields. */
const in1 = (fields: Readonly<Record<number, string>>): string => {
  const last = Math.max(...Object.keys(fields).map(Number));
  return ['IN1', ...Array.from({ length: last }, (_, at) => fields[at + 1] ?? '')].join('|');
};
const coverage = (fields: Readonly<Record<number, string>>) => onlyRecord('Coverage', patientMessage(in1(fields)));
const plans = (...messages: readonly Buffer[]): readonly unknown[] =>
  standingRecords('Coverage', messages).map((one) => (one['class'] as readonly { value: string }[])[0]?.value);

describe('a coverage (IN1)', () => {
  it('is a Coverage of the patient with its payor, class, period and insured', () => {
    const told = coverage({
      2: 'MUT^Mutuelle^L',
      3: '750000001^^^CPAM^FINEJ',
      4: 'CAISSE~AUTRE',
      5: '1 rue^^VILLE',
      6: 'CONTACT^Ada',
      7: '^WPN^PH^^^^^^^^^01',
      8: 'G1',
      9: 'Groupe',
      12: '20260101',
      13: '20261231',
      15: 'AMC',
      16: 'ASSURE^Luc^^^^^L',
      17: 'PAR^Parent',
      18: '19500101',
      19: '2 rue^^VILLE',
      22: '1',
      35: 'O^Option',
      36: 'POL1',
      43: 'M',
      47: 'B',
      49: '2790^^^CPAM^NSS',
    });
    expect(told).toMatchObject({
      status: 'active',
      beneficiary: { reference: 'Patient/patient.CH.42' },
      payor: [{ reference: '#payor', identifier: { value: '750000001' }, display: 'CAISSE' }],
      class: [
        { type: { coding: [{ code: 'plan' }] }, value: 'MUT', name: 'Mutuelle' },
        { type: { coding: [{ code: 'group' }] }, value: 'G1', name: 'Groupe' },
        { type: { coding: [{ code: 'subplan' }] }, value: 'O', name: 'Option' },
      ],
      contained: [
        { resourceType: 'Organization', name: 'CAISSE', alias: ['AUTRE'], address: [{}], contact: [{}], telecom: [{}] },
        {
          resourceType: 'RelatedPerson',
          name: [{ family: 'ASSURE' }],
          birthDate: '1950-01-01',
          gender: 'male',
          relationship: [{ coding: [{ code: 'PAR' }] }],
          patient: { reference: 'Patient/patient.CH.42' },
        },
      ],
      subscriber: { reference: '#subscriber' },
      subscriberId: '2790',
      identifier: [{ value: 'POL1' }, { value: '2790' }],
      period: { start: '2026-01-01', end: '2026-12-31' },
      type: { coding: [{ code: 'AMC' }] },
      order: 1,
    });
    expect(extensionsOf(told, 'coverage-type')).toMatchObject([{ coding: [{ code: 'B' }] }]);
  });

  it('whose payor is not named has one that is not known', () => {
    expect(coverage({ 2: 'P' })['payor']).toMatchObject([{ extension: [{ valueCode: 'unknown' }] }]);
    expect(coverage({ 2: 'P', 4: 'CAISSE' })['payor']).toEqual([{ reference: '#payor', display: 'CAISSE' }]);
  });

  it.each(['SEL', 'SEL^Self^HL70063', 'SELF'])('of the patient himself (%s) names him as subscriber', (relation) => {
    const told = coverage({ 2: 'P', 17: relation });
    expect(told['subscriber']).toEqual({ reference: 'Patient/patient.CH.42' });
    expect(told['relationship']).toMatchObject({ coding: [{ code: 'self' }, { code: relation.split('^')[0] }] });
    expect(coverage({ 2: 'P', 16: 'FICTIVE^Zoé', 17: relation })['subscriber']).toEqual({ reference: '#subscriber' });
  });

  it('of a priority that is no number keeps it', () => {
    expect(coverage({ 2: 'P', 22: '0' })).not.toHaveProperty('order');
    expect(extensionsOf(coverage({ 2: 'P', 22: 'COB' }), 'coverage-priority')).toEqual(['COB']);
  });

  it('is known again by plan, payor, policy, insured and rank, and gone when it is told no more', () => {
    const two = visitMessage(in1({ 1: '1', 2: 'A', 36: 'x' }), in1({ 1: '2', 2: 'B' }));
    expect(plans(two)).toEqual(['A', 'B']);
    expect(plans(two, visitMessage(in1({ 1: '1', 2: 'B' })))).toEqual(['B']);
    expect(plans(two, visitMessage())).toEqual(['A', 'B']);
    expect(plans(two, patientMessage('IN1|1|""'))).toEqual([]);
    expect(plans(two, visitMessage(in1({ 2: 'C', 55: 'A' })))).toEqual(['A', 'B', 'C']);
    expect(plans(two, visitMessage(in1({ 2: 'B', 55: 'D' })))).toEqual(['A']);
    expect(plans(visitMessage(in1({ 2: 'A', 36: 'x' }), in1({ 2: 'A', 36: 'y' })))).toEqual(['A', 'A']);
  });
});
