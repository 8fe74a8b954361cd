import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evolve, FoldMemory, Instant, originalTimeline, RecordKey } from '#domain';
import { validateResource } from '#fhir';
import { anEvent, asRecorded } from '../../../testing/src/builders/feed.js';
import { allRecords, recordOf } from '../../../testing/src/builders/folded.js';
import { contextOf } from '../fixtures/context.js';
import { frenchAdt } from '../fixtures/adt.js';
import { clinicalSegments } from '../fixtures/clinical.js';
import { readMessage } from '../read-message.js';

const everything = [
  'PID|1||42^^^CH^PI~279035121518989^^^I&1.2.250.1.213.1.4.10&ISO^INS^^20200101^20300101||FICTIVE^Zoé^Zoé Marie^^^^L~U^Z^^III^DR^^D|MERE^A|19790301|F|||1 rue^bis^VILLE^^63000^FRA^H~^^^^^^BDL^^63220||^PRN^PH^^^^^^^^^01~^NET^Internet^a@b.fr|^WPN^PH^^33^4^5^6|FR^Français|M^Marié|X|A1^^^CH^AN||||VILLE|Y|2|FRA^Française|||20260301|Y||VALI~HOMA|20260301',
  'NK1|1|PROCHE^Ada^^^^^L|SPO^Conjoint|1 rue^^VILLE|^PRN^PH^^^^^^^^^01||C^Urgence|20200101|20210101||||ENTREPRISE||M||||||||||||||||||7^^^CH^PI',
  'PV1|1|I|MED^201^A|R|P1^^^CH||10000023084^AGNES^I^^^^^^P&1.2.250.1.71.4.2.1&ISO^L^^^RPPS|8^R|9^C~10^D|CAR|||R|7||Y|17^A||V1^^^CH^VN|||||||||||||||||8|LIEU^20260301|||||CHIR^1^B||20260310|20260311|||||V2',
  'PV2|||SDT^Soins|||||20260310|20260311|||||||||||||||||||||||||||||2^Ambulance|||||||||20260312',
  'ZBE|1001^CH|20260310090000|20260311|INSERT|N||Cardio^^^^^CH^UF^^^3620|Soins^^^^^CH^UF^^^3621|HMS',
  'ZFA|ACTIF|20260301|20260302||||||IO|20260301|IC|20260301',
  'ZFP|4|42',
  'ZFV|LIEU^20260101|2||20260101|20260102|^^VILLE^^^^ORI~^^VILLE^^^^DST|N1^^^CH|N2^^^CH|X|5|MED',
  'ZFM|8|9|1|1|5',
  'ZFD|1990^2^30|39|Y|N|INSI|20211201|CN|20300101',
  'ZFS|1|7^CH|20260301|20260401|INSERT|SDT^Soins|5',
  'ROL|R1^CH|UP|CP^Avis^HL70443|9^C^D~10^E|20260310|20260311|^Mois|R^Raison|S^Généraliste|O^Cabinet|1 rue^^VILLE|^WPN^PH^^^^^^^^^02',
  ...clinicalSegments,
];
const triggersAll = ['A01', 'A02', 'A03', 'A05', 'A15', 'A31', 'A54', 'Z80', 'Z99', 'A40', 'A44', 'A47'];
const piece = fc.oneof(
  fc.constantFrom(
    '|',
    '^',
    '~',
    '&',
    '\\',
    '\\.br\\',
    '\\X0D\\',
    '\\X09\\',
    '""',
    '  ',
    '\r',
    '^^',
    '\rNK1|',
    '\rZBE|',
    '\rMRG|9^^^CH^PI',
    '\rAL1|',
    '\rDG1|1||',
  ),
  fc.constantFrom('20260230', '00000000', '9999', 'https://x.invalid/ a', 'INS', 'BDL', 'Y', 'CANCEL', '7'),
  fc.string({ maxLength: 6 }),
);
const mutation = fc.record({ at: fc.integer({ min: 0, max: 9_999 }), cut: fc.nat(12), put: piece });

const folded = (messages: readonly Buffer[]): FoldMemory => {
  const changes = messages.flatMap((message) => {
    const reading = readMessage(message, contextOf());
    return reading.accepted ? [reading.event.changes] : [];
  });
  const state = new FoldMemory(Instant.of(0));
  for (const recorded of asRecorded(changes.map((one) => anEvent(one))))
    state.absorb(evolve(state, recorded, originalTimeline));
  return state;
};

/** Events of these messages folded, and what R4 has against the records. */
const faultsOf = (messages: readonly Buffer[]): { readonly faults: readonly string[]; readonly records: number } => {
  const state = folded(messages);
  const standing = [...state.heads].filter(([, { deleted }]) => !deleted);
  const faults = standing.flatMap(([key, { content }]) =>
    validateResource(RecordKey.type(key), JSON.parse(Buffer.from(content ?? []).toString()))
      .filter(({ severity }) => severity === 'error')
      .map(({ text, location }) => `${location}: ${text}`),
  );
  return { faults: [...faults, ...state.parked.map(({ reason }) => reason)], records: state.heads.size };
};

describe('ADT', () => {
  it('with everything that is read makes records that are FHIR R4', () => {
    for (const trigger of triggersAll) {
      const message = frenchAdt(trigger, ...everything, 'MRG|43^^^CH^PI||A1^^^CH^AN||V1^^^CH^VN');
      expect(faultsOf([message]).faults).toEqual([]);
    }
  });

  it('that is mutated never throws, never parks its patient, and makes records that are FHIR R4', () => {
    let made = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...triggersAll),
        fc.array(mutation, { minLength: 1, maxLength: 6 }),
        (trigger, mutations) => {
          let text = everything.join('\r');
          for (const { at, cut, put } of mutations) {
            const from = Math.floor((at / 10_000) * text.length);
            text = text.slice(0, from) + put + text.slice(from + cut);
          }
          const { faults, records } = faultsOf([frenchAdt('A01', ...everything), frenchAdt(trigger, text)]);
          made += records;
          expect(faults).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
    expect(made).toBeGreaterThan(900);
  });
});

describe('people that ADT merges, links, renumbers and takes apart', () => {
  const numbers = ['1', '2', '3', '4'];
  const pid = (ipp: string, address = ''): string =>
    `PID|1||${ipp}^^^CH^PI||FICTIF${ipp}^Ada^^^^^L||1950|F|||${address}`;
  const of = (trigger: string, one: string, other: string): Buffer =>
    trigger === 'A40'
      ? frenchAdt('A40', pid(one), `MRG|${other}^^^CH^PI`)
      : frenchAdt(trigger, pid(one), 'PV1|1|N', pid(other).replace('PID|1', 'PID|2'), 'PV1|1|N');
  /** Transfer of the visit that began under the number `visit`, told under the number `ipp`. */
  const moved = (visit: string, ipp: string, id: number, trigger = 'A02'): Buffer =>
    frenchAdt(
      trigger,
      pid(ipp),
      `PV1|1|I|UF${id}${'|'.repeat(16)}V${visit}^^^CH^VN`,
      `ZBE|${id}^CH|202603${10 + (id % 20)}080000||INSERT|N||||HMS`,
    );
  const begun = numbers.map((ipp, index) => moved(ipp, ipp, index + 1, 'A01'));
  const pair = fc.tuple(fc.constantFrom(...numbers), fc.constantFrom(...numbers)).filter(([a, b]) => a !== b);
  const word = fc.tuple(fc.constantFrom('A40', 'A40', 'A40', 'A24', 'A37'), pair);
  const linksOf = (state: FoldMemory, ipp: string): string =>
    JSON.stringify(recordOf(state, RecordKey.of('Patient', `patient.CH.${ipp}`))?.['link'] ?? []);
  const ownersOf = (state: FoldMemory): readonly unknown[] =>
    numbers.map((visit) => recordOf(state, RecordKey.of('Encounter', `visit.CH.V${visit}`))?.['subject']);

  it('are as before once a merge is taken back, among people who were merged already', () => {
    let [undone, chained] = [0, 0];
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), pair, (words, [one, other]) => {
        const history = [...begun, ...words.map(([trigger, [a, b]]) => of(trigger, a, b))];
        const before = folded(history);
        if (linksOf(before, one).includes(`.CH.${other}"`)) return;
        undone++;
        if (linksOf(before, one) !== '[]' || linksOf(before, other) !== '[]') chained++;
        expect(allRecords(folded([...history, of('A40', one, other), of('A37', other, one)]))).toEqual(
          allRecords(before),
        );
      }),
      { numRuns: 150 },
    );
    expect(undone).toBeGreaterThan(60);
    expect(chained).toBeGreaterThan(25);
  });

  it('have each his own stay again, under whichever number it went on meanwhile', () => {
    const stays = fc.tuple(pair, fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 10, max: 29 })), { maxLength: 6 }));
    fc.assert(
      fc.property(stays, fc.boolean(), ([[one, other], told], isChain) => {
        const third = numbers.find((ipp) => ipp !== one && ipp !== other) ?? '';
        const merges = isChain ? [of('A40', third, one), of('A40', other, third)] : [of('A40', other, one)];
        const undo = isChain ? [of('A37', third, one), of('A37', other, third)] : [of('A37', one, other)];
        const meanwhile = told.map(([isOther, id]) => moved(one, isOther ? other : one, id));
        const state = folded([...begun, ...merges, ...meanwhile]);
        expect(ownersOf(state)).toEqual(ownersOf(folded(begun)));
        expect(ownersOf(folded([...begun, ...merges, ...meanwhile, ...undo]))).toEqual(ownersOf(folded(begun)));
      }),
      { numRuns: 60 },
    );
  });

  it('keep what was told of them under the number that lived when they get their former number back', () => {
    const renumbered = (from: string, to: string): Buffer =>
      frenchAdt('A47', `PID|1||${to}^^^CH^PI`, `MRG|${from}^^^CH^PI`);
    const at = (ipp: string, street: string): Buffer => frenchAdt('A31', pid(ipp, `${street}^^VILLE^^63000^^H`));
    const state = folded([
      at('1', 'one'),
      renumbered('1', '2'),
      at('1', 'two'),
      at('2', 'three'),
      renumbered('2', '1'),
    ]);
    expect(recordOf(state, RecordKey.of('Patient', 'patient.CH.1'))).toMatchObject({
      active: true,
      identifier: [{ value: '1' }],
      address: [{ line: ['three'] }],
    });
  });
});
