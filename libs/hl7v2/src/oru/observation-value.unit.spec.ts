import { describe, expect, it } from 'vitest';
import { lone, obx } from './fixtures.js';

describe('the value of an observation', () => {
  it.each([
    ['NM', '98.00', '"valueQuantity":{"value":98.00,'],
    ['NM', '9007199254740993', '"value":9007199254740993,'],
    ['NM', '<5.0', '"valueQuantity":{"value":5.0,"comparator":"<"'],
    ['NM', '+5', '"valueString":"+5 mmol/L"'],
    ['NM', '007', '"valueString":"007 mmol/L"'],
    ['NM', '5,3', '"valueString":"5,3 mmol/L"'],
    ['NM', '1e400', '"valueString":"1e400"'],
    ['NM', '5.1~5.2', '"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"2823-3"'],
    ['SN', '>^100.0', '"valueQuantity":{"value":100.0,"comparator":">"'],
    ['SN', '^1^:^128', '"valueRatio":{"numerator":{"value":1},"denominator":{"value":128}}'],
    ['SN', '^5^-^10', '"valueRange":{"low":{"value":5,'],
    ['SN', '^10^-^5', '"valueString":"10-5 mmol/L"'],
    ['SN', '<>^5', '"valueString":"<>5 mmol/L"'],
    ['NR', '5^10', '"valueRange":{"low":{"value":5,'],
    ['CQ', '2.50^g', '"valueQuantity":{"value":2.50,"unit":"g"}'],
    ['CE', '260373001^Détecté^SCT', '"coding":[{"system":"http://snomed.info/sct","code":"260373001"'],
    ['CWE', 'POS^Positif^L', '"system":"urn:reprise:750712184:L","code":"POS"'],
    ['CWE', 'A^a^L~B^b^L', '"code":"B","display":"b"'],
    ['ST', 'a & b ^ c', '"valueString":"a & b ^ c"'],
    ['FT', 'un\\.br\\deux', '"valueString":"un\\ndeux"'],
    ['TX', 'un~deux', '"valueString":"un\\ndeux"'],
    ['IS', 'POS', '"valueString":"POS"'],
    ['ID', 'Y', '"valueString":"Y"'],
    ['DT', '20260310', '"valueDateTime":"2026-03-10"'],
    ['TS', '202603100800', '"valueDateTime":"2026-03-10T08:00:00+01:00"'],
    ['DTM', '20260310080000+0000', '"valueDateTime":"2026-03-10T08:00:00+00:00"'],
    ['TM', '0830', '"valueTime":"08:30:00"'],
    ['TM', '0830+0200', '"valueString":"0830+0200"'],
    ['DR', '20260310^20260311', '"valuePeriod":{"start":"2026-03-10","end":"2026-03-11"}'],
    ['CX', 'X12^^^CH', '"valueString":"X12"'],
    ['XCN', '1^FICTIF^Anne^^^Dr', '"valueString":"Dr Anne FICTIF"'],
    ['RP', 'salle 4^^image^PICT', '"valueString":"salle 4^^image^PICT"'],
  ])('%s %s', (type, value, expected) => {
    expect(lone(obx({ type, value }))).toContain(expected);
  });

  it.each([
    ['10^9/L', { unit: '10^9/L' }],
    ['mmol/L', { unit: 'mmol/L' }],
    ['g^gramme^UCUM', { unit: 'gramme', system: 'http://unitsofmeasure.org', code: 'g' }],
    ['g^gramme^L', { unit: 'gramme' }],
  ])('unit %s', (unit, expected) => {
    const { value: _value, ...told } = JSON.parse(lone(obx({ unit })))['valueQuantity'];
    expect(told).toEqual(expected);
  });

  it.each([
    ['3.5 - 5.0', '"low":{"value":3.5,'],
    ['3.5 à 5.0', '"high":{"value":5.0,'],
    ['< 5', '"referenceRange":[{"high":{"value":5,'],
    ['>=10', '"referenceRange":[{"low":{"value":10,'],
    ['5 - 3', '"referenceRange":[{"text":"5 - 3"}]'],
    ['négatif', '"referenceRange":[{"text":"négatif"}]'],
  ])('range %s', (range, expected) => {
    expect(lone(obx({ range }))).toContain(expected);
  });

  it('takes an abnormal flag that FHIR does not know as text', () => {
    expect(lone(obx({ flag: 'LL~*' }))).toContain('"code":"LL"}]},{"text":"*"}]');
  });
});
