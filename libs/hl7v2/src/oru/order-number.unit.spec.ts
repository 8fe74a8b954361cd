import { describe, expect, it } from 'vitest';
import { contextOf, er7 } from '../fixtures/context.js';
import { readMessage } from '../read-message.js';
import {
  accepted,
  after,
  bacteriology,
  letter,
  msh,
  obr,
  obx,
  orc,
  pid,
  recordsOf,
  txa,
  warningsOf,
} from './fixtures.js';

describe('records of results', () => {
  const records = (...segments: readonly string[]): readonly string[] => [...after([msh(), pid, ...segments]).keys()];

  it('are the same for a result that is sent again with another status, alone, or under the number of its ORC', () => {
    const first = records(obr({ status: 'P' }), obx({ status: 'P' }));
    expect(records(obr(), obx())).toEqual(first);
    expect(records(orc, obr({ filler: '' }), obx())).toEqual(first);
    expect(records(obr(), obx({ code: '2951-2^Sodium^LN' }), obx())).toEqual(expect.arrayContaining([...first]));
  });

  it('are one for each sub-id, which the record keeps', () => {
    const held = after(bacteriology);
    const germs = recordsOf(held, 'Observation').slice(0, 2);
    expect(new Set(germs.map(({ id }) => id)).size).toBe(2);
    expect(germs[1]?.['extension']?.[0]?.['extension']?.[0]).toMatchObject({ valueString: '2' });
  });

  it('are one for the lines of a text, so that a shorter correction leaves none behind', () => {
    const line = (value: string) => obx({ type: 'TX', value, unit: '', range: '', flag: '' });
    const held = after([msh(), pid, obr(), line('un'), line('deux'), line('trois')], [msh(), pid, obr(), line('seul')]);
    expect(recordsOf(held, 'Observation')).toMatchObject([{ valueString: 'seul' }]);
    expect(recordsOf(after([msh(), pid, obr(), line('un'), line('deux')]), 'Observation')).toMatchObject([
      { valueString: 'un\ndeux' },
    ]);
  });

  it('are as many as orders, where these share number and code', () => {
    expect(new Set(records(obr(), obx(), obr(), obx())).size).toBe(4);
  });

  it('of a device without order numbers are told by patient and moment', () => {
    const device = (id: string, value: string) => [
      msh('ORU^R30^ORU_R30', id),
      pid,
      'ORC|NW',
      'OBR|1|||GLU^Glycémie^L|||20260310080000||||||||||||||||||F',
      obx({ code: 'GLU^Glycémie^L', value }),
    ];
    const held = after(device('1', '1.10'), device('2', '1.20'));
    expect(recordsOf(held, 'Observation')).toMatchObject([{ valueQuantity: { value: 1.2 } }]);
    expect(warningsOf(device('1', '1'))).toContain('order-number-missing OBR[1]-3');
  });

  it('belong to the patient, and the visit, that the message names', () => {
    const message = [msh(), pid, obr(), obx(), 'PID|2||43^^^CH^PI', obr({ filler: 'F200' }), obx()];
    const patients = accepted(message).changes.flatMap((change) => (change.kind === 'put' ? [change.patient] : []));
    expect(new Set(patients).size).toBe(2);
    const reading = readMessage(er7(msh(), pid, 'PV1|1|O', obr(), obx()), contextOf());
    const put = reading.accepted ? reading.event.changes.find(({ kind }) => kind === 'put') : undefined;
    expect(put?.kind === 'put' && Buffer.from(put.content).toString()).toContain('Encounter/visit.CH.A9');
  });

  it.each([
    ['PV1-19', 'PV1|1|I|3620||||||||||||||||V7^^^CH^VN', pid, 'V7', 'urn:reprise:750712184:CH'],
    ['PID-18', 'PV1|1|O', pid, 'A9', 'urn:reprise:750712184:CH'],
    ['an OID', 'PV1|1|I|||||||||||||||||V7^^^HUNT&1.2.250.1.9&ISO', pid, 'V7', 'urn:oid:1.2.250.1.9'],
    ['PV1-50', `PV1|1|O${'|'.repeat(48)}V9^^^CH^VN`, 'PID|1||42^^^CH^PI', 'V9', 'urn:reprise:750712184:CH'],
  ])('name the visit by its record and by its number: %s', (_where, visit, patient, value, system) => {
    const held = after(
      [msh(), patient, visit, obr(), obx(), obx({ type: 'ED', value: '^Application^PDF^Base64^AAAA' })],
      [msh('MDM^T02', 'M1'), 'EVN|T02|20260310', patient, visit, txa(), ...letter('un')],
    );
    const [result, report] = [recordsOf(held, 'Observation')[0], recordsOf(held, 'DiagnosticReport')[0]];
    const documents = recordsOf(held, 'DocumentReference').map((one) => one['context']?.['encounter']?.[0]);
    expect(documents).toHaveLength(2);
    for (const encounter of [result?.['encounter'], report?.['encounter'], ...documents]) {
      expect(encounter).toMatchObject({ identifier: { type: { coding: [{ code: 'VN' }] }, system, value } });
      expect(String(encounter?.['reference'])).toMatch(/^Encounter\/visit-/);
    }
  });

  it('name no visit where PV1 says that there is none', () => {
    const [result] = recordsOf(after([msh(), pid, 'PV1|1|N', obr(), obx()]), 'Observation');
    expect(result).not.toHaveProperty('encounter');
  });
});
