import { describe, expect, it } from 'vitest';
import { accepted, after, lone, msh, obr, obx, orc, pid, pv1, recordsOf } from './fixtures.js';

describe('ORU^R01', () => {
  it('makes an Observation an OBX, a DiagnosticReport an OBR, and lets the patient exist', () => {
    const message = [msh(), pid, pv1, orc, obr(), obx(), 'NTE|1||à contrôler', 'NTE|2||demain'];
    const { changes } = accepted(message);
    expect(changes.map(({ kind }) => kind)).toEqual(['identify', 'use', 'put', 'put']);
    expect(changes[0]?.kind === 'identify' && changes[0].edits.every(({ op }) => op === 'default')).toBe(true);
    const [result] = recordsOf(after(message), 'Observation');
    const [report] = recordsOf(after(message), 'DiagnosticReport');
    expect(result).toMatchObject({
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '2823-3', display: 'Potassium' }] },
      effectiveDateTime: '2026-03-10T08:00:00+01:00',
      valueQuantity: { unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' },
      interpretation: [{ coding: [{ code: 'H' }] }],
      note: [{ text: 'à contrôler' }, { text: 'demain' }],
      referenceRange: [{ low: { value: 3.5 }, high: { value: 5 }, text: '3.5 - 5.0' }],
    });
    expect(result?.['encounter']).toEqual(report?.['encounter']);
    expect(report).toMatchObject({
      status: 'final',
      identifier: [{ value: 'F100' }, { value: 'P1' }],
      basedOn: [{ type: 'ServiceRequest', identifier: { value: 'P1' } }],
      issued: '2026-03-10T09:00:00+01:00',
      subject: result?.['subject'],
      result: [{ reference: `Observation/${result?.['id']}` }],
    });
  });

  it('names who, how, with what', () => {
    const rest = '|||20260310081500|LBM1^Laboratoire fictif|9^FICTIF^Anne|GC^Chromatographie^L|AU5800^LAB';
    expect(JSON.parse(lone(obx({ rest })))).toMatchObject({
      effectiveDateTime: '2026-03-10T08:15:00+01:00',
      performer: [{ display: 'Anne FICTIF' }, { type: 'Organization', display: 'Laboratoire fictif' }],
      method: { text: 'Chromatographie' },
      device: { identifier: { value: 'AU5800' } },
    });
  });

  it("puts LOINC first, the sender's own or its profile's, and keeps the local codes", () => {
    const loinc = { 'K^WinLab': { code: '2823-3', display: 'Potassium' }, IONO: { code: '24326-1' } };
    const { changes } = accepted(
      [
        msh(),
        pid,
        obr({ code: 'IONO^Ionogramme^WinLab' }),
        obx({ code: 'K^Kaliémie^WinLab' }),
        obx({ code: 'NA^Natrémie^WinLab^2951-2^Sodium^LN' }),
      ],
      { hl7: { loinc } },
    );
    const codes = changes.flatMap((change) =>
      change.kind === 'put' ? [JSON.parse(Buffer.from(change.content).toString()).code.coding] : [],
    );
    const local = { system: 'urn:reprise:750712184:WinLab' };
    expect(codes).toMatchObject([
      [
        { system: 'http://loinc.org', code: '2823-3', display: 'Potassium' },
        { ...local, code: 'K' },
      ],
      [
        { system: 'http://loinc.org', code: '2951-2' },
        { ...local, code: 'NA' },
      ],
      [
        { system: 'http://loinc.org', code: '24326-1' },
        { ...local, code: 'IONO' },
      ],
    ]);
  });
});
