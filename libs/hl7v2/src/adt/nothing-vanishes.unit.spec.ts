import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { contextOf } from '../fixtures/context.js';
import { readMessage } from '../read-message.js';
import { saidBy } from '../fixtures/canaries.js';
import { foldAdt } from '../fixtures/folded-adt.js';
import { changesIn, frenchAdt, identityEdits, movementsOf, plainAdt, warningsIn } from '../fixtures/adt.js';

const pid = (fields: Readonly<Record<number, string>>): string => {
  const values: Readonly<Record<number, string>> = { 3: '42^^^CH^PI', ...fields };
  const last = Math.max(...Object.keys(values).map(Number));
  return ['PID', ...Array.from({ length: last }, (_, at) => values[at + 1] ?? '')].join('|');
};
const member = (fields: Readonly<Record<number, string>>, name: string): unknown => {
  const edit = identityEdits(plainAdt('A28', pid(fields))).find((one) => one.op !== 'drop' && one.member === name);
  return edit && 'value' in edit ? edit.value : edit?.op;
};
const visit = (place: string, more = ''): string => `PV1|1|I|${place}||||||||||||||||V1${more}`;
const locationsOf = (...places: readonly string[]): readonly Record<string, unknown>[] =>
  places.flatMap((place) =>
    changesIn(plainAdt('A01', pid({}), visit(place))).flatMap((change) =>
      change.kind === 'put' && change.record.startsWith('Location/')
        ? [JSON.parse(Buffer.from(change.content).toString()) as Record<string, unknown>]
        : [],
    ),
  );

describe('text that holds a sub-component separator', () => {
  it.each([
    ['MARTIN & DUPONT^Zoe', 'MARTIN & DUPONT'],
    ['MARTIN&DUPONT^Zoe', 'MARTIN&DUPONT'],
    ['LE GALL&X&Y^Zoe', 'LE GALL&X&Y'],
  ])('is the whole family name of %s', (name, family) => {
    expect(member({ 5: name }, 'name')).toMatchObject([{ family }]);
    expect(warningsIn(plainAdt('A28', pid({ 5: name })))).toEqual([]);
  });

  it('is a family name with its parts where the first is the whole (FN)', () => {
    expect(member({ 5: 'van der Berg&van der&Berg^Zoe' }, 'name')).toMatchObject([
      {
        family: 'van der Berg',
        _family: {
          extension: [
            { url: 'http://hl7.org/fhir/StructureDefinition/humanname-own-prefix', valueString: 'van der' },
            { url: 'http://hl7.org/fhir/StructureDefinition/humanname-own-name', valueString: 'Berg' },
          ],
        },
      },
    ]);
  });

  it('is the whole line of an address, its city and its country', () => {
    expect(member({ 11: '12 rue A & B^bât. C & D^SAINT & MARTIN^^^F & R^H' }, 'address')).toMatchObject([
      { line: ['12 rue A & B', 'bât. C & D'], city: 'SAINT & MARTIN', country: 'F & R' },
    ]);
    expect(member({ 11: '&rue du Modèle&12^^VILLE' }, 'address')).toMatchObject([{ line: ['12 rue du Modèle'] }]);
    expect(member({ 11: '12 rue du Modèle&rue du Modèle&12^^VILLE' }, 'address')).toMatchObject([
      { line: ['12 rue du Modèle'] },
    ]);
  });

  it('is the whole name of a ward, a room and a unit', () => {
    expect(locationsOf('MED & CHIR^1 & 2^A')).toMatchObject([
      { name: 'MED & CHIR 1 & 2 A', identifier: [{ value: 'MED & CHIR^1 & 2^A' }] },
    ]);
    const zbe = 'ZBE|1^CH|20260310090000||INSERT|N||MED & CHIR^^^^^^UF^^^36&20|Soins & co^^^^^^UF^^^3621|HMS';
    const said = JSON.stringify(movementsOf(frenchAdt('A01', pid({ 5: 'N^P^^^^^L', 32: 'PROV' }), visit('3620'), zbe)));
    for (const text of ['"MED & CHIR"', '"36&20"', '"Soins & co"']) expect(said).toContain(text);
  });
});

describe('a place', () => {
  it.each([
    ['W^101^P^FAC1', 'W^101^P^FAC2'],
    ['W^101^P^FAC1&1.2.3.4&ISO', 'W^101^P^FAC2&1.2.3.5&ISO'],
    ['W^101^P^^^^B1', 'W^101^P^^^^B2'],
    ['W^101^P^^^^^1', 'W^101^P^^^^^2'],
    ['W^101^P', 'W^101^P^FAC1'],
  ])('%s is another than %s', (one, other) => {
    const [a, b] = locationsOf(one, other);
    expect(a?.['id']).not.toBe(b?.['id']);
    expect(warningsIn(plainAdt('A01', pid({}), visit(one)))).toEqual([]);
  });

  it('keeps the record that it had where no more than ward, room and bed is told', () => {
    expect(locationsOf('W^101^P', 'W^101^P^^O')).toMatchObject([
      { id: 'location.750712184.W-101-P' },
      { id: 'location.750712184.W-101-P' },
    ]);
  });

  it('shows facility, building, floor, description and its own identifier; the stay in it the state of the bed', () => {
    const place = 'W^101^P^FAC&1.2.3&ISO^O^N^BAT^ETAGE^au fond^L77&MOS&1.2.9&ISO';
    const said = saidBy(changesIn(plainAdt('A01', pid({}), visit(place))));
    for (const text of ['fac', '1.2.3', 'bat', 'etage', 'au fond', 'l77', 'urn:oid:1.2.9', 'bed-status'])
      expect(said).toContain(text);
    expect(warningsIn(plainAdt('A01', pid({}), visit(place)))).toEqual([]);
    const { records } = foldAdt([plainAdt('A01', pid({}), visit(place))]);
    const encounter = [...records].find(([key]) => key.startsWith('Encounter/visit'))?.[1] ?? '';
    expect(JSON.parse(encounter)).toMatchObject({
      location: [{ extension: [{ url: 'urn:reprise:bed-status', valueCoding: { code: 'O' } }] }],
    });
  });
});

describe('a responsible unit', () => {
  const unitOf = (xon: string): unknown => {
    const zbe = `ZBE|1^CH|20260310090000||INSERT|N||${xon}||M`;
    const [change] = movementsOf(frenchAdt('A02', pid({ 5: 'N^P^^^^^L', 32: 'PROV' }), visit('3620'), zbe));
    const edit = change?.movement?.edits.find((one) => one.member === 'serviceProvider');
    return edit && 'value' in edit ? edit.value : undefined;
  };
  it('of another authority is another unit', () => {
    const own = { identifier: { system: 'urn:reprise:750712184:uf', value: '3620' }, display: 'Cardio' };
    expect(unitOf('Cardio^^^^^^UF^^^3620')).toMatchObject(own);
    expect(unitOf('Cardio^^^^^750712184^UF^^^3620')).toMatchObject(own);
    expect(unitOf('Cardio^^^^^AUTRE&1.2.3&ISO^UF^^^3620')).toMatchObject({
      identifier: { system: 'urn:oid:1.2.3', value: '3620', assigner: { display: 'AUTRE' } },
    });
  });
});

describe('a code that is in no table', () => {
  it.each([
    [{ 5: 'N^P^^^^^CURRENT' }, 'name', 'PID-5[1].7', 'CURRENT'],
    [{ 8: 'X' }, '_gender', 'PID-8', 'X'],
    [{ 11: '1 rue^^V^^^^PRINCIPALE' }, 'address', 'PID-11[1].7', 'PRINCIPALE'],
    [{ 13: '0199^MAISON^PH' }, 'telecom#13', 'PID-13.2', 'MAISON'],
    [{ 13: '0199^PRN^DRONE' }, 'telecom#13', 'PID-13.3', 'DRONE'],
  ])('%j is kept as it was sent, with a warning', (fields, name, place, code) => {
    expect(warningsIn(plainAdt('A28', pid(fields)))).toEqual([`code-unknown ${place}`]);
    expect(JSON.stringify(member(fields, name))).toContain(`"code":"${code}"`);
  });

  it('of a contact is kept too', () => {
    const nk1 = 'NK1|1|N^P|ZZZ^autre|1 rue^^V^^^^PRINCIPALE|0199^MAISON';
    const message = plainAdt('A28', pid({}), nk1);
    expect([...warningsIn(message)].sort()).toEqual(['code-unknown NK1[1]-4.7', 'code-unknown NK1[1]-5.2']);
    const said = JSON.stringify(identityEdits(message));
    for (const code of ['ZZZ', 'PRINCIPALE', 'MAISON']) expect(said).toContain(`"code":"${code}"`);
  });

  it('of a class keeps its table where FHIR has no word', () => {
    const classOf = (code: string): unknown => {
      const [change] = movementsOf(plainAdt('A01', pid({}), `PV1|1|${code}|W||||||||||||||||V1`));
      const edit = change?.visitEdits.find((one) => one.member === 'class');
      return edit && 'value' in edit ? edit.value : undefined;
    };
    expect(classOf('C')).toEqual({ system: 'http://terminology.hl7.org/CodeSystem/v2-0004', code: 'C' });
    expect(classOf('Q')).toEqual({ system: 'http://terminology.hl7.org/CodeSystem/v2-0004', code: 'Q' });
  });
});

describe('of two that have one place', () => {
  it('a moment that another field contradicts is warned of, one that it repeats is not', () => {
    const end = (evn6: string, pv145: string): readonly string[] =>
      warningsIn(
        plainAdt(
          'A03',
          `EVN|A03|20260310||||${evn6}`,
          pid({}),
          `PV1|1|I|W${'|'.repeat(16)}V1${'|'.repeat(26)}${pv145}`,
        ),
      );
    expect(end('202603101000', '202603101000')).toEqual([]);
    expect(end('', '202603101000')).toEqual([]);
    expect(end('202603101000', '202603100900')).toEqual(['not-represented PV1-45']);
  });

  it('both are shown: an address and a number in one XTN, two numbers, further names and addresses of a contact', () => {
    expect(member({ 13: '0199^PRN^PH^a@b.fr^^^^^^^^0288' }, 'telecom#13')).toMatchObject([
      { system: 'email', value: 'a@b.fr' },
      { system: 'phone', value: '0288' },
      { system: 'phone', value: '0199' },
    ]);
    const nk1 = 'NK1|1|N^P~AUTRE^NOM|MTH|1 rue^^V~2 rue^^W|||||||||||CH A~CH B';
    const message = plainAdt('A28', pid({}), nk1.replace('|||||||||||CH', '|||||||||CH'));
    const said = JSON.stringify(identityEdits(message));
    for (const text of ['AUTRE', '2 rue', 'CH A', 'CH B']) expect(said).toContain(text);
    expect(warningsIn(message)).toEqual([]);
  });

  it('a second birthplace is warned of', () => {
    expect(warningsIn(plainAdt('A28', pid({ 11: '^^A^^^^BDL~^^B^^^^BDL', 23: 'C' })))).toEqual([
      'not-represented PID-11[2].3',
      'not-represented PID-11[2].7',
      'not-represented PID-23',
    ]);
  });
});

describe('what was seen to vanish', () => {
  it('a contact of whom no more than the kinship is known is a contact', () => {
    const said = JSON.stringify(
      identityEdits(plainAdt('A28', pid({}), 'NK1|1||MTH^Mere|||||20200101|20251231', 'NK1|2||DAU^Fille')),
    );
    for (const text of ['"Mere"', '"Fille"', '2020-01-01', 'data-absent-reason']) expect(said).toContain(text);
  });

  it('an escape of bytes that are no characters of the message stays to be read', () => {
    const message = Buffer.from(
      plainAdt('A28', pid({ 5: 'REN\\XE9\\^P' }))
        .toString()
        .replace('|P|2.3', '|P|2.3||||||UNICODE UTF-8'),
    );
    expect(JSON.stringify(identityEdits(message))).toContain('REN\\\\XE9\\\\');
  });

  it.each(['700101', '99991231', '3000'])('%s is no birth date', (born) => {
    expect(warningsIn(plainAdt('A28', pid({ 7: born })))).toEqual(['date-invalid PID-7']);
    expect(member({ 7: born }, 'birthDate')).toBeUndefined();
  });

  it('the first of one birth is no multiple birth', () => {
    const told = identityEdits(plainAdt('A28', pid({ 24: 'N', 25: '1' })));
    expect(told).toContainEqual({ op: 'set', member: 'multipleBirthBoolean', value: false });
    expect(warningsIn(plainAdt('A28', pid({ 24: 'N', 25: '1' })))).toEqual([]);
    expect(warningsIn(plainAdt('A28', pid({ 24: 'N', 25: '2' })))).toEqual(['not-represented PID-24']);
  });

  it.each(['VAN DER BERG&van der&BERG&&DUPONT', 'LE GOFF&LE'])('%s is a family name with parts', (name) => {
    expect(member({ 5: `${name}^P` }, 'name')).toMatchObject([{ family: name.split('&')[0] }]);
    expect(warningsIn(plainAdt('A28', pid({ 5: `${name}^P` })))).toEqual([]);
  });

  it('nothing that is blanked before it is recorded reaches a record', () => {
    const fields = { 2: 'QZX2', 4: 'QZX4^^^CH', 9: 'QZX9^P', 12: 'QZX12', 19: 'QZX19', 20: 'QZX20^CH', 28: 'QZX28' };
    const forbidden = { 10: 'QZX10', 17: 'QZX17', 22: 'QZX22' };
    const french = frenchAdt('A28', pid({ 5: 'N^P^^^^^L', 32: 'PROV', ...fields, ...forbidden }));
    expect(saidBy(changesIn(french))).not.toContain('qzx');
    const plain = saidBy(changesIn(plainAdt('A28', pid({ ...fields, ...forbidden }))));
    for (const field of Object.keys(fields)) expect(plain).toContain(`qzx${field}`);
    for (const field of Object.keys(forbidden)) expect(plain).not.toContain(`qzx${field}`);
  });

  it('a reason in words is no mode of legal care', () => {
    const pv2 = (reason: string): string => {
      const base = [
        pid({ 5: 'N^P^^^^^L', 32: 'PROV' }),
        visit('3620'),
        'ZBE|1^CH|20260310090000||INSERT|N||||HMS',
      ] as const;
      return JSON.stringify(movementsOf(frenchAdt('A01', ...base, `PV2|||${reason}`)));
    };
    expect(pv2('^Chute de sa hauteur')).not.toContain('legal-care');
    expect(pv2('^Chute de sa hauteur')).toContain('Chute de sa hauteur');
    expect(pv2('SDT^Sur demande')).toContain('legal-care');
  });

  it.each(['^?\\&', '^~\\', '^~&\\', '^-\\&'])('delimiters %s are warned of', (encoding) => {
    const message = plainAdt('A28', pid({ 3: '42' }))
      .toString()
      .replace('^~\\&', encoding);
    expect(warningsIn(Buffer.from(message))).toContain('delimiters-unusual MSH-2');
    expect(warningsIn(plainAdt('A28', pid({})))).toEqual([]);
  });

  it('a move says nothing of what it moved that is not so', () => {
    const mrg = 'MRG|43^^^CH^PI||24000006^^^CH^AN||V1^^^CH^VN';
    for (const [trigger, fields] of [
      ['A44', /MRG-[13]/],
      ['A45', /MRG-[15]/],
    ] as const)
      expect(
        warningsIn(
          plainAdt(trigger, pid({ 18: '24000006^^^CH^AN' }), mrg, visit('W').replace('V1', 'V1^^^CH^VN')),
        ).filter((one) => one.startsWith('not-represented') && fields.test(one)),
      ).toEqual([]);
  });

  it('places whose names hold a separator are places of their own', () => {
    const [a, b] = locationsOf('W^101', 'W\\S\\101');
    const [c, d] = locationsOf('W^101^^F', 'W^101^\\S\\F');
    expect([a?.['identifier'], c?.['identifier']]).not.toEqual([b?.['identifier'], d?.['identifier']]);
    expect(JSON.stringify(a?.['identifier'])).not.toBe(JSON.stringify(b?.['identifier']));
    expect(JSON.stringify(c?.['identifier'])).not.toBe(JSON.stringify(d?.['identifier']));
  });

  const allergy = (application: string, ...al1: readonly string[]): Buffer =>
    Buffer.from(
      plainAdt('A31', pid({}), ...al1)
        .toString()
        .replace('|ADT|', `|${application}|`),
    );
  const standing = (messages: readonly Buffer[], type: string): readonly string[] =>
    [...foldAdt(messages).records].flatMap(([key, text]) => (key.startsWith(type) && text !== '' ? [text] : []));

  it('the list of one application behind a sender removes nothing of another’s', () => {
    const messages = [allergy('DPI', 'AL1|1|DA|PENI^Penicilline|SV'), allergy('DIET', 'AL1|1|FA|NOIX^Noix|MO')];
    expect(standing(messages, 'AllergyIntolerance/')).toHaveLength(2);
    expect(
      standing([...messages, allergy('DPI', 'AL1|1|DA|IODE^Iode|MO')], 'AllergyIntolerance/').join(),
    ).not.toContain('PENI');
  });

  it('a code that is written like the key of a second takes nobody’s place', () => {
    const message = allergy(
      'DPI',
      'AL1|1|DA|PEN^Pen^L|MO|rash',
      'AL1|2|DA|PEN^Pen^L|SV|shock',
      'AL1|3|DA|PEN^Pen^L#2|MI|x',
    );
    // Ids that can be read write all odd characters alike.
    const reading = readMessage(message, { ...contextOf(), idOf: (...words) => hash('sha256', words.join('\n')) });
    const changes = reading.accepted ? reading.event.changes : [];
    const members = changes.flatMap((change) => (change.kind === 'collection' ? change.members : []));
    expect(new Set(members.map(({ record }) => record)).size).toBe(3);
  });

  it('an observation that is deleted takes no other with it', () => {
    const told = (...obx: readonly string[]): Buffer => plainAdt('A08', pid({}), visit('W'), ...obx);
    const messages = [told('OBX|1|NM|TA||172|cm|||||F', 'OBX|2|NM|PO||70|kg|||||F'), told('OBX|1|NM|TA||172|cm|||||D')];
    const left = standing(messages, 'Observation/');
    expect(left).toHaveLength(1);
    expect(left.join()).toContain('PO');
  });
});

describe('what a segment holds of which no family is told', () => {
  it('is warned of by its name', () => {
    expect(warningsIn(plainAdt('A28', pid({}), 'PR1|1||X|Y', 'ZXX|1|a'))).toEqual([
      'not-represented PR1',
      'not-represented ZXX',
    ]);
  });
});
