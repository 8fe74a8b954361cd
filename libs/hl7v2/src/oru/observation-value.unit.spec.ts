import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lone, obx } from './fixtures.js';

describe('the value of an observation', () => {
  it.each([
    ['NM', '98.00', '"valueQuantity":{"value":98.00,'],
    ['NM', '9007199254740993', '"value":9007199254740993,'],
    ['NM', '<5.0', '"valueQuantity":{"value":5.0,"comparator":"<"'],
    ['NM', '+5', '"valueQuantity":{"value":5,'],
    ['NM', '007', '"valueQuantity":{"value":7,'],
    ['NM', '065.88', '"valueQuantity":{"value":65.88,'],
    ['NM', '.5', '"valueQuantity":{"value":0.5,'],
    ['NM', '-.50', '"valueQuantity":{"value":-0.50,'],
    ['NM', '5.', '"valueQuantity":{"value":5,'],
    ['NM', '00', '"valueQuantity":{"value":0,'],
    ['NM', '-007.10', '"valueQuantity":{"value":-7.10,'],
    ['NM', '1e3', '"valueString":"1e3"'],
    ['NM', '--5', '"valueString":"--5 mmol/L"'],
    ['NM', '.', '"valueString":"."'],
    ['NM', '1.2.3', '"valueString":"1.2.3 mmol/L"'],
    ['NM', '5^6', '"valueString":"5^6 mmol/L"'],
    ['NM', '5^^', '"valueQuantity":{"value":5,'],
    ['NM', '<+05.0', '"valueQuantity":{"value":5.0,"comparator":"<"'],
    ['NM', '&lt;5', '"valueQuantity":{"value":5,"comparator":"<"'],
    ['SN', '&lt;^14', '"valueQuantity":{"value":14,"comparator":"<"'],
    ['SN', '&gt;=^014', '"valueQuantity":{"value":14,"comparator":">="'],
    ['SN', '\\T\\gt;^.5', '"valueQuantity":{"value":0.5,"comparator":">"'],
    ['SN', '≤^14', '"valueString":"≤14 mmol/L"'],
    ['SN', '&amp;lt;^14', '"valueString":"&amp;lt;14"'],
    ['SN', '^+05^-^10.', '"valueRange":{"low":{"value":5,'],
    ['NR', '.5^010', '"valueRange":{"low":{"value":0.5,'],
    ['CQ', '+02.50^g', '"valueQuantity":{"value":2.50,"unit":"g",'],
    ['NM', '5,3', '"valueString":"5,3 mmol/L"'],
    ['NM', '1e400', '"valueString":"1e400"'],
    ['NM', '5.1~5.2', '"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"2823-3"'],
    ['SN', '>^100.0', '"valueQuantity":{"value":100.0,"comparator":">"'],
    ['SN', '^1^:^128', '"valueRatio":{"numerator":{"value":1},"denominator":{"value":128}}'],
    ['SN', '^5^-^10', '"valueRange":{"low":{"value":5,'],
    ['SN', '^10^-^5', '"valueString":"10-5 mmol/L"'],
    ['SN', '<>^5', '"valueString":"<>5 mmol/L"'],
    ['NR', '5^10', '"valueRange":{"low":{"value":5,'],
    ['CQ', '2.50^g', '"valueQuantity":{"value":2.50,"unit":"g","system":"http://unitsofmeasure.org","code":"g"}'],
    ['CQ', '2.50', '"valueQuantity":{"value":2.50,"unit":"mmol/L",'],
    ['CQ', '2.5^x10^9/L', '"valueQuantity":{"value":2.5,"unit":"x10^9/L"}'],
    ['CQ', '2.5^mL/min/1.73 m^2', '"valueQuantity":{"value":2.5,"unit":"mL/min/1.73 m^2"}'],
    ['CQ', '2.5^g&gramme&UCUM', '"unit":"gramme","system":"http://unitsofmeasure.org","code":"g"}'],
    ['MO', '12.50^EUR', '"valueQuantity":{"value":12.50,"unit":"EUR"}'],
    ['CWE', '^5^&lt;^6', '"valueString":"^5^&lt;^6"'],
    ['CE', '^5^-^10', '"valueString":"^5^-^10 mmol/L"'],
    ['CE', 'x^E. coli & K. oxytoca^L', '"display":"E. coli & K. oxytoca"'],
    ['CWE', '^E. coli & K. oxytoca', '"valueCodeableConcept":{"text":"E. coli & K. oxytoca"}'],
    ['CWE', 'A&B^a^L', '"code":"A&B"'],
    ['CWE', '^a & b^L', '"coding":[{"system":"urn:reprise:750712184:L","display":"a & b"}],"text":"a & b"'],
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
    ['CX', 'X12^^^CH', '"valueString":"X12 (CH)"'],
    ['CX', 'X12^3^M11^CH&1.2.3&ISO^PI', '"valueString":"X12 (3, M11, CH&1.2.3&ISO, PI)"'],
    ['EI', 'X12^LAB', '"valueString":"X12 (LAB)"'],
    ['XON', 'Laboratoire fictif^L^^^^^^^^F1', '"valueString":"Laboratoire fictif (L, F1)"'],
    ['XPN', 'FICTIF^Anne^^^Mme^^L', '"valueString":"Mme Anne FICTIF (L)"'],
    ['XAD', '1 rue Fictive^^Ville^31^75001^FRA^H', '"valueString":"1 rue Fictive 75001 Ville FRA (31, H)"'],
    ['PPN', '^^^^^^^^CH', '"valueString":"^^^^^^^^CH"'],
    ['XCN', '1^FICTIF^Anne^^^Dr', '"valueString":"Dr Anne FICTIF (1)"'],
    ['RP', 'salle 4^^image^PICT', '"valueString":"salle 4^^image^PICT"'],
  ])('%s %s', (type, value, expected) => {
    expect(lone(obx({ type, value }))).toContain(expected);
  });

  const ofUcum = (unit: string, code = unit) => ({ unit, system: 'http://unitsofmeasure.org', code });
  const ofLocal = (unit: string, code: string) => ({ unit, system: 'urn:reprise:750712184:L', code });
  const original = (code: string, display: string) => ({
    url: 'urn:reprise:original-code',
    valueCoding: { system: 'urn:reprise:750712184:L', code, display },
  });
  it.each([
    ['10^9/L', ofUcum('10^9/L')],
    ['10*9/L', ofUcum('10*9/L')],
    ['x10^9/L', { unit: 'x10^9/L' }],
    ['x10^3/uL', { unit: 'x10^3/uL' }],
    ['10^3/uL', ofUcum('10^3/uL')],
    ['10^6/mm^3', { unit: '10^6/mm^3' }],
    ['mL/min/1.73 m^2', { unit: 'mL/min/1.73 m^2' }],
    ['mL/min/1.73m2', { unit: 'mL/min/1.73m2' }],
    ['kg/m^2', { unit: 'kg/m^2' }],
    ['g.m^-2', { unit: 'g.m^-2' }],
    ['a & b', { unit: 'a & b' }],
    ['mm Hg', { unit: 'mm Hg' }],
    ['mmol/L', ofUcum('mmol/L')],
    ['G/L', { unit: 'G/L' }],
    ['T/L', { unit: 'T/L' }],
    ['K/uL', { unit: 'K/uL' }],
    ['µmol/L', { unit: 'µmol/L' }],
    ['g^gramme', { unit: 'g^gramme' }],
    ['g^gramme^UCUM', ofUcum('gramme', 'g')],
    ['10*9/L^10*9/L^UCUM', ofUcum('10*9/L')],
    ['10^9/L^^UCUM', ofUcum('10^9/L')],
    ['10^9/L^10^9/L^UCUM', ofUcum('10^9/L')],
    ['kg/m^2^UCUM', { unit: 'kg/m^2' }],
    ['G/L^^UCUM', ofUcum('G/L')],
    ['^^^g^gramme^UCUM', ofUcum('gramme', 'g')],
    ['g^gramme^L', ofLocal('gramme', 'g')],
    ['gr^gramme^L^g^gram^UCUM', { ...ofUcum('gramme', 'g'), extension: [original('gr', 'gramme'), expect.anything()] }],
    ['g^gramme^L^^^^^^grammes', { ...ofLocal('grammes', 'g'), extension: [original('g', 'gramme')] }],
    ['""', {}],
  ])('unit %s', (unit, expected) => {
    const { value: _value, ...told } = JSON.parse(lone(obx({ unit })))['valueQuantity'];
    expect(told).toEqual(expected);
  });

  it('no unit is shown in part, whatever separators stand in it', () => {
    const piece = fc.constantFrom(
      '10',
      'x10',
      'mL',
      'min',
      '/',
      '^',
      '^',
      '^',
      '9/L',
      '3',
      '2',
      '1.73 m',
      'g',
      'UCUM',
      'L',
      '-1',
    );
    const separators = /[\^\s]/g;
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 9 }), (pieces) => {
        const sent = pieces.join('');
        fc.pre(/[^^]/.test(sent));
        // Names of coding systems are written as parts of a URI.
        const told = decodeURIComponent(JSON.stringify(JSON.parse(lone(obx({ unit: sent })))['valueQuantity']));
        // A unit of one text is there to the letter; a CE has its parts in their places.
        const parts = sent.split('^').filter((part) => part !== '' && part !== 'UCUM' && part !== 'L');
        for (const part of parts)
          expect([sent, told.replace(separators, '')]).toEqual([
            sent,
            expect.stringContaining(part.replace(separators, '')),
          ]);
      }),
      { numRuns: 500 },
    );
  });

  it('a value that has no room for a unit has it beside it', () => {
    const extension = (segment: string) => JSON.parse(lone(segment))['extension'];
    const beside = [{ url: 'urn:reprise:unit', valueQuantity: ofUcum('mmol/L') }];
    expect(extension(obx({ type: 'CE', value: 'POS^Positif^L', unit: 'mmol/L' }))).toEqual(beside);
    expect(extension(obx({ type: 'ST', value: 'coagulé', unit: 'mmol/L' }))).toEqual(beside);
    expect(extension(obx({ type: 'SN', value: '^1^:^128', unit: 'mmol/L' }))).toEqual(beside);
    expect(extension(obx({ type: 'CQ', value: '5^g', unit: 'mmol/L' }))).toEqual(beside);
    expect(extension(obx({ type: 'ST', value: '<5', unit: 'mmol/L' }))).toBeUndefined();
    expect(extension(obx())).toBeUndefined();
  });

  it.each([
    ['3.5 - 5.0', '"low":{"value":3.5,'],
    ['3.5 à 5.0', '"high":{"value":5.0,'],
    ['< 5', '"referenceRange":[{"high":{"value":5,'],
    ['>=10', '"referenceRange":[{"low":{"value":10,'],
    ['+03.50-.5e1', '"referenceRange":[{"text":"+03.50-.5e1"}]'],
    ['.5-05.', '"low":{"value":0.5,'],
    ['-5--3', '"low":{"value":-5,'],
    ['&lt; 05', '"referenceRange":[{"high":{"value":5,'],
    ['3.5 - 5.0~nourrisson : 4 - 6', '"text":"3.5 - 5.0"},{"text":"nourrisson : 4 - 6"}]'],
    ['x10^9/L', '"referenceRange":[{"text":"x10^9/L"}]'],
    ['5 - 3', '"referenceRange":[{"text":"5 - 3"}]'],
    ['négatif', '"referenceRange":[{"text":"négatif"}]'],
  ])('range %s', (range, expected) => {
    expect(lone(obx({ range }))).toContain(expected);
  });

  it('takes an abnormal flag that FHIR does not know as text', () => {
    expect(lone(obx({ flag: 'LL~*' }))).toContain('"code":"LL"}]},{"text":"*"}]');
  });
});
