import { describe, expect, it } from 'vitest';
import { warningsIn } from '../fixtures/adt.js';
import { clinicalPid, clinicalPv1, onlyRecord, patientMessage, visitMessage } from '../fixtures/clinical-records.js';
import { frenchAdt } from '../fixtures/adt.js';

interface Participant {
  readonly type: readonly { readonly coding: readonly { readonly code: string }[] }[];
  readonly individual: { readonly identifier: { readonly value: string } };
}

/** Roles and persons of the visit: `CP 9`. */
const participants = (...messages: readonly Buffer[]): readonly string[] => {
  const visit = onlyRecord('Encounter', ...messages);
  const told = (visit['participant'] ?? []) as unknown as readonly Participant[];
  return told
    .map(
      ({ type, individual }) => `${type[0]?.coding.map(({ code }) => code).join('+')} ${individual.identifier.value}`,
    )
    .sort();
};
const patient = (...messages: readonly Buffer[]) => onlyRecord('Patient', ...messages);
const doctors = (...messages: readonly Buffer[]): readonly unknown[] =>
  ((patient(...messages)['generalPractitioner'] ?? []) as unknown as readonly Participant['individual'][]).map(
    ({ identifier }) => identifier.value,
  );

describe('roles behind PV1 (ROL)', () => {
  it('are participants of the visit with their role, period and whatever else is said', () => {
    const visit = onlyRecord(
      'Encounter',
      visitMessage(
        'ROL|R1^CH|UP|AT^Médecin^HL70443|8^AGNES^Isabelle|20260310|20260311|^Mois|^Raison|G^Généraliste|O|1 rue^^VILLE|^WPN^PH^^^^^^^^^02',
      ),
    );
    expect(visit['participant']).toMatchObject([
      {
        type: [{ coding: [{ code: 'ATND' }, { code: 'AT', display: 'Médecin' }] }],
        period: { start: '2026-03-10', end: '2026-03-11' },
        individual: { identifier: { value: '8' }, display: 'Isabelle AGNES' },
      },
    ]);
    for (const told of ['R1', 'Mois', 'Raison', 'Généraliste', 'VILLE', '"02"'])
      expect(JSON.stringify(visit['participant'])).toContain(told);
  });

  it('stand beside the doctors of PV1, other providers (PV1-52) among them', () => {
    const pv1 = `PV1|1|I|MED||||7^A|||||||||||${'|V1^^^CH^VN'}${'|'.repeat(33)}52^B~53^C`;
    expect(participants(frenchAdt('A08', clinicalPid, pv1, 'ROL|1|UC|CP|9^D'))).toEqual([
      'ATND 7',
      'CON+CP 9',
      'PART 52',
      'PART 53',
    ]);
  });

  it('without a number are all that there are of that role', () => {
    const two = visitMessage('ROL||UC|CP|1^A', 'ROL||UC|CP|2^B', 'ROL||UC|RP|3^C');
    expect(participants(two)).toEqual(['CON+CP 1', 'CON+CP 2', 'REF+RP 3']);
    expect(participants(two, visitMessage('ROL||UC|CP|2^B'))).toEqual(['CON+CP 2', 'REF+RP 3']);
    expect(participants(two, visitMessage('ROL||DE|CP|1^A'))).toEqual(['REF+RP 3']);
    expect(participants(two, visitMessage())).toEqual(participants(two));
    expect(participants(two, visitMessage('ROL||UC|CP'))).toEqual(participants(two));
    expect(participants(two, visitMessage('ROL||UC|CP|""'))).toEqual(['REF+RP 3']);
  });

  it.each([
    ['AD', ['CON+CP 1', 'CON+CP 2']],
    ['LI', ['CON+CP 1', 'CON+CP 2']],
    ['UP', ['CON+CP 1', 'CON+CP 2']],
    ['CO', ['CON+CP 1', 'CON+CP 2']],
    ['UC', ['CON+CP 1', 'CON+CP 2']],
    ['', ['CON+CP 1', 'CON+CP 2']],
    ['DE', ['CON+CP 1']],
    ['UN', ['CON+CP 1']],
  ])('with a number are told one by one: %s', (action, expected) => {
    const both = visitMessage('ROL|1^CH|AD|CP|1^A', 'ROL|2^CH|AD|CP|2^B');
    expect(participants(both, visitMessage(`ROL|2^CH|${action}|CP|2^B`))).toEqual(expected);
    expect(participants(both, visitMessage('ROL|2^CH|UP|CP|3^C'))).toEqual(['CON+CP 1', 'CON+CP 3']);
  });

  it('of an unknown role or action are kept, with a warning', () => {
    const odd = visitMessage('ROL|1|ZZ|QQ^Rôle|9^D');
    expect(participants(odd)).toEqual(['QQ 9']);
    expect(warningsIn(odd)).toEqual(expect.arrayContaining(['code-unknown ROL[1]-2', 'code-unknown ROL[1]-3']));
  });

  it('of a procedure or an insurance are neither the visit’s nor the patient’s', () => {
    const told = frenchAdt('A08', clinicalPid, clinicalPv1, 'PR1|1', 'ROL|1|UC|CP|1^A', 'IN1|1|P', 'ROL|2|UC|PP|2^B');
    expect(participants(told)).toEqual([]);
    expect(doctors(told)).toEqual([]);
  });
});

describe('roles behind PID (ROL)', () => {
  it.each(['PP', 'FHCP', 'ODRP'])('of a family doctor (%s) are the patient’s general practitioner', (role) => {
    const told = patientMessage(`ROL|1|UC|${role}|8^TRAITANT^Luc|20200101`);
    expect(patient(told)['generalPractitioner']).toMatchObject([
      { identifier: { value: '8' }, display: 'Luc TRAITANT', extension: [{ url: 'urn:reprise:role' }, {}, {}] },
    ]);
    expect(doctors(told, visitMessage())).toEqual(['8']);
    expect(doctors(told, patientMessage(`ROL|1|UP|${role}|9^N`))).toEqual(['9']);
    expect(doctors(told, patientMessage(`ROL|1|DE|${role}|8^T`))).toEqual([]);
  });

  it('of others are in an extension each, until they end', () => {
    const told = patientMessage('ROL|1|UC|VP|8^A', 'ROL|2|UC|TR|9^B');
    const roles = (...messages: readonly Buffer[]): number =>
      JSON.stringify(patient(...messages)).match(/urn:reprise:role:/g)?.length ?? 0;
    expect(roles(told)).toBe(2);
    expect(doctors(told)).toEqual([]);
    expect(roles(told, patientMessage('ROL|1|DE|VP|8^A'))).toBe(1);
  });
});
