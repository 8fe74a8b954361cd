import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { contextOf, er7 } from '../fixtures/context.js';
import { readMessage } from '../read-message.js';
import {
  accepted,
  after,
  bacteriology,
  msh,
  obr,
  obx,
  orc,
  pid,
  pv1,
  recordsOf,
  segur,
  warningsOf,
} from './fixtures.js';

const lone = (segment: string): string =>
  [...after([msh(), pid, obr(), segment])].find(([key]) => key.startsWith('Observation/'))?.[1] ?? '';
const only = (type: string, ...segments: readonly string[]) => recordsOf(after([msh(), pid, ...segments]), type)[0];

describe('ORU^R01', () => {
  it('makes an Observation an OBX, a DiagnosticReport an OBR, and lets the patient exist', () => {
    const message = [msh(), pid, pv1, orc, obr(), obx(), 'NTE|1||à contrôler', 'NTE|2||demain'];
    const { changes } = accepted(message);
    expect(changes.map(({ kind }) => kind)).toEqual(['identify', 'put', 'put']);
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

  it.each([
    ['NM', '98.00', '"valueQuantity":{"value":98.00,'],
    ['NM', '9007199254740993', '"value":9007199254740993,'],
    ['NM', '<5.0', '"valueQuantity":{"value":5.0,"comparator":"<"'],
    ['NM', '+5', '"valueString":"+5"'],
    ['NM', '007', '"valueString":"007"'],
    ['NM', '5,3', '"valueString":"5,3"'],
    ['NM', '1e400', '"valueString":"1e400"'],
    ['NM', '5.1~5.2', '"component":[{"code":{"coding":[{"system":"http://loinc.org","code":"2823-3"'],
    ['SN', '>^100.0', '"valueQuantity":{"value":100.0,"comparator":">"'],
    ['SN', '^1^:^128', '"valueRatio":{"numerator":{"value":1},"denominator":{"value":128}}'],
    ['SN', '^5^-^10', '"valueRange":{"low":{"value":5,'],
    ['SN', '^10^-^5', '"valueString":"10-5"'],
    ['SN', '<>^5', '"valueString":"<>5"'],
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
    ['RP', 'salle 4^^image^PICT', '"dataAbsentReason"'],
    ['MA', '1^2^3', '"dataAbsentReason"'],
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
    const [, put] = reading.accepted ? reading.event.changes : [];
    expect(put?.kind === 'put' && Buffer.from(put.content).toString()).toContain('Encounter/visit.CH.A9');
  });
});

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

  it('without a patient are accepted and mapped to nothing', () => {
    const { changes, warnings } = accepted([msh(), obr(), obx()]);
    expect(changes).toEqual([]);
    expect(warnings).toMatchObject([{ code: 'patient-unknown' }]);
  });
});

describe('documents in results', () => {
  const pdf = Buffer.from('%PDF-1.4 rien', 'latin1');
  const ed = (data: string, status = 'F') =>
    obx({
      type: 'ED',
      code: 'CR^Compte rendu^L',
      value: `^Application^PDF^Base64^${data}`,
      unit: '',
      range: '',
      flag: '',
      status,
    });

  it('are a DocumentReference and a Binary, and the form of their report', () => {
    const held = after([msh(), pid, pv1, obr(), ed(pdf.toString('base64'))]);
    const [document] = recordsOf(held, 'DocumentReference');
    const [binary] = recordsOf(held, 'Binary');
    const attachment = {
      contentType: 'application/pdf',
      url: `Binary/${binary?.['id']}`,
      size: pdf.length,
      hash: createHash('sha1').update(pdf).digest('base64'),
    };
    expect(binary).toMatchObject({ contentType: 'application/pdf', data: pdf.toString('base64') });
    expect(document).toMatchObject({
      status: 'current',
      docStatus: 'final',
      type: { text: 'Compte rendu' },
      date: '2026-03-10T09:00:00+01:00',
      custodian: { identifier: { value: '750712184' } },
      content: [{ attachment }],
    });
    expect(recordsOf(held, 'DiagnosticReport')[0]?.['presentedForm']).toEqual([attachment]);
    expect(recordsOf(held, 'Observation')).toEqual([]);
  });

  it.each([
    ['^TEXT^XML^Base64^PGEvPg==', 'text/xml', 'PGEvPg=='],
    ['^TEXT^XML^Base64^PGEv\\.br\\Pg', 'text/xml', 'PGEvPg=='],
    ['^TEXT^RTF^Base64^e1xydGYx', 'text/rtf', 'e1xydGYx'],
    ['^^Octet-stream^Base64^JVBERi0x', 'application/pdf', 'JVBERi0x'],
    ['^IM^JPEG^Hex^FFD8', 'image/jpeg', '/9g='],
    ['^TEXT^^A^un ^ deux', 'text/plain', Buffer.from('un ^ deux').toString('base64')],
  ])('%s', (value, contentType, data) => {
    expect(only('Binary', obr(), obx({ type: 'ED', value }))).toMatchObject({ contentType, data });
  });

  it.each(['AAA', 'A', 'AA*A', 'Ł000', '====', 'AAA=AAAA', '-_-_'])(
    '%s is no base64: a warning, and the bytes stay',
    (data) => {
      const message = [msh(), pid, obr(), ed(data)];
      if (data === 'AAA') return expect(only('Binary', obr(), ed(data))?.['data']).toBe('AAA=');
      expect(recordsOf(after(message), 'DocumentReference')).toEqual([]);
      return expect(warningsOf(message)).toEqual(['attachment-undecodable OBX[1]-5']);
    },
  );

  it('an empty one, and a deleted one, are none; one of another patient is withdrawn', () => {
    const first = [msh(), pid, obr(), ed('AAAA')];
    expect(recordsOf(after([msh(), pid, obr(), ed('')]), 'DocumentReference')).toEqual([]);
    const deleted = after(first, [msh(), pid, obr(), ed('', 'D')]);
    expect([...deleted.keys()].map((key) => key.split('/')[0])).toEqual(['DiagnosticReport']);
    const withdrawn = after(first, [msh(), pid, obr(), ed('', 'W')]);
    expect(recordsOf(withdrawn, 'Binary')).toEqual([]);
    expect(recordsOf(withdrawn, 'DocumentReference')).toMatchObject([{ status: 'entered-in-error' }]);
    expect(JSON.stringify(recordsOf(withdrawn, 'DocumentReference'))).not.toContain('Binary/');
  });

  it('that lie elsewhere are pointed to', () => {
    const value = 'https://pacs.exemple.invalid/1^^image^JPEG';
    expect(only('DocumentReference', obr(), obx({ type: 'RP', value }))).toMatchObject({
      content: [{ attachment: { contentType: 'image/jpeg', url: 'https://pacs.exemple.invalid/1' } }],
    });
  });

  it('of the Ségur: the CDA with its author, and no result made of what its transport says', () => {
    const held = after(segur);
    expect([...held.keys()].map((key) => key.split('/')[0])).toEqual(['Binary', 'DocumentReference']);
    expect(recordsOf(held, 'DocumentReference')[0]).toMatchObject({
      type: { coding: [{ system: 'http://loinc.org', code: '11502-2' }] },
      author: [{ identifier: { system: 'https://rpps.esante.gouv.fr', value: '10001234567' } }],
      securityLabel: [{ coding: [{ code: 'MASQUE_PS' }] }],
      content: [{ attachment: { contentType: 'text/xml', creation: '2026-03-10T08:30:00+01:00' } }],
    });
  });

  it('of many megabytes are whole, and many of them take no more than their time', () => {
    const large = Buffer.alloc(14 * 1024 * 1024, 'Compte rendu. ');
    const [binary] = recordsOf(after([msh(), pid, obr(), ed(large.toString('base64'))]), 'Binary');
    expect(Buffer.from(String(binary?.['data']), 'base64').equals(large)).toBe(true);
    const many = Array.from({ length: 5_000 }, () => ed('AAAA'));
    const metadata = 'OBX|1|CE|MASQUE_PS^x^MetaDMPMSS||N||||||F';
    expect(recordsOf(after([msh(), pid, obr(), metadata, ...many]), 'DocumentReference')).toHaveLength(5_000);
  });
});
