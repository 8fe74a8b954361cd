import { describe, expect, it } from 'vitest';
import { contextOf, er7 } from '../fixtures/context.js';
import { readMessage } from '../read-message.js';
import { accepted, after, bacteriology, msh, obr, obx, orc, pid, recordsOf, warningsOf } from './fixtures.js';

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
});
