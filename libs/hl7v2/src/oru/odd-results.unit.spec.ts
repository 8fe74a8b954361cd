import { describe, expect, it } from 'vitest';
import { RecordKey } from '#domain';
import { validateResource } from '#fhir';
import { after, type Loose, msh, obr, obx, orc, pid, pv1, recordsOf, warningsOf } from './fixtures.js';

/** Every type of HL7 table 0125 (v2.3 to v2.8), none, and words that are none. */
const types =
  `AD CCD CCP CD CE CF CK CN CNE CP CQ CSU CWE CX DDI DIN DLD DLN DLT DR DT DTM DTN ED EI EIP ELD ERL FC FN FT GTS HD
  ICD ID IS JCC LA1 LA2 MA MO MOC MOP NA NDL NM NR OCD OSD OSP PIP PL PLN PN PPN PRL PT PTA QIP QSC RCD RFR RI RMC RP
  RPT SAD SCV SI SN SNM SPD SPS SRT ST TIM TM TN TQ TS TX UVC VH VID VR WVI WVS XAD XCN XON XPN XTN PDF nm ZZZ 0`
    .split(/\s+/)
    .concat('');

const values = [
  '5',
  '5.30',
  '-0.5',
  '.5',
  '5.',
  '+5',
  '007',
  '1,5',
  '1 000',
  '1e5',
  '<5',
  '< 5',
  '<=5',
  '≤5',
  '>100',
  '5%',
  '12 mg',
  '5^6',
  '5 - 6',
  '1:128',
  '<^5',
  '^5',
  '^1^:^128',
  '^2^+',
  '^5^-^10',
  '>=^^-^10',
  'négatif',
  'Voir\\.br\\compte rendu',
  'a & b ^ c',
  'POS^Positif^L',
  '^Positif',
  '^^^POS^Positif^L',
  '""^Positif',
  '20260310',
  '202603100800',
  '20260310080000.1234+0100',
  '20260310080000+01',
  '2026-03-10',
  '10/03/2026',
  '00000000',
  '20260310^20260311',
  '0830',
  '08:30',
  '083000.25+0100',
  '12.50^EUR',
  'FICTIF^Anne^^^Dr',
  '1^FICTIF^Anne',
  'X12^CH^1.2.3^ISO',
  'https://pacs.exemple.invalid/1^^image^JPEG',
  'salle 4^^image^PICT',
  '^Application^PDF^Base64^JVBERi0x',
  '^Application^PDF^Base64^JVBE\\.br\\Ri0x',
  '^Application^PDF^Base64^***',
  '^^^^',
  '~',
  '5~6',
  'un~deux~""',
  ' ',
  '\\X0D\\',
];

const contents = (held: ReadonlyMap<RecordKey, string>): readonly Loose[] =>
  [...held.values()].map((content) => JSON.parse(content) as Loose);

const faultless = new Set<string>();

/** What R4 has against a record; the same content is looked at once. */
const faultsOf = (record: Loose): readonly string[] => {
  const { id: _id, code: _code, ...rest } = record as unknown as Record<string, unknown>;
  const content = JSON.stringify(rest);
  if (faultless.has(content)) return [];
  const faults = validateResource(String(record['resourceType']), record as never).flatMap(
    ({ severity, text, location }) => (severity === 'error' ? [`${location}: ${text}`] : []),
  );
  if (faults.length === 0) faultless.add(content);
  return faults;
};

const saysSomething = (record: Loose): boolean =>
  Object.keys(record).some((member) => /^(?:value[A-Z]|component|content$|dataAbsentReason)/.test(member));

/** Nothing is said by these, whatever their type. */
const isSilent = (value: string): boolean => /^(?:[\s^~]|""|\\X0D\\)*$/.test(value) || value.startsWith('""');

/** ED-5, behind the fourth separator. */
const isEmptyEd = (value: string): boolean => value.startsWith('""') || value.split('^').slice(4).join('') === '';

describe('what is written into OBX-5 under whatever OBX-2 is one sane record', () => {
  it.each(types)('%j', (type) => {
    const observed = values.map((value, index) =>
      obx({ type, code: `V${index}^x^L`, value, unit: 'mmol/L', range: '', flag: '' }),
    );
    const message = [msh(), pid, obr(), ...observed];
    const held = after(message);
    const records = [...recordsOf(held, 'Observation'), ...recordsOf(held, 'DocumentReference')];
    const undecodable = new Set(warningsOf(message).filter((warning) => warning.startsWith('attachment-undecodable')));
    values.forEach((value, index) => {
      const isOf = (concept: Loose | undefined): boolean => String(concept?.['coding']?.[0]?.['code']) === `V${index}`;
      const own = records.filter(({ code, type }) => isOf(code) || isOf(type));
      // Of a document that holds nothing, or nothing that can be read, there is no record.
      const isLost =
        type === 'ED' && (undecodable.has(`attachment-undecodable OBX[${index + 1}]-5`) || isEmptyEd(value));
      expect([value, own.length]).toEqual([value, isLost ? 0 : 1]);
      if (!isSilent(value)) expect([value, own.every(saysSomething)]).toEqual([value, true]);
      for (const record of own) expect([value, faultsOf(record)]).toEqual([value, []]);
    });
  });

  it.each([
    ['NM', '1,5', { valueString: '1,5 mmol/L' }, 'number-form'],
    ['NM', '12 mmol/L', { valueString: '12 mmol/L' }, 'number-form'],
    ['NM', '≤5', { valueString: '≤5 mmol/L' }, 'number-form'],
    ['NM', 'coagulé', { valueString: 'coagulé' }, 'number-form'],
    ['SN', '>5', { valueQuantity: { value: 5, comparator: '>', unit: 'mmol/L' } }, ''],
    ['SN', '5', { valueQuantity: { value: 5, unit: 'mmol/L' } }, ''],
    ['SN', '^2^+', { valueString: '2+ mmol/L' }, 'number-form'],
    ['ST', '<5', { valueString: '<5 mmol/L' }, ''],
    ['ST', 'négatif', { valueString: 'négatif' }, ''],
    ['', '5.3', { valueQuantity: { value: 5.3, unit: 'mmol/L' } }, ''],
    ['', '5,3', { valueString: '5,3 mmol/L' }, ''],
    ['MO', '12.50^EUR', { valueQuantity: { value: 12.5, unit: 'EUR' } }, ''],
    ['NA', '1^2^3', { valueString: '1^2^3 mmol/L' }, 'value-as-text'],
    ['RP', 'salle 4^^image^PICT', { valueString: 'salle 4^^image^PICT' }, 'value-as-text'],
    ['ZZZ', 'a~b', { valueString: 'a\nb' }, 'value-as-text'],
    ['TS', '10/03/2026', { valueString: '10/03/2026' }, 'date-invalid'],
    ['NM', '5~6,1', { component: [{ valueQuantity: { value: 5 } }, { valueString: '6,1 mmol/L' }] }, 'number-form'],
  ])('%s %s', (type, value, expected, warning) => {
    const message = [msh(), pid, obr(), obx({ type, value, unit: 'mmol/L', range: '', flag: '' })];
    expect(recordsOf(after(message), 'Observation')).toMatchObject([expected]);
    expect(warningsOf(message).map((one) => one.split(' ')[0])).toEqual(warning === '' ? [] : [warning]);
  });

  it('a number without OBX-2 and without unit is text: it may be a number of anything', () => {
    const message = [msh(), pid, obr(), obx({ type: '', value: '5.3', unit: '' })];
    expect(recordsOf(after(message), 'Observation')).toMatchObject([{ valueString: '5.3' }]);
  });

  it('what no text of FHIR can hold is said to be there', () => {
    const message = [msh(), pid, obr(), obx({ type: 'PDF', value: 'A'.repeat(1_100_000) })];
    expect(recordsOf(after(message), 'Observation')).toMatchObject([
      { dataAbsentReason: { coding: [{ code: 'unsupported' }] } },
    ]);
  });
});

describe('what stands in OBX-3', () => {
  const codes = (...written: readonly string[]) => [msh(), pid, obr(), ...written.map((code) => obx({ code }))];

  it.each([
    ['^^^2823-3^Potassium^LN', { coding: [{ system: 'http://loinc.org', code: '2823-3' }], text: 'Potassium' }],
    ['^Kaliémie', { text: 'Kaliémie' }],
    ['K', { coding: [{ code: 'K' }] }],
    ['', { coding: [{ code: 'unknown' }] }],
    ['""', { coding: [{ code: 'unknown' }] }],
  ])('%j', (code, expected) => {
    expect(recordsOf(after(codes(code)), 'Observation')).toMatchObject([{ code: expected }]);
  });

  it('tells results apart by whatever of it there is, not by their order', () => {
    const [sodium, potassium] = ['^^^2951-2^Sodium^LN', '^^^2823-3^Potassium^LN'];
    const idsOf = (...written: readonly string[]) =>
      new Map(recordsOf(after(codes(...written)), 'Observation').map(({ id, code }) => [code?.['text'], id]));
    expect(idsOf(potassium, sodium)).toEqual(idsOf(sodium, potassium));
    expect(idsOf(potassium).get('Potassium' as never)).toBe(idsOf(sodium, potassium).get('Potassium' as never));
  });
});

describe('groups as senders have them', () => {
  const loose = (value: string, time = '20260310080000') =>
    obx({ code: '29463-7^Poids^LN', value, unit: 'kg', range: '', flag: '', rest: `|||${time}` });

  it.each([
    ['OBX before any OBR (v2.8, of the patient)', [pid, loose('70'), pv1, orc, obr(), obx()], 2, 1],
    ['OBX without any OBR', [pid, pv1, loose('70'), obx()], 2, 0],
    ['OBX behind an ORC without OBR', [pid, orc, obx()], 1, 0],
    ['OBR without numbers', [pid, 'OBR|1|||K^x^L|||20260310080000', obx()], 1, 1],
    ['OBR without anything', [pid, 'OBR', obx()], 1, 1],
    [
      'one ORC for several OBR',
      [pid, orc, obr({ filler: '' }), obx(), obr({ filler: '', code: 'B^b^L' }), obx()],
      2,
      2,
    ],
    ['an ORC twice', [pid, orc, orc, obr(), obx()], 1, 1],
    ['an ORC behind the OBR', [pid, obr(), orc, obx()], 1, 1],
    ['segments of no meaning here', [pid, 'PD1||1', 'TQ1|1', obr(), 'TQ1|1', obx(), 'FT1|1', 'CTI|1', obx()], 2, 1],
  ])('%s', (_name, segments, results, reports) => {
    const held = after([msh(), ...segments]);
    expect([recordsOf(held, 'Observation').length, recordsOf(held, 'DiagnosticReport').length]).toEqual([
      results,
      reports,
    ]);
    for (const record of contents(held)) expect(faultsOf(record)).toEqual([]);
    for (const result of recordsOf(held, 'Observation')) expect(result).toMatchObject({ valueQuantity: {} });
  });

  it('of the patient: within the visit, in no report, corrected by what has the same code and time', () => {
    const told = [msh(), pid, loose('70'), loose('170'), pv1, obr(), obx()];
    const [, first] = recordsOf(after(told), 'Observation');
    expect(first).toMatchObject({ effectiveDateTime: '2026-03-10T08:00:00+01:00', encounter: {} });
    expect(recordsOf(after(told), 'DiagnosticReport')[0]?.['result']).toHaveLength(1);
    expect(warningsOf(told)).toEqual(['observation-without-order OBX[1]', 'observation-without-order OBX[2]']);
    const corrected = recordsOf(after(told, [msh(undefined, 'R2'), pid, loose('71')]), 'Observation');
    expect(corrected.map(({ valueQuantity }) => valueQuantity?.['value'])).toEqual([5.3, 71, 170]);
    const later = after(told, [msh(undefined, 'R2'), pid, loose('71', '20260311080000')]);
    expect(recordsOf(later, 'Observation')).toHaveLength(4);
  });

  it('an order without numbers and time is told by the time of its results', () => {
    const device = (id: string, value: string) => [msh(undefined, id), pid, 'OBR|1|||POIDS^Poids^L', loose(value)];
    expect(recordsOf(after(device('1', '70'), device('2', '71')), 'Observation')).toMatchObject([
      { valueQuantity: { value: 71 } },
    ]);
  });

  it('notes go with what they stand behind, and those of nothing that is mapped are warned of', () => {
    const note = (text: string) => `NTE|1||${text}`;
    const spm = 'SPM|1|S1^S2||SER^Sérum^L';
    const message = [
      msh(),
      note('du message'),
      pid,
      note('du patient'),
      pv1,
      note('de la venue'),
      orc,
      note('de la demande'),
      obr(),
      note('du compte rendu'),
      obx(),
      note('du résultat'),
      spm,
      note('du prélèvement'),
    ];
    const held = after(message);
    expect(recordsOf(held, 'DiagnosticReport')).toMatchObject([
      {
        conclusion: 'du compte rendu',
        extension: [{ url: 'urn:reprise:patient-note', valueAnnotation: { text: 'du patient' } }],
      },
    ]);
    expect(recordsOf(held, 'Observation')).toMatchObject([{ note: [{ text: 'du résultat' }] }]);
    expect(recordsOf(held, 'Specimen')).toMatchObject([{ note: [{ text: 'du prélèvement' }] }]);
    expect([...held.values()].join()).not.toMatch(/du message|de la venue|de la demande/);
    expect(warningsOf(message)).toContain('not-represented NTE-3');
  });
});

describe('bare line ends within a value', () => {
  const pdf = Buffer.from('%PDF-1.4 rien qui vaille, mais sur plusieurs lignes', 'latin1');
  const cut = (pdf.toString('base64').match(/.{1,20}/g) ?? []).join('\r');

  it('leave a document whole, and the fields behind it theirs', () => {
    const ed = `OBX|1|ED|CR^Compte rendu^L||^Application^PDF^Base64^${cut}||||||F|||20260310083000`;
    const held = after([msh(), pid, obr(), ed, 'NTE|1||lu', obx()]);
    expect(recordsOf(held, 'Binary').map(({ data }) => String(data))).toEqual([pdf.toString('base64')]);
    expect(recordsOf(held, 'DocumentReference')).toMatchObject([
      { docStatus: 'final', content: [{ attachment: { creation: '2026-03-10T08:30:00+01:00' } }] },
    ]);
    expect(recordsOf(held, 'Observation')).toHaveLength(1);
  });

  it('leave a text and a note whole', () => {
    const held = after([msh(), pid, obr(), 'OBX|1|TX|CR^x^L||Rien\r\nde particulier||||||F', 'NTE|1||vu\rhier', obx()]);
    expect(recordsOf(held, 'Observation')).toMatchObject([
      { status: 'final', valueString: 'Rien\nde particulier', note: [{ text: 'vu\nhier' }] },
      { status: 'final' },
    ]);
  });

  it('do not reach beyond the value: what follows a whole segment and is none is nobody’s', () => {
    const held = after([msh(), pid, obr(), obx(), 'bavardage']);
    expect(recordsOf(held, 'Observation')).toMatchObject([{ status: 'final', valueQuantity: { value: 5.3 } }]);
    expect(warningsOf([msh(), pid, obr(), obx(), 'bavardage'])).toEqual(['segment-nameless OBX[1]']);
  });
});
