import { describe, expect, it } from 'vitest';
import { frenchAdt, warningsIn } from '../fixtures/adt.js';
import {
  clinicalPid,
  clinicalPv1,
  extensionsOf,
  onlyRecord,
  patientMessage,
  standingRecords,
  visitMessage,
} from '../fixtures/clinical-records.js';

const diagnosis = (dg1: string) => onlyRecord('Condition', visitMessage(dg1));
const codes = (...messages: readonly Buffer[]): readonly unknown[] =>
  standingRecords('Condition', messages).map(({ code }) =>
    (code as { coding?: readonly { code: string }[] }).coding?.map((one) => one.code).join(),
  );

describe('a diagnosis (DG1)', () => {
  it('is a Condition of the visit with its status, rank and who made it', () => {
    const told = diagnosis(
      'DG1|1|I10|I21.9^Infarctus|Infarctus antérieur|20260310084500|F|||||||||1|8^AGNES^Isabelle~9^AUTRE|C|Y|20260310100000|D1^CH||D0^CH||||Y',
    );
    expect(told).toMatchObject({
      subject: { reference: 'Patient/patient.CH.42' },
      encounter: { reference: 'Encounter/visit.CH.V1' },
      code: {
        coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'I21.9', display: 'Infarctus' }],
        text: 'Infarctus antérieur',
      },
      verificationStatus: { coding: [{ code: 'confirmed' }] },
      category: [
        { coding: [{ code: 'encounter-diagnosis' }] },
        { coding: [{ code: 'F' }] },
        { coding: [{ code: 'C' }] },
      ],
      asserter: { identifier: { value: '8' }, display: 'Isabelle AGNES' },
      meta: { security: [{ code: 'R' }] },
      identifier: [{ system: 'urn:reprise:750712184:CH', value: 'D1' }],
    });
    expect(JSON.stringify(told['extension'])).toContain('2026-03-10T08:45:00+01:00');
    expect(extensionsOf(told, 'diagnosis-rank')).toEqual([1]);
    expect(extensionsOf(told, 'further-asserter')).toMatchObject([{ identifier: { value: '9' } }]);
    expect(extensionsOf(told, 'diagnosis-attested')).toEqual(['2026-03-10T10:00:00+01:00']);
    expect(extensionsOf(told, 'parent-diagnosis')).toMatchObject([{ value: 'D0' }]);
    expect(extensionsOf(told, 'present-on-admission')).toMatchObject([{ coding: [{ code: 'Y' }] }]);
  });

  it.each([
    ['DG1|1||X^Mot', { coding: [{ code: 'X', display: 'Mot' }], text: 'Mot' }, undefined],
    ['DG1|1||X^Mot|Phrase', { coding: [{ code: 'X', display: 'Mot' }], text: 'Phrase' }, undefined],
    ['DG1|1|||Phrase', { text: 'Phrase' }, undefined],
    ['DG1|1||^Mot|Phrase', { text: 'Mot' }, [{ text: 'Phrase' }]],
    [
      'DG1|1||X^Mot^^^^^^^Texte|Phrase',
      { coding: [{ code: 'X', display: 'Mot' }], text: 'Texte' },
      [{ text: 'Phrase' }],
    ],
    ['DG1|1||X^Mot|Mot', { coding: [{ code: 'X', display: 'Mot' }], text: 'Mot' }, undefined],
    ['DG1|1||X|E. coli & K. oxytoca', { coding: [{ code: 'X' }], text: 'E. coli & K. oxytoca' }, undefined],
  ])('%s loses nothing of what it is called', (dg1, code, note) => {
    const told = diagnosis(dg1);
    expect(told['code']).toEqual(code);
    expect(told['note']).toEqual(note);
  });

  it('of an unknown type or rank keeps what was sent', () => {
    const told = diagnosis('DG1|1||X|||ZZ|||||||||premier');
    expect(told).toMatchObject({ category: [{}, { coding: [{ code: 'ZZ' }] }] });
    expect(told).not.toHaveProperty('verificationStatus');
    expect(extensionsOf(told, 'diagnosis-rank')).toEqual(['premier']);
    expect(warningsIn(visitMessage('DG1|1||X|||ZZ'))).toContain('code-unknown DG1[1]-6');
  });

  it('is the patient’s where the message names no visit, and stands beside those of visits', () => {
    const own = onlyRecord('Condition', patientMessage('DG1|1||X'));
    expect(own).not.toHaveProperty('encounter');
    expect(codes(patientMessage('DG1|1||X'), visitMessage('DG1|1||Y'))).toEqual(['Y', 'X']);
    const other = Buffer.from(
      visitMessage('DG1|1||X').toString().replace(clinicalPv1, clinicalPv1.replace('V1', 'V2')),
    );
    expect(codes(visitMessage('DG1|1||X'), other)).toEqual(['X', 'X']);
  });

  it('that is told no more is gone; without DG1 all stay', () => {
    const two = visitMessage('DG1|1||X', 'DG1|2||Y');
    expect(codes(two)).toEqual(['X', 'Y']);
    expect(codes(two, visitMessage('DG1|1||Y'))).toEqual(['Y']);
    expect(codes(two, visitMessage())).toEqual(['X', 'Y']);
    expect(codes(two, visitMessage('DG1|1||""'))).toEqual([]);
  });

  it('with an action code is added, changed or removed by itself', () => {
    const dg1 = (id: string, code: string, action: string): string =>
      `DG1|1||${code}${'|'.repeat(17)}${id}^CH|${action}`;
    const first = visitMessage(dg1('1', 'X', 'A'));
    expect(codes(first, visitMessage(dg1('2', 'Y', 'A')))).toEqual(['X', 'Y']);
    expect(codes(first, visitMessage(dg1('1', 'Z', 'U')))).toEqual(['Z']);
    expect(codes(first, visitMessage(dg1('2', 'Y', 'A')), visitMessage(dg1('1', 'X', 'D')))).toEqual(['Y']);
    expect(codes(first, visitMessage(dg1('2', 'Y', 'A'), dg1('1', 'X', 'D')))).toEqual(['Y']);
    expect(codes(first, visitMessage(dg1('1', '', 'D')))).toEqual([]);
    expect(codes(first, visitMessage(dg1('1', 'X', 'D'), dg1('1', 'Z', 'A')))).toEqual(['Z']);
    expect(codes(first, visitMessage(dg1('2', 'Y', 'Q')))).toEqual(['X', 'Y']);
    expect(codes(first, visitMessage(dg1('2', 'Y', 'A')), visitMessage('DG1|1||W'))).toEqual(['W']);
    expect(warningsIn(visitMessage(dg1('2', 'Y', 'Q')))).toContain('code-unknown DG1[1]-21');
  });

  it('goes with its visit to another patient only when it is told of him', () => {
    const given = Buffer.from(visitMessage('DG1|1||X').toString().replace('42^^^CH^PI', '43^^^CH^PI'));
    const told = onlyRecord('Condition', visitMessage('DG1|1||X'), given);
    expect(told).toMatchObject({ subject: { reference: 'Patient/patient.CH.43' } });
  });
});

describe('diagnoses of people and visits that are merged and given away', () => {
  const of = (ipp: string, bytes: Buffer): Buffer =>
    Buffer.from(bytes.toString().replace('42^^^CH^PI', `${ipp}^^^CH^PI`));
  const subjects = (...messages: readonly Buffer[]): readonly unknown[] =>
    ['AllergyIntolerance', 'Condition'].flatMap((type) =>
      standingRecords(type, messages).map(({ subject, patient }) => (subject ?? patient) as unknown),
    );
  const told = visitMessage('AL1|1||A', 'DG1|1||X');

  it('stay with the number that they were told of when that is merged (A40)', () => {
    const merge = frenchAdt('A40', clinicalPid.replace('42^', '43^'), 'MRG|42^^^CH^PI');
    expect(subjects(told, merge)).toEqual(subjects(told));
  });

  it('stay with the patient whom their message named when the visit is given to another (A44)', () => {
    const given = frenchAdt('A44', clinicalPid.replace('42^', '43^'), 'MRG|42^^^CH^PI||||V1^^^CH^VN');
    expect(subjects(told, given)).toEqual(subjects(told));
    // Told of him, they are his.
    expect(subjects(told, given, of('43', visitMessage('DG1|1||X')))).toEqual([
      { reference: 'Patient/patient.CH.42' },
      { reference: 'Patient/patient.CH.43' },
    ]);
  });
});
