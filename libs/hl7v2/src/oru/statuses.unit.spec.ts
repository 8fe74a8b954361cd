import { describe, expect, it } from 'vitest';
import { after, lone, msh, obr, obx, only, pid, recordsOf, warningsOf } from './fixtures.js';

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

  it('U without the result leaves the result as it is, and says so', () => {
    const held = after([msh(), pid, obr(), obx({ status: 'P' })], [msh(), pid, obr(), obx({ status: 'U', value: '' })]);
    expect(recordsOf(held, 'Observation')).toMatchObject([{ status: 'preliminary', valueQuantity: { value: 5.3 } }]);
    expect(recordsOf(held, 'DiagnosticReport')[0]?.['result']).toHaveLength(1);
    expect(warningsOf([msh(), pid, obr(), obx({ status: 'U', value: '' })])).toEqual(['value-not-repeated OBX[1]-11']);
  });
});
