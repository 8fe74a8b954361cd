import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordKey } from '#domain';
import { after, followed, msh, obx, pid, recordsOf } from './fixtures.js';

const her = pid;
const his = 'PID|1||43^^^CH^PI||FICTIF^Yves^^^^^L';
const iono = '24326-1^Ionogramme^LN';
const [potassium, sodium] = ['2823-3^Potassium^LN', '2951-2^Sodium^LN'];

interface Order {
  readonly placer?: string;
  readonly filler?: string;
  readonly at?: string;
  readonly code?: string;
  readonly status?: string;
}
const order = ({ placer = '', filler = '000000000000', at = '', code = iono, status = 'F' }: Order): string =>
  `OBR|1|${placer}|${filler}|${code}|||${at}|||||||||||||||20260310090000||CH|${status}`;

const told = (who: string, about: Order, ...results: readonly string[]): readonly string[] => [
  msh(),
  who,
  order(about),
  ...(results.length > 0 ? results : [obx()]),
];

/** Of these, whose values they show, by patient. */
const valuesOf = (held: ReadonlyMap<RecordKey, string>): readonly string[] =>
  recordsOf(held, 'Observation')
    .map((one) => `${String(one['subject']?.['reference']).slice(-6)} ${String(one['valueQuantity']?.['value'])}`)
    .sort();

const [day1, day2] = ['20260310080000', '20260311080000'];
const [P1, P2] = ['P1^DPI', 'P2^DPI'];

describe('a filler number that comes back', () => {
  const reused = ['1: filler-number-reused OBR[1]-3'];

  it.each([
    ['for another patient', told(her, { at: day1 }), told(his, { at: day1 }, obx({ value: '4.10' }))],
    ['for another patient, as a correction', told(her, {}), told(his, { status: 'C' }, obx({ status: 'C' }))],
    ['for another patient, under the same placer', told(her, { placer: P1 }), told(his, { placer: P1 })],
    ['for one patient on two days', told(her, { at: day1 }), told(her, { at: day2 }, obx({ value: '4.10' }))],
    ['on two days, with another result', told(her, { at: day1 }), told(her, { at: day2 }, obx({ code: sodium }))],
    [
      'for another order of one day, with another result',
      told(her, { placer: P1, at: day1 }),
      told(her, { placer: P2, at: '20260310120000' }, obx({ code: sodium })),
    ],
    ['for another order without a time', told(her, { placer: P1 }), told(her, { placer: P2 }, obx({ code: sodium }))],
    [
      'in the ORC',
      [msh(), her, 'ORC|RE||N1', order({ filler: '' }), obx()],
      [msh(), his, 'ORC|RE||N1', order({ filler: '' }), obx()],
    ],
    ['as the placer’s', told(her, { placer: P1, filler: '' }), told(his, { placer: P1, filler: '' })],
  ])('%s makes records of its own and says so', (_what, first, second) => {
    const alone = after(first);
    const { held, said } = followed([first, second]);
    for (const [key, content] of alone) expect(held.get(key)).toBe(content);
    expect(held.size).toBe(alone.size + after(second).size);
    expect(said.map((one) => one.replace(/ (?:ORC|OBR)\[1\]-[23]$/, ' OBR[1]-3'))).toEqual(reused);
  });

  it('says where the number stands', () => {
    const orc = (who: string) => [msh(), who, 'ORC|RE||N1', order({ filler: '' }), obx()];
    const placer = (who: string) => told(who, { placer: P1, filler: '' });
    expect(followed([orc(her), orc(his)]).said).toEqual(['1: filler-number-reused ORC[1]-3']);
    expect(followed([placer(her), placer(his)]).said).toEqual(['1: filler-number-reused OBR[1]-2']);
  });

  it.each([
    ['with the same placer', { placer: P1, at: day1 }, { placer: P1, at: day2 }, 'F', sodium],
    ['with the same specimen time', { placer: P1, at: day1 }, { placer: P2, at: day1 }, 'F', sodium],
    ['with the same time, written otherwise', { at: day1 }, { at: '202603100700+0000' }, 'F', sodium],
    ['of a preliminary result', { at: day1, status: 'P' }, { at: day2 }, 'F', potassium],
    ['that says that it corrects', { placer: P1, at: day1 }, { placer: P2, at: day2, status: 'C' }, 'C', potassium],
    ['that takes the result back', { placer: P1, at: day1 }, { placer: P2, at: day2 }, 'D', potassium],
    ['that corrects the hour alone', { at: day1 }, { at: '20260310093000' }, 'F', potassium],
    ['that names the placer', { at: day1 }, { placer: P1 }, 'F', sodium],
    ['that tells nothing but the number', { placer: P1, at: day1 }, {}, 'F', sodium],
  ] satisfies readonly [string, Order, Order, string, string][])(
    'for the same order stays one: a message %s',
    (_what, first: Order, second, status, code) => {
      const before = told(her, first, obx({ status: first.status ?? 'F' }));
      const { held, said } = followed([before, told(her, second, obx({ code, status, value: '4.10' }))]);
      expect(said).toEqual([]);
      expect(recordsOf(held, 'DiagnosticReport')).toHaveLength(1);
      expect([...held.keys()].every((key) => RecordKey.inFirstUse(key) === key)).toBe(true);
      if (code === potassium && status !== 'D') expect(valuesOf(held).map((one) => one.slice(-3))).toEqual(['4.1']);
    },
  );

  it('is corrected in the use that it was told in, whoever was told in between', () => {
    const by = (who: string, value: string, status = 'F') => told(who, { at: day1, status }, obx({ value, status }));
    const { held, said } = followed([
      by(her, '1'),
      by(his, '2'),
      by(her, '3', 'C'),
      by(his, '4', 'C'),
      by(her, '5', 'C'),
    ]);
    expect(valuesOf(held).map((one) => one.slice(-1))).toEqual(expect.arrayContaining(['4', '5']));
    expect(recordsOf(held, 'Observation')).toHaveLength(2);
    expect(said).toEqual(reused);
  });

  it('is corrected under the number that a merge left of the patient, told before the merge or after it', () => {
    const merge = ['MSH|^~\\&|GAM|CH|EAI|GHT|20260310||ADT^A40|A1|P|2.5', 'EVN||20260310', his, 'MRG|42^^^CH^PI'];
    const corrected = (who: string) => told(who, { at: day2, status: 'C' }, obx({ value: '4.10', status: 'C' }));
    for (const messages of [
      [told(her, { at: day1 }), merge, corrected(his)],
      [told(her, { at: day1 }), merge, corrected(her)],
      [told(his, { at: day1 }), merge, corrected(her), corrected(his)],
    ]) {
      const { held, said } = followed(messages);
      // The merge has warnings of its own.
      expect(said.filter((one) => one.includes('filler-number-reused'))).toEqual([]);
      expect(valuesOf(held).map((one) => one.slice(-3))).toEqual(['4.1']);
    }
  });

  it('is another’s again once the merge is taken back', () => {
    const head = (trigger: string) => `MSH|^~\\&|GAM|CH|EAI|GHT|20260310||ADT^${trigger}|${trigger}|P|2.5`;
    const merge = [head('A40'), 'EVN||20260310', his, 'MRG|42^^^CH^PI'];
    const unmerge = [head('A37'), 'EVN||20260310', his, 'PD1', her];
    expect(followed([told(her, {}), merge, unmerge, told(his, {})]).said).toEqual(['3: filler-number-reused OBR[1]-3']);
  });

  it('is free where all of it was withdrawn', () => {
    const withdrawn = told(her, { at: day1, status: 'C' }, obx({ status: 'W' }));
    expect(followed([told(her, { at: day1 }), withdrawn, told(his, { at: day1 })]).said).toEqual([]);
    expect(followed([told(his, { at: day1 }), withdrawn]).said).toEqual([]);
  });

  it('for two patients of one message is two, wherever in it they stand', () => {
    const results = (who: string, value: string) => [
      who,
      order({ at: day1 }),
      obx({ value }),
      'SPM|1|S1^S2||SER^Sérum^L',
    ];
    const { held, said } = followed([[msh(), ...results(her, '1'), ...results(his, '2')]]);
    expect(said).toEqual(['0: filler-number-reused OBR[2]-3']);
    expect(recordsOf(held, 'Observation')).toHaveLength(2);
    for (const result of recordsOf(held, 'Observation')) {
      const [specimen] = recordsOf(held, 'Specimen').filter(
        ({ id }) => result['specimen']?.['reference'] === `Specimen/${id}`,
      );
      expect(specimen?.['subject']).toEqual(result['subject']);
    }
    const again = followed([
      [
        msh(),
        ...results(her, '1'),
        ...results(his, '2'),
        her,
        order({ at: day1, code: 'NFS^NFS^L' }),
        obx({ value: '5' }),
      ],
      [msh(), ...results(his, '3')],
      [msh(), ...results(her, '4')],
    ]);
    expect(again.said).toHaveLength(1);
    expect(
      valuesOf(again.held)
        .map((one) => one.slice(-1))
        .sort(),
    ).toEqual(['3', '4', '5']);
  });

  it('is a number’s own where a patient’s is none: devices without order numbers, times and message ids of their own', () => {
    const device = (who: string, value: string) => [
      msh('ORU^R30', '1'),
      who,
      'OBR|1||||||||||||||||||||||||F',
      obx({ value }),
    ];
    const { held, said } = followed([device(her, '1'), device(his, '2')]);
    expect(said).toEqual(['1: filler-number-reused OBR[1]-3']);
    expect(
      valuesOf(held)
        .map((one) => one.slice(-1))
        .sort(),
    ).toEqual(['1', '2']);
    const both = [...device(her, '1'), ...device(his, '2').slice(1)];
    const { held: together, said: nothing } = followed([both]);
    expect([recordsOf(together, 'Observation').length, nothing]).toEqual([2, []]);
  });

  it('keeps together what is told together: report, results, specimens, documents', () => {
    const whole = (who: string, at: string) => [
      msh(),
      who,
      order({ at }),
      obx({ type: 'CWE', code: '634-6^Germe^LN', sub: '1', value: '112283007^E. coli^SCT', unit: '', range: '' }),
      obx({ type: 'ED', code: 'CR^Compte rendu^L', value: '^Application^PDF^Base64^AAAA' }),
      'SPM|1|S1^S2||122575003^Urine^SCT',
      `OBR|2||000000000001|29576-6^Antibiogramme^LN|||${at}|||||||||||||||20260310090000||CH|F|634-6&Germe&LN^1`,
      obx({ type: 'CE', code: '18864-9^Ampicilline^LN', value: 'R^Résistant^L', unit: '', range: '', flag: 'R' }),
    ];
    const [hers, hisAlone] = [after(whole(her, day1)), after(whole(his, day2))];
    const { held, said } = followed([whole(her, day1), whole(his, day2)]);
    expect(said).toEqual(['1: filler-number-reused OBR[1]-3', '1: filler-number-reused OBR[2]-3']);
    for (const [key, content] of hers) expect(held.get(key)).toBe(content);
    const own = [...held].filter(([key]) => !hers.has(key));
    // The very records that would stand without her, under other ids, wherever they name each other.
    const renamed = own.map(([key, content]) => [RecordKey.inFirstUse(key), content.replaceAll('.2"', '"')] as const);
    expect(new Map(renamed)).toEqual(hisAlone);
    const named = own.flatMap(([, content]) =>
      [...content.matchAll(/"((?:Observation|Specimen|DocumentReference|Binary|DiagnosticReport)\/[^"]+)"/g)].map(
        ([, key]) => key,
      ),
    );
    expect(named.length).toBeGreaterThan(6);
    expect(named.filter((key) => !own.some(([other]) => other === key))).toEqual([]);
  });

  it('confirms without its value (U) the result of its own use', () => {
    const confirmed = told(his, { at: day1 }, obx({ status: 'U', value: '', unit: '', range: '' }));
    const { held } = followed([
      told(her, { at: day1 }, obx({ status: 'P' })),
      told(his, { at: day1 }, obx({ status: 'P', value: '4.10' })),
      confirmed,
    ]);
    expect(recordsOf(held, 'Observation').map((one) => [one['status'], one['valueQuantity']?.['value']])).toEqual([
      ['preliminary', 5.3],
      ['final', 4.1],
    ]);
  });

  it('whoever it is given to, each patient reads what was told last of each of his days', () => {
    const telling = fc.record({
      who: fc.constantFrom(her, his, 'PID|1||44^^^CH^PI'),
      at: fc.constantFrom(day1, day2, '20260312080000'),
      value: fc.nat(99),
    });
    fc.assert(
      fc.property(fc.array(telling, { maxLength: 20 }), (tellings) => {
        const messages = tellings.map(({ who, at, value }) => told(who, { at }, obx({ value: String(value) })));
        const last = new Map(tellings.map(({ who, at, value }) => [`${who} ${at}`, value]));
        const values = recordsOf(after(...messages), 'Observation').map((one) => one['valueQuantity']?.['value']);
        expect(values.map(String).sort()).toEqual([...last.values()].map(String).sort());
        expect(followed(messages).said).toHaveLength(Math.max(0, last.size - 1));
      }),
      { numRuns: 50 },
    );
  });
});
