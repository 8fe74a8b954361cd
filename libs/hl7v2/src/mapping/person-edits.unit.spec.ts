import { describe, expect, it } from 'vitest';
import { type MemberEdit, RecordKey, type Sender } from '#domain';
import { fold, recordOf } from '../../../testing/src/builders/folded.js';
import { foldAdt } from '../fixtures/folded-adt.js';
import { changesIn, editOf, errorsIn, frenchAdt, identityEdits, plainAdt, warningsIn } from '../fixtures/adt.js';

/** A PID of these fields, beside its identifier. */
const pidOf = (fields: Readonly<Record<number, string>>): string => {
  const all: Readonly<Record<number, string>> = { 3: '42^^^CH^PI', ...fields };
  const last = Math.max(...Object.keys(all).map(Number));
  return ['PID', ...Array.from({ length: last }, (_, at) => all[at + 1] ?? '')].join('|');
};
const edits = (fields: Readonly<Record<number, string>>, ...more: readonly string[]): readonly MemberEdit[] =>
  identityEdits(frenchAdt('A31', pidOf(fields), ...more));

describe('who a PID is of', () => {
  const patient = (field: string, hl7?: Sender['hl7']): unknown =>
    changesIn(frenchAdt('A31', `PID|1||${field}`), hl7 ? { hl7 } : {}).map(
      (change) => change.kind === 'identify' && change.patient,
    )[0];
  it('is told by PI, else MR, else the first that can name a record', () => {
    expect(patient('1^^^A^MR~2^^^B^PI')).toBe('Patient/patient.B.2');
    expect(patient('1^^^A~2^^^B^MR')).toBe('Patient/patient.B.2');
    expect(patient('9^^^S&1.2.250.1.213.1.4.8&ISO^NH~1^^^A')).toBe('Patient/patient.A.1');
    // Under the OID of the INS and without a type it may be the billing number.
    expect(patient('9^^^S&1.2.250.1.213.1.4.8&ISO~1^^^A')).toBe('Patient/patient.A.1');
  });
  it('is told by the domain that the sender’s setting names, and by nothing else', () => {
    expect(patient('1^^^A^PI~2^^^GHT&1.2.3&ISO^PI', { patientDomain: '1.2.3' })).toBe('Patient/patient.1.2.3.2');
    expect(patient('1^^^A^PI~2^^^GHT', { patientDomain: 'GHT' })).toBe('Patient/patient.GHT.2');
    expect(errorsIn(frenchAdt('A31', 'PID|1||1^^^A^PI'), { hl7: { patientDomain: 'GHT' } })).toEqual(['PID^1^3 101']);
  });
  it('is never told by INS or billing numbers', () => {
    for (const only of ['9^^^X&1.2.250.1.213.1.4.8&ISO^INS', '9^^^X^NH', '9^^^S&1.2.250.1.213.1.4.8&ISO'])
      expect(errorsIn(frenchAdt('A31', `PID|1||${only}`))).toEqual(['PID^1^3 101']);
  });
  it('is told by the fields of senders before v2.3.1 under the same rule', () => {
    const [billing, ins] = ['9^^^S&1.2.250.1.213.1.4.8&ISO^NH', '9^^^S&1.2.250.1.213.1.4.8&ISO'];
    for (const only of [billing, ins, `${ins}~${billing}`]) {
      expect(errorsIn(plainAdt('A31', `PID|1|${only}`))).toEqual(['PID^1^3 101']);
      expect(errorsIn(plainAdt('A40', 'PID|1||1^^^A', `MRG|${billing}|||${only}`))).toEqual(['MRG^1^1 101']);
    }
    const [known] = changesIn(plainAdt('A31', `PID|1|${billing}~2^^^A`));
    expect(known).toMatchObject({ patient: 'Patient/patient.A.2' });
    const merged = changesIn(plainAdt('A40', 'PID|1||1^^^A', `MRG||||${billing}~2^^^A`));
    expect(merged.at(-1)).toMatchObject({ kind: 'link', patient: 'Patient/patient.A.2' });
  });
});

describe('an identity of whom a laboratory speaks', () => {
  const ins = '279035121518989^^^X&1.2.250.1.213.1.4.10&ISO^INS';
  const result = Buffer.from(
    [
      'MSH|^~\\&|SIL|LAB|EAI|GHT|20260310091500||ORU^R01^ORU_R01|L1|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8',
      pidOf({ 3: `42^^^CH^PI~${ins}`, 32: 'VALI', 6: 'MERE' }),
      'OBR|1|1^P|2^F|GLU^Glucose|||20260310080000||||||||||||||||||F',
      'OBX|1|NM|GLU^Glucose||1.30|g/L|||||F',
    ].join('\r'),
  );
  const after = (...messages: readonly Buffer[]): string =>
    JSON.stringify(recordOf(fold(messages.map((bytes) => changesIn(bytes))), RecordKey.of('Patient', 'patient.CH.42')));
  it('is qualified by none of its words', () => {
    const admission = frenchAdt('A28', pidOf({ 3: `42^^^CH^PI~${ins}` }));
    for (const messages of [[admission, result], [result, admission], [result]]) {
      expect(after(...messages)).not.toContain('279035121518989');
      expect(after(...messages)).not.toContain('VALI');
    }
  });
  it('keeps the rest of what it suggests', () => {
    expect(after(result)).toContain('MERE');
    const qualified = frenchAdt('A28', pidOf({ 3: `42^^^CH^PI~${ins}`, 32: 'VALI' }));
    expect(after(qualified, result)).toContain('279035121518989');
  });
});

describe('deletions', () => {
  const drops = (fields: Readonly<Record<number, string>>): readonly string[] =>
    edits(fields).flatMap((edit) =>
      edit.op === 'drop' ? [`${edit.member} ${edit.key}`] : edit.op === 'clear' ? [edit.member] : [],
    );
  it('are of one repetition, by what tells it', () => {
    expect(drops({ 5: '""^^^^^^D' })).toEqual(['name usual']);
    expect(drops({ 11: '""^^^^^^H' })).toEqual(['address home']);
    expect(drops({ 11: '""^^^^^^BDL' })).toEqual([
      'extension http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
    ]);
    expect(drops({ 3: '42^^^CH^PI~""^^^^INS' })).toContain('identifier INS-NIA|urn:oid:1.2.250.1.213.1.4.9');
    expect(drops({ 3: '42^^^CH^PI~""^^^^INS' })).toHaveLength(5);
  });
  it('are of one number among others, by its use and what it is', () => {
    expect(drops({ 13: '""^PRN^PH' })).toEqual(['telecom#13 home|phone']);
    expect(drops({ 13: '""^PRN^CP~""^NET^Internet' })).toEqual(['telecom#13 mobile|phone', 'telecom#13 home|email']);
    expect(drops({ 14: '""^WPN^FX' })).toEqual(['telecom#14 work|fax']);
    expect(drops({ 13: '""^PRN^PH~0601020304^PRN^CP' })).toEqual([]);
  });
  it('are of a whole field', () => {
    expect(drops({ 5: '""', 7: '""', 11: '""', 13: '""', 15: '""', 16: '""' })).toEqual([
      'name',
      'telecom#13',
      'birthDate',
      '_birthDate',
      'address',
      'extension http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
      'communication',
      'maritalStatus',
    ]);
    expect(drops({ 26: '""', 32: '""', 33: '""' })).toHaveLength(3);
  });
  it('say nothing where fields are empty', () => {
    expect(edits({}).map(({ member }) => member)).toEqual(['identifier']);
  });
});

describe('members', () => {
  const value = (fields: Readonly<Record<number, string>>, name: string): unknown => {
    const edit = editOf(edits(fields), name);
    return edit && 'value' in edit ? edit.value : edit?.op;
  };
  it.each([
    ['19800324000000', '1980-03-24'],
    ['19800300', '1980-03'],
    ['19800000', '1980'],
    ['1980', '1980'],
  ])('a birth date of %s is %s', (raw, date) => {
    expect(value({ 7: raw }, 'birthDate')).toBe(date);
  });

  it('death keeps its day: PID-30 alone says no more than that', () => {
    expect(edits({ 29: '20260301', 30: 'Y' }).slice(1)).toEqual([
      { op: 'set', member: 'deceasedDateTime', value: '2026-03-01' },
      { op: 'clear', member: 'deceasedBoolean' },
    ]);
    expect(edits({ 30: 'Y' }).slice(1)).toEqual([{ op: 'set', member: 'deceasedBoolean', value: true }]);
    expect(edits({ 30: 'N' }).slice(1)).toEqual([
      { op: 'set', member: 'deceasedBoolean', value: false },
      { op: 'clear', member: 'deceasedDateTime' },
    ]);
    expect(edits({ 29: '""', 30: '""' }).slice(1)).toEqual([
      { op: 'clear', member: 'deceasedDateTime' },
      { op: 'clear', member: 'deceasedBoolean' },
    ]);
  });

  it('a multiple birth keeps its order', () => {
    expect(edits({ 24: 'Y', 25: '2' }).slice(1)).toContainEqual({
      op: 'set',
      member: 'multipleBirthInteger',
      value: 2,
    });
    expect(edits({ 24: 'Y' }).slice(1)).toEqual([{ op: 'set', member: 'multipleBirthBoolean', value: true }]);
    expect(edits({ 24: 'N' }).slice(1)).toContainEqual({ op: 'clear', member: 'multipleBirthInteger' });
  });

  it('names, birthplace, language, nationality and status are told as FR Core has them', () => {
    expect(value({ 5: 'N^A^A B^^^^L~U^A^^^^^D~P^^^^^^S~V^^^^^^U' }, 'name')).toMatchObject([
      { use: 'official', family: 'N', extension: [{ valueString: 'A B' }] },
      { use: 'usual' },
      { use: 'anonymous' },
      { family: 'V' },
    ]);
    expect(
      value({ 11: '^^^^^^BDL^^63220' }, 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace'),
    ).toMatchObject({
      valueAddress: { extension: [{ valueCoding: { code: '63220' } }] },
    });
    expect(value({ 15: 'FR' }, 'communication')).toMatchObject([{ language: { coding: [{ code: 'fr' }] } }]);
    expect(value({ 26: 'FRA' }, 'http://hl7.org/fhir/StructureDefinition/patient-nationality')).toMatchObject({
      extension: [{ url: 'code' }],
    });
    const status = 'https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability';
    expect(value({ 32: 'VALI~HOMA' }, status)).toMatchObject({
      extension: [{ valueCoding: { code: 'VALI' } }, { valueCoding: { code: 'HOMA' } }],
    });
    expect(value({ 14: '^WPN^PH^^^^^^^^^0102030405' }, 'telecom#14')).toMatchObject([
      { use: 'work', value: '0102030405' },
    ]);
  });

  it('an INS is warned of where its key does not hold or the identity is not qualified', () => {
    const ins = (number: string, status: string): readonly string[] =>
      warningsIn(
        frenchAdt('A31', pidOf({ 3: `42^^^CH^PI~${number}^^^I&1.2.250.1.213.1.4.8&ISO^INS`, 5: 'N', 32: status })),
      );
    expect(ins('279035121518989', 'VALI')).toEqual([]);
    expect(ins('137047624348415', 'VALI')).toEqual([]);
    expect(ins('279035121518988', 'VALI')).toEqual(['ins-key PID-3[2].1']);
    expect(ins('279035121518989', 'PROV')).toEqual(['ins-unqualified PID-32']);
  });
});

describe('contacts (NK1)', () => {
  it('are those that the message names', () => {
    const nk1 = [
      'NK1|1|PROCHE^Ada^^^^^L|SPO^Conjoint|1 rue^^VILLE|^PRN^PH^^^^^^^^^01||C^Urgence|20200101|||||||M',
      'NK1|2||EMR||||||||||ENTREPRISE',
      'NK1|3||SPO',
    ];
    expect(editOf(edits({}, ...nk1), 'contact')).toMatchObject({
      value: [
        {
          relationship: [{ coding: [{ code: 'SPO' }], text: 'Conjoint' }, { coding: [{ code: 'C' }] }],
          name: { family: 'PROCHE', given: ['Ada'] },
          telecom: [{ value: '01' }],
          address: { city: 'VILLE' },
          gender: 'male',
          period: { start: '2020-01-01' },
        },
        { organization: { display: 'ENTREPRISE' } },
        // FHIR asks for a name, a number, an address or an organization: that there is none is said.
        { relationship: [{ coding: [{ code: 'SPO' }] }], name: { extension: [{ valueCode: 'unknown' }] } },
      ],
    });
    expect(editOf(edits({}, 'NK1|1|""'), 'contact')).toEqual({ op: 'clear', member: 'contact' });
    expect(editOf(edits({}, 'NK1|1'), 'contact')).toBeUndefined();
  });
});

describe('French segments', () => {
  const extension = (name: string, ...segments: readonly string[]): unknown => {
    const edit = editOf(edits({}, ...segments), `urn:reprise:${name}`);
    return edit && 'value' in edit ? edit.value : edit?.op;
  };
  it('ZFA, ZFD and ZFP stand with the patient', () => {
    expect(extension('dmp-status', 'ZFA|ACTIF|20260301')).toMatchObject({ valueCoding: { code: 'ACTIF' } });
    expect(extension('dmp-status-collected', 'ZFA|ACTIF|20260301')).toMatchObject({ valueDateTime: '2026-03-01' });
    expect(extension('dmp-status', 'ZFA|""')).toBe('drop');
    expect(extension('identity-obtained', 'ZFD|||Y|N|INSI|20211201')).toMatchObject({ valueCoding: { code: 'INSI' } });
    expect(extension('identity-asked', 'ZFD|||Y|N|INSI|20211201')).toMatchObject({ valueDateTime: '2021-12-01' });
    expect(extension('sms-consent', 'ZFD|||Y|N|INSI|20211201')).toMatchObject({ valueBoolean: true });
    expect(extension('lunar-birth-date', 'ZFD|1990^2^30')).toMatchObject({ valueString: '1990-2-30' });
    expect(extension('socio-professional-category', 'ZFP|4|42')).toMatchObject({ valueCoding: { code: '42' } });
    expect(extension('dmp-feeding', 'ZFA|ACTIF')).toBeUndefined();
  });
  it('ZFS is one extension a period, taken away by CANCEL', () => {
    const zfs = (action: string): string => `ZFS|1|7^CH|20260301080000||${action}|SDT|5`;
    const parts = ['mode', 'start', 'rimp'].map((part) => `legal-care:CH:7:${part}`);
    expect(parts.map((part) => typeof extension(part, zfs('INSERT')))).toEqual(['object', 'object', 'object']);
    expect(extension('legal-care:CH:7:end', zfs('INSERT'))).toBeUndefined();
    for (const part of parts) expect(extension(part, zfs('CANCEL'))).toBe('drop');
  });
  it('told in part leave the rest as it stands, and delete what they name alone', () => {
    const stands = (...segments: readonly string[]): readonly string[] => {
      const told = segments.map((segment) => frenchAdt('A31', pidOf({}), segment));
      const patient = foldAdt(told).records.get('Patient/patient.CH.42') ?? '';
      return [...patient.matchAll(/"url":"urn:reprise:([^"]*)"/g)].map(([, url]) => url ?? '').sort();
    };
    expect(stands('ZFA|ACTIF|20260301', 'ZFA|||20260501')).toEqual([
      'dmp-closed',
      'dmp-status',
      'dmp-status-collected',
    ]);
    expect(stands('ZFA|ACTIF|20260301', 'ZFA||""')).toEqual(['dmp-status']);
    expect(stands('ZFD|||||INSI|20211201|CN|20300101', 'ZFD|||||||""')).toEqual([
      'identity-asked',
      'identity-obtained',
      'identity-proof-valid-until',
    ]);
    expect(stands('ZFS|1|7^CH|20260301080000||INSERT|SDT', 'ZFS|1|7^CH||20260302080000|UPDATE')).toHaveLength(3);
  });
  it('others stay in the bytes', () => {
    const bytes = frenchAdt('A31', pidOf({}), 'ZZZ|any^thing');
    expect(changesIn(bytes)).toHaveLength(1);
  });
});

it('a sender of another country says what it says: no INSEE codes, no list of given names', () => {
  const pid = 'PID|1||1^^^C^MR||N^A^B^^^^L||1980|M|||1 Main St^^TOWN^ST^1^USA^H^^12345';
  const said = JSON.stringify(identityEdits(plainAdt('A28', 'EVN||2024', pid)));
  expect(said).toContain('"district":"12345"');
  expect(said).toContain('"given":["A","B"]');
});
