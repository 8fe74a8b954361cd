import { describe, expect, it } from 'vitest';
import { accepted, after, bacteriology, msh, obr, obx, only, pid, recordsOf } from './fixtures.js';

describe('orders', () => {
  it('keep the order of results, whatever OBX-1 says', () => {
    const codes = ['2951-2^Sodium^LN', '2823-3^Potassium^LN', '2075-0^Chlore^LN'];
    const held = after([msh(), pid, obr(), ...codes.map((code) => obx({ code }))]);
    const names = new Map(recordsOf(held, 'Observation').map(({ id, code }) => [`Observation/${id}`, code?.['text']]));
    const results = recordsOf(held, 'DiagnosticReport')[0]?.['result'] ?? [];
    expect(results.map(({ reference }) => names.get(String(reference)))).toEqual(['Sodium', 'Potassium', 'Chlore']);
  });

  it('link a susceptibility to its germ, and an order to the one before it', () => {
    const held = after(bacteriology);
    const [, germ, susceptibility] = recordsOf(held, 'Observation');
    expect(susceptibility?.['derivedFrom']).toEqual([{ reference: `Observation/${germ?.['id']}` }]);
    const report = recordsOf(held, 'DiagnosticReport')[1];
    expect(report?.['basedOn']?.map(({ identifier }) => identifier?.['value'])).toEqual(['P1', 'P1', 'F100']);
    expect(report?.['conclusion']).toBe('méthode de diffusion');
  });

  it('have their specimen, by SPM or by OBR-15', () => {
    const held = after(bacteriology);
    const [specimen] = recordsOf(held, 'Specimen');
    expect(specimen).toMatchObject({
      identifier: [{ value: 'S100' }, { value: 'S1' }],
      type: { coding: [{ code: '122575003' }] },
      collection: { collectedDateTime: '2026-03-10T07:30:00+01:00' },
      note: [{ text: 'milieu de jet' }, { text: 'prélèvement au lit' }],
    });
    expect(recordsOf(held, 'Observation')[0]?.['specimen']).toEqual({ reference: `Specimen/${specimen?.['id']}` });
    const old = 'OBR|1||F9|K^Kaliémie^L|||20260310080000|||||||20260310081000|SER&Sérum&L||||||||||F';
    expect(only('Specimen', old, obx())).toMatchObject({ type: { text: 'Sérum' } });
  });

  it('of ten thousand lines of one text are read in a time that grows with the lines alone', () => {
    const lines = Array.from({ length: 9_990 }, (_, at) => obx({ type: 'TX', value: `line ${at}` }));
    accepted([msh(), pid, obr(), ...lines.slice(0, 100)]);
    const before = process.threadCpuUsage();
    const { changes } = accepted([msh(), pid, obr(), ...lines]);
    expect(process.threadCpuUsage(before).user / 1000).toBeLessThan(400);
    expect(changes.filter(({ kind }) => kind === 'put').length).toBe(2);
  });

  it('without a patient are accepted and mapped to nothing', () => {
    const { changes, warnings } = accepted([msh(), obr(), obx()]);
    expect(changes).toEqual([]);
    expect(warnings).toMatchObject([{ code: 'patient-unknown' }]);
  });
});
