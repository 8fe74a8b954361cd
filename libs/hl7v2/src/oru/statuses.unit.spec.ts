import { describe, expect, it } from 'vitest';
import type { Change } from '#domain';
import { accepted, after, type Loose, lone, msh, obr, obx, only, orc, pid, recordsOf, warningsOf } from './fixtures.js';

describe('statuses', () => {
  it.each([
    ['F', 'final'],
    ['P', 'preliminary'],
    ['R', 'preliminary'],
    ['I', 'registered'],
    ['C', 'corrected'],
    ['X', 'cancelled'],
    ['U', 'final'],
    ['', 'unknown'],
    ['?', 'unknown'],
  ])('OBX-11 %j is %s', (code, status) => {
    expect(lone(obx({ status: code }))).toContain(`"status":"${status}"`);
  });

  it.each([
    ['C', 'corrected'],
    ['X', 'cancelled'],
    ['A', 'partial'],
    ['', 'unknown'],
  ])('OBR-25 %j is %s', (code, status) => {
    expect(only('DiagnosticReport', obr({ status: code }), obx())?.['status']).toBe(status);
  });

  it('D: what was told is gone, from the report too; told anew it is back', () => {
    const first = [msh(), pid, obr(), obx(), obx({ code: '2951-2^Sodium^LN', value: '140' })];
    const deleted = [
      msh(),
      pid,
      obr({ status: 'C' }),
      obx({ status: 'D', value: '""' }),
      obx({ code: '2951-2^Sodium^LN', value: '140' }),
    ];
    const held = after(first, deleted);
    expect(recordsOf(held, 'Observation').map(({ code }) => code?.['text'])).toEqual(['Sodium']);
    expect(recordsOf(held, 'DiagnosticReport')[0]?.['result']).toHaveLength(1);
    expect(recordsOf(after(first, deleted, first), 'Observation')).toHaveLength(2);
  });

  it('D and then F in one message is one result with the new value', () => {
    const corrected = [msh(), pid, obr(), obx({ status: 'D' }), obx({ value: '4.10', status: 'C' })];
    const results = recordsOf(after([msh(), pid, obr(), obx()], corrected), 'Observation');
    expect(results).toMatchObject([{ status: 'corrected', valueQuantity: { value: 4.1 } }]);
  });

  it('W: it stays to be seen that it was wrong, and nothing of what it said', () => {
    const held = after([msh(), pid, obr(), obx()], [msh(), pid, obr(), obx({ status: 'W' })]);
    const [result] = recordsOf(held, 'Observation');
    expect(result).toMatchObject({ status: 'entered-in-error' });
    expect(Object.keys(result ?? {})).toEqual(['resourceType', 'id', 'status', 'code', 'subject']);
    expect(recordsOf(held, 'DiagnosticReport')[0]).not.toHaveProperty('result');
  });

  describe('U without the result', () => {
    const confirmed = [msh(), pid, obr(), obx({ status: 'U', value: '' }), 'NTE|1||lu'];

    it('makes final what was told, says who and why, and leaves its value', () => {
      const rest = '|||||9^FICTIF^Anne';
      const held = after(
        [msh(), pid, obr({ status: 'P' }), obx({ status: 'P', value: '5.30', rest: '|||20260310081500' })],
        [msh(), pid, obr(), obx({ status: 'U', value: '""', unit: '', range: '', flag: '', rest }), 'NTE|1||lu'],
      );
      const [result] = recordsOf(held, 'Observation');
      expect(result).toMatchObject({
        status: 'final',
        effectiveDateTime: '2026-03-10T08:15:00+01:00',
        performer: [{ display: 'Anne FICTIF' }],
        valueQuantity: { value: 5.3, unit: 'mmol/L' },
        interpretation: [{ coding: [{ code: 'H' }] }],
        referenceRange: [{ text: '3.5 - 5.0' }],
        note: [{ text: 'lu' }],
      });
      expect([...held.values()].join()).toContain('"value":5.30');
      expect(recordsOf(held, 'DiagnosticReport')).toMatchObject([
        { status: 'final', result: [{ reference: `Observation/${result?.['id']}` }] },
      ]);
      expect(warningsOf(confirmed)).toEqual(['value-not-repeated OBX[1]-11']);
    });

    it('says that there is a final one whose value is not known, where none was told; a value that comes late is taken', () => {
      expect(recordsOf(after(confirmed), 'Observation')).toMatchObject([
        { status: 'final', dataAbsentReason: { coding: [{ code: 'unknown' }] }, note: [{ text: 'lu' }] },
      ]);
      const late = recordsOf(after(confirmed, [msh(), pid, obr(), obx()]), 'Observation');
      expect(late).toMatchObject([{ status: 'final', valueQuantity: { value: 5.3 } }]);
      expect(late[0]).not.toHaveProperty('dataAbsentReason');
    });

    it('leaves the text of several segments, and the document, that were told', () => {
      const line = (value: string, status: string) => obx({ type: 'TX', value, unit: '', range: '', flag: '', status });
      const document = (data: string, status: string) =>
        obx({ type: 'ED', code: 'CR^Compte rendu^L', value: data && `^Application^PDF^Base64^${data}`, status });
      const held = after(
        [msh(), pid, obr({ status: 'P' }), line('un', 'P'), line('deux', 'P'), document('AAAA', 'P')],
        [msh(), pid, obr(), line('', 'U'), line('', 'U'), document('', 'U')],
      );
      const forms = [{ contentType: 'application/pdf', size: 3 }];
      expect(recordsOf(held, 'Observation')).toMatchObject([{ status: 'final', valueString: 'un\ndeux' }]);
      expect(recordsOf(held, 'DocumentReference')).toMatchObject([
        { docStatus: 'final', content: forms.map((attachment) => ({ attachment })) },
      ]);
      expect(recordsOf(held, 'DiagnosticReport')).toMatchObject([{ status: 'final', presentedForm: forms }]);
    });

    it('with the result tells it', () => {
      const held = after(
        [msh(), pid, obr(), obx({ status: 'P' })],
        [msh(), pid, obr(), obx({ status: 'U', value: '4.10' })],
      );
      expect(recordsOf(held, 'Observation')).toMatchObject([{ status: 'final', valueQuantity: { value: 4.1 } }]);
    });
  });
});

describe('a result that was posted under the wrong patient', () => {
  const other = 'PID|1||43^^^CH^PI||FICTIF^Yves^^^^^L';
  const ed = (data: string, status: string) =>
    obx({ type: 'ED', code: 'CR^Compte rendu^L', value: data && `^Application^PDF^Base64^${data}`, status });
  const spm = 'SPM|1|S1^S2||SER^Sérum^L';
  const posted = [msh(), pid, orc, obr(), obx(), ed('AAAA', 'F'), spm];
  const wrong = [msh(), pid, orc, obr({ status: 'C' }), obx({ status: 'W' }), ed('', 'W'), spm];
  const deleted = [msh(), pid, orc, obr({ status: 'C' }), obx({ status: 'D', value: '' }), ed('', 'D'), spm];
  const right = [msh(), other, orc, obr(), obx({ value: '4.10' }), ed('BBBB', 'F'), spm];
  const inError = { status: 'entered-in-error' };
  /** Who of the two a record is of. */
  const sorted = (held: ReturnType<typeof after>, type: string) => {
    const { patient } = accepted([msh(), other, obr(), obx()]).changes[0] as Extract<Change, { kind: 'identify' }>;
    const isHis = (record: Loose) => String(record['subject']?.['reference']) === patient;
    return { his: recordsOf(held, type).filter(isHis), hers: recordsOf(held, type).filter((one) => !isHis(one)) };
  };

  it.each([
    ['the right one is told afterwards', [posted, wrong, right]],
    ['the right one is told before', [posted, right, wrong]],
    ['it was not heard of', [right, wrong]],
    ['it is said twice', [posted, wrong, right, wrong]],
  ])('is in error for her and stands for him: %s', (_when, messages) => {
    const held = after(...messages);
    const results = sorted(held, 'Observation');
    expect(results.his).toMatchObject([{ status: 'final', valueQuantity: { value: 4.1 } }]);
    expect(results.hers).toMatchObject([inError]);
    expect(results.hers[0]).not.toHaveProperty('valueQuantity');
    const documents = sorted(held, 'DocumentReference');
    const [binary, ...more] = recordsOf(held, 'Binary');
    expect([binary?.['data'], more]).toEqual(['BBBB', []]);
    expect(documents.his).toMatchObject([
      { status: 'current', content: [{ attachment: { url: `Binary/${binary?.['id']}` } }] },
    ]);
    expect(documents.hers).toMatchObject([inError]);
    expect(JSON.stringify(documents.hers)).not.toContain('Binary/');
    expect(sorted(held, 'DiagnosticReport')).toMatchObject({ his: [{ status: 'final' }], hers: [] });
    expect(sorted(held, 'DiagnosticReport').his[0]?.['result']).toHaveLength(1);
    expect(sorted(held, 'Specimen')).toMatchObject({ his: [{}], hers: [] });
  });

  it('is in error under the id by which it was known, as long as no other is told under its number', () => {
    const [known] = recordsOf(after(posted), 'Observation');
    const held = sorted(after(posted, wrong), 'Observation').hers;
    expect(held.find(({ id }) => id === known?.['id'])).toMatchObject(inError);
    expect(held.every(({ status }) => status === 'entered-in-error')).toBe(true);
    expect(recordsOf(after(posted, wrong), 'DiagnosticReport')[0]).toMatchObject({ status: 'corrected' });
  });

  it('and is deleted: the right one stays, told before or afterwards', () => {
    for (const messages of [
      [posted, deleted, right],
      [posted, right, deleted],
    ]) {
      const held = after(...messages);
      expect(sorted(held, 'Observation')).toMatchObject({ his: [{ status: 'final' }], hers: [] });
      expect(sorted(held, 'DocumentReference')).toMatchObject({ his: [{ status: 'current' }], hers: [] });
      expect(sorted(held, 'DiagnosticReport')).toMatchObject({ his: [{ status: 'final' }], hers: [] });
    }
  });

  it('is withdrawn under the number that a merge left of the patient', () => {
    const merge = ['MSH|^~\\&|GAM|CH|EAI|GHT|20260310||ADT^A40|A1|P|2.5', 'EVN||20260310', other, 'MRG|42^^^CH^PI'];
    const held = after(posted, merge, [msh(), other, ...wrong.slice(2)]);
    expect(recordsOf(held, 'Observation').map(({ status }) => status)).toEqual([
      'entered-in-error',
      'entered-in-error',
    ]);
    expect(recordsOf(held, 'Binary')).toEqual([]);
  });
});
