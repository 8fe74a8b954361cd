import { describe, expect, it } from 'vitest';
import { changesIn, errorsIn, frenchAdt, plainAdt, warningsIn } from '../fixtures/adt.js';

const pid = (ipp: string, account = ''): string => `PID|1||${ipp}^^^CH^PI${'|'.repeat(15)}${account}`;
const moved = (bytes: Buffer) => changesIn(bytes).filter(({ kind }) => kind !== 'identify');

describe('A44', () => {
  it('gives the account that MRG-3 names, under the authority that PID-18 has for it', () => {
    const relocate = { kind: 'relocate', patient: 'Patient/patient.CH.2', from: 'Patient/patient.CH.1' };
    const [change] = moved(frenchAdt('A44', pid('2', 'A1^^^BILL^AN'), 'MRG|1^^^CH^PI||A1'));
    expect(change).toEqual({ ...relocate, what: 'Account/account.BILL.A1' });
    const [other] = moved(frenchAdt('A44', pid('2', 'A9^^^BILL^AN'), 'MRG|1^^^CH^PI||A1^^^BILL^AN'));
    expect(other).toEqual({ ...relocate, what: 'Account/account.BILL.A1' });
    const [silent] = moved(frenchAdt('A44', pid('2', 'A1^^^BILL^AN'), 'MRG|1^^^CH^PI'));
    expect(silent).toEqual({ ...relocate, what: 'Account/account.BILL.A1' });
  });
  it('gives a visit where no account is named, and nothing where neither is', () => {
    const [change] = moved(frenchAdt('A44', pid('2'), 'MRG|1^^^CH^PI||||V1^^^CH^VN'));
    expect(change).toMatchObject({ what: 'Encounter/visit.CH.V1' });
    const nothing = frenchAdt('A44', pid('2'), 'MRG|1^^^CH^PI');
    expect(moved(nothing)).toEqual([]);
    expect(warningsIn(nothing)).toContain('move-of-nothing MRG-3');
  });
  it('takes several groups, and moves nothing from a patient to himself', () => {
    const two = frenchAdt('A44', pid('2', 'A1'), 'MRG|1^^^CH^PI||A1', pid('4', 'A3'), 'MRG|3^^^CH^PI||A3');
    expect(moved(two)).toHaveLength(2);
    expect(moved(frenchAdt('A44', pid('1', 'A1'), 'MRG|1^^^CH^PI||A1'))).toEqual([]);
  });
  it('is refused without either patient', () => {
    expect(errorsIn(frenchAdt('A44', pid('2', 'A1')))).toEqual(['MRG^1^1 101']);
    expect(errorsIn(frenchAdt('A44', 'PID|1', 'MRG|1^^^CH^PI||A1'))).toEqual(['PID^1^3 101']);
  });
});

describe('A45', () => {
  const pv1 = `PV1|1|O|OPD${'|'.repeat(16)}V1^^^CH^VN`;
  it('gives a visit to another patient, and counts it in another account', () => {
    const changes = moved(plainAdt('A45', pid('2', 'A2^^^CH^AN'), 'MRG|1^^^CH^PI||A1||V1', pv1));
    expect(changes).toMatchObject([
      { kind: 'relocate', from: 'Patient/patient.CH.1', what: 'Encounter/visit.CH.V1' },
      { kind: 'put', record: 'Location/location.750712184.OPD' },
      { kind: 'movement', visit: 'Encounter/visit.CH.V1', account: 'Account/account.CH.A2' },
    ]);
  });
  it('is of the account alone where MRG-1 is empty', () => {
    const changes = moved(plainAdt('A45', pid('2', 'A2^^^CH^AN'), 'MRG|||A1||V1^^^CH^VN', pv1));
    expect(changes.map(({ kind }) => kind)).toEqual(['put', 'movement']);
  });
  it('says that it does not rename a visit', () => {
    expect(warningsIn(plainAdt('A45', pid('2'), 'MRG|||||V0', pv1))).toContain('numbers-unmapped MRG-5');
  });
});

describe('A47', () => {
  it('makes a new permanent identifier another record in the place of the former', () => {
    const changes = changesIn(
      frenchAdt('A47', 'PID|1||2^^^CH^PI~9^^^INS&1.2.250.1.213.1.4.8&ISO^INS', 'MRG|1^^^CH^PI'),
    );
    expect(changes.map(({ kind }) => kind)).toEqual(['identify', 'relocate', 'identify']);
    expect(changes[0]).toMatchObject({ patient: 'Patient/patient.CH.1', edits: [{ op: 'default' }] });
    expect(changes[1]).toEqual({ kind: 'relocate', patient: 'Patient/patient.CH.2', from: 'Patient/patient.CH.1' });
    expect(changes[2]).toMatchObject({
      patient: 'Patient/patient.CH.2',
      edits: [
        { op: 'drop', key: 'PI|urn:reprise:750712184:CH' },
        { op: 'upsert', value: { value: '2' } },
        { op: 'upsert', value: { value: '9' } },
      ],
    });
  });
  it('edits the identifiers of one record one by one, so that those it does not name stay', () => {
    const changes = changesIn(
      frenchAdt('A47', 'PID|1||1^^^CH^PI||NOM', 'MRG|9^^^INS&1.2.250.1.213.1.4.8&ISO^INS~1^^^CH^PI'),
    );
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({
      edits: [
        { op: 'drop', key: 'INS-NIR|urn:oid:1.2.250.1.213.1.4.8' },
        { op: 'drop', key: 'PI|urn:reprise:750712184:CH' },
        { op: 'upsert', value: { value: '1' } },
        { op: 'set', member: 'name' },
      ],
    });
  });
});

describe('A24 and A37', () => {
  const two = [pid('1'), pid('2').replace('PID|1', 'PID|2')];
  it('link and unlink the second patient with the first', () => {
    expect(moved(frenchAdt('A24', ...two))).toEqual([
      { kind: 'link', patient: 'Patient/patient.CH.2', into: 'Patient/patient.CH.1', as: 'see-also' },
    ]);
    expect(moved(frenchAdt('A37', ...two))).toEqual([
      { kind: 'unlink', patient: 'Patient/patient.CH.2', from: 'Patient/patient.CH.1' },
    ]);
  });
  it('are refused without two patients, and leave one that is named twice alone', () => {
    expect(errorsIn(frenchAdt('A24', pid('1')))).toEqual(['PID^2^3 101']);
    expect(errorsIn(frenchAdt('A24', pid('1'), 'PID|2'))).toEqual(['PID^2^3 101']);
    expect(moved(frenchAdt('A37', pid('1'), pid('1')))).toEqual([]);
  });
});

describe('merges', () => {
  it.each(['A18', 'A30', 'A34', 'A36', 'A39', 'A40'])('%s link', (trigger) => {
    expect(moved(plainAdt(trigger, pid('1'), 'MRG|2^^^CH^PI'))).toMatchObject([{ kind: 'link' }]);
  });
  it('take every permanent identifier of MRG-1', () => {
    const links = moved(frenchAdt('A40', pid('1'), 'MRG|2^^^CH^PI~3^^^CH^PI~4^^^OTHER^PI~9^^^CH^NH'));
    expect(links.map((link) => link.kind === 'link' && link.patient)).toEqual([
      'Patient/patient.CH.2',
      'Patient/patient.CH.3',
    ]);
  });
  it.each(['A35', 'A41', 'A42', 'A49', 'A50'])('%s identify, and say that numbers are not mapped', (trigger) => {
    const bytes = plainAdt(trigger, pid('1', 'A1'), 'MRG|||A2');
    expect(changesIn(bytes).map(({ kind }) => kind)).toEqual(['identify']);
    expect(warningsIn(bytes)).toContain('numbers-unmapped MRG');
  });
});
