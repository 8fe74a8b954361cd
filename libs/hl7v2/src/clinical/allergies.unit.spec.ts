import { describe, expect, it } from 'vitest';
import { warningsIn } from '../fixtures/adt.js';
import {
  extensionsOf,
  onlyRecord,
  patientMessage,
  standingRecords,
  visitMessage,
} from '../fixtures/clinical-records.js';

const allergy = (al1: string) => onlyRecord('AllergyIntolerance', patientMessage(al1));
const codes = (...messages: readonly Buffer[]): readonly unknown[] =>
  standingRecords('AllergyIntolerance', messages).map(({ code }) => JSON.stringify(code));

describe('an allergy (AL1)', () => {
  it('is an AllergyIntolerance of the patient with all that is said of it', () => {
    const told = allergy('AL1|1|DA^Médicament^HL70127|PENI^Pénicilline^L|SV|urticaire~X^œdème^L|20150401');
    expect(told).toMatchObject({
      patient: { reference: 'Patient/patient.CH.42' },
      clinicalStatus: { coding: [{ code: 'active' }] },
      category: ['medication'],
      code: { coding: [{ code: 'PENI', display: 'Pénicilline' }], text: 'Pénicilline' },
      reaction: [{ severity: 'severe', manifestation: [{ text: 'urticaire' }, { coding: [{ code: 'X' }] }] }],
      onsetDateTime: '2015-04-01',
    });
    expect(extensionsOf(told, 'allergen-type')).toMatchObject([{ coding: [{ code: 'DA', display: 'Médicament' }] }]);
    expect(extensionsOf(told, 'allergy-severity')).toMatchObject([{ coding: [{ code: 'SV' }] }]);
  });

  it.each([
    ['DA', ['medication'], 'SV', 'severe'],
    ['FA', ['food'], 'MO', 'moderate'],
    ['PA', ['environment'], 'MI', 'mild'],
  ])('of type %s is of category %j, and its severity %s is %s', (type, category, severity, word) => {
    expect(allergy(`AL1|1|${type}|X|${severity}`)).toMatchObject({ category, reaction: [{ severity: word }] });
  });

  it.each([
    ['ZZ', 'XX', ['code-unknown AL1[1]-2', 'code-unknown AL1[1]-4']],
    ['MC', 'U', []],
  ])('of type %s and severity %s has no word of FHIR, and keeps the codes', (type, severity, warnings) => {
    const al1 = `AL1|1|${type}|X|${severity}`;
    const told = allergy(al1);
    expect(told).not.toHaveProperty('category');
    expect(told).not.toHaveProperty('reaction');
    expect(extensionsOf(told, 'allergen-type')).toMatchObject([{ coding: [{ code: type }] }]);
    expect(extensionsOf(told, 'allergy-severity')).toMatchObject([{ coding: [{ code: severity }] }]);
    expect(warningsIn(patientMessage(al1)).filter((one) => one.includes('AL1'))).toEqual(warnings);
  });

  it('whose reaction is not said has one that is not known', () => {
    expect(allergy('AL1|1||X|MO')).toMatchObject({
      reaction: [{ manifestation: [{ coding: [{ code: 'unknown' }] }] }],
    });
  });

  it('without a code is told all the same', () => {
    expect(allergy('AL1|1|FA||SV|choc')).toMatchObject({ category: ['food'] });
  });

  it('that is told no more is gone, whatever message names the patient', () => {
    const two = patientMessage('AL1|1||A^a', 'AL1|2||B^b');
    expect(codes(two)).toHaveLength(2);
    expect(codes(two, visitMessage('AL1|1||B^b'))).toEqual(codes(patientMessage('AL1|1||B^b')));
    expect(codes(two, visitMessage())).toEqual(codes(two));
    expect(codes(two, visitMessage('AL1|1'))).toEqual(codes(two));
    expect(codes(two, visitMessage('AL1|1||""'))).toEqual([]);
    expect(codes(two, visitMessage('AL1|1||""', 'AL1|2||C^c'))).toEqual(codes(patientMessage('AL1|1||C^c')));
  });

  it('twice in a message, with other reactions, is two; with the same, one', () => {
    expect(codes(patientMessage('AL1|1||A|SV|x', 'AL1|2||A|MI|y'))).toHaveLength(2);
    expect(codes(patientMessage('AL1|1||A|SV|x', 'AL1|2||A|SV|x|'))).toHaveLength(1);
  });

  it('is another one of another patient', () => {
    const other = Buffer.from(patientMessage('AL1|1||A').toString().replace('42^^^CH^PI', '43^^^CH^PI'));
    expect(codes(patientMessage('AL1|1||A'), other)).toHaveLength(2);
  });
});
