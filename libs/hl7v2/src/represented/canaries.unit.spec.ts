import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { triggers } from '../adt/triggers.js';
import { canaries, planted, type Position, verdicts } from '../fixtures/canaries.js';
import { documentTriggers } from '../mdm/mdm.js';
import { resultTriggers } from '../oru/oru.js';

const msh = (type: string, version: string): string =>
  `MSH|^~\\&|GAM|CH^750712184^N|EAI|GHT|20260310091500||${type}|M1|P|${version}|||||FRA|UNICODE UTF-8`;
const pid = 'PID|1||000042^^^CH&1.2.250.1.9&ISO^PI||EXEMPLE^Zoé^Zoé Marie^^^^L||19790301|F||||||||||24000006^^^CH^AN';
const pv1 = 'PV1|1|I|3620^201^A||||||||||||||||24000007^^^CH^VN';

/** A message of each family, with a line of each segment that it reads; values that decide what a segment means stand in it. */
export const messages: Readonly<Record<string, (trigger: string, version: string) => readonly string[]>> = {
  ADT: (trigger, version) => [
    msh(`ADT^${trigger}^ADT_A01`, version),
    'EVN||20260310091400||||20260310090000',
    pid,
    'PD1|',
    ...(['merge', 'move-account', 'move-visit', 'change-identifiers'].includes(triggers[trigger]?.family ?? '')
      ? ['MRG|000099^^^CH&1.2.250.1.9&ISO^PI']
      : []),
    ...(['link', 'unlink'].includes(triggers[trigger]?.family ?? '') ? ['PID|2||43^^^CH^PI'] : []),
    'NK1|1|EXEMPLE^Léa',
    ...(['visit', 'identity'].includes(triggers[trigger]?.family ?? '') ? ['ROL|1^CH|UC|PP|7^MEDECIN'] : []),
    ...(['visit', 'move-visit'].includes(triggers[trigger]?.family ?? '')
      ? [
          pv1,
          'PV2|',
          ...(triggers[trigger]?.family === 'visit' ? ['ROL|2^CH|UP|CP|8^AVIS'] : []),
          `ZBE|1001^CH|20260310090000||${trigger === 'Z99' ? 'UPDATE' : 'INSERT'}|N|A01||||HMS`,
          'ZFV|',
          'ZFM|',
        ]
      : []),
    ...(['visit', 'identity'].includes(triggers[trigger]?.family ?? '')
      ? ['AL1|1|DA|PENI^Pénicilline^L', 'DG1|1||I21^Infarctus^I10', 'IN1|1|MUT']
      : []),
    'ZFA|',
    'ZFD|',
    'ZFP|',
    'ZFS|1|7^CH|||INSERT|SDT',
  ],
  ORU: (trigger, version) => [
    msh(`ORU^${trigger}^ORU_R01`, version),
    pid,
    pv1,
    'ORC|RE|P1^DPI|F100^LAB',
    'OBR|1|P1^DPI|F100^LAB|24326-1^Ionogramme^LN|||20260310080000|||||||||||||||20260310090000||CH|F',
    'NTE|1||à jeun',
    'TQ1|1',
    'PRT|1|UC||AP',
    'OBX|1|NM|2823-3^Potassium^LN||5.30|mmol/L|||||F',
    'NTE|1||à contrôler',
    'PRT|2|UC||AP',
    'OBX|2|ST|8251-1^Commentaire^LN||texte||||||F',
    'OBX|3|CWE|634-6^Germe^LN|1|112283007^Escherichia coli^SCT||||||F',
    `OBX|4|XCN|X^Prescripteur^L||1^FICTIF^Anne||||||F`,
    `OBX|5|ED|11502-2^CR^LN||^TEXT^XML^Base64^${Buffer.from('<?xml version="1.0"?><a/>').toString('base64')}||||||F`,
    'SPM|1|S1&DPI^S100&LAB||122575003^Urine^SCT',
  ],
  MDM: (trigger, version) => [
    msh(`MDM^${trigger}^MDM_T02`, version),
    `EVN|${trigger}|20260310101600`,
    pid,
    pv1,
    'TXA|1|CN|TX|20260310100000||||||||D1^GED|||||AU|U|AV',
    'OBX|1|TX|11488-4^Compte rendu^LN||un||||||F',
    'NTE|1||note',
  ],
};

export const rangeOf: Readonly<Record<string, number>> = {
  EVN: 7,
  PID: 40,
  PD1: 22,
  MRG: 7,
  NK1: 41,
  PV1: 54,
  PV2: 50,
  ZBE: 9,
  ROL: 14,
  AL1: 8,
  DG1: 26,
  IN1: 55,
  ZFA: 13,
  ZFD: 9,
  ZFM: 6,
  ZFP: 3,
  ZFS: 9,
  ZFV: 12,
  NTE: 10,
  OBR: 51,
  OBX: 31,
  ORC: 32,
  PRT: 16,
  SPM: 33,
  TQ1: 15,
  TXA: 27,
};

const mapped = [
  ...Object.entries(triggers).flatMap(([trigger, meaning]) => (meaning ? [['ADT', trigger] as const] : [])),
  ...resultTriggers.map((trigger) => ['ORU', trigger] as const),
  ...Object.keys(documentTriggers).map((trigger) => ['MDM', trigger] as const),
].filter(([family]) => messages[family] !== undefined);

const message = fc
  .record({ of: fc.constantFrom(...mapped), version: fc.constantFrom('2.5^FRA^2.11', '2.5', '2.3.1') })
  .map(({ of: [family, trigger], version }) => {
    const lines = messages[family]?.(trigger, version) ?? [];
    // Without the French extension there is no ZBE either.
    return version.includes('FRA')
      ? lines
      : lines.filter((line) => !line.startsWith('Z')).map((line) => line.replace('|FRA|', '||'));
  });

const positionIn = (lines: readonly string[]): fc.Arbitrary<Position> =>
  fc.integer({ min: 2, max: lines.length }).chain((line) => {
    const name = (lines[line - 1] ?? '').slice(0, 3);
    return fc.record({
      line: fc.constant(line),
      name: fc.constant(name),
      field: fc.integer({ min: 1, max: rangeOf[name] ?? 30 }),
      repetition: fc.constantFrom(1, 1, 1, 2),
      component: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 24 })),
      subcomponent: fc.constantFrom(1, 1, 1, 2, 3, 4),
    });
  });

const told = fc.record({ kind: fc.integer({ min: 0, max: 2 }), number: fc.integer({ min: 0, max: 9 }) });

describe('a canary in any position of a message of any mapped trigger', () => {
  it('is shown by a record, named by a warning, or on the published list', () => {
    const seen = { shown: 0, warned: 0, listed: 0, refused: 0, unmapped: 0 };
    fc.assert(
      fc.property(
        message.chain((lines) => fc.tuple(fc.constant(lines), positionIn(lines), told)),
        ([lines, position, { kind, number }]) => {
          const canary = canaries(number)[kind];
          if (canary === undefined) throw new Error('no such canary');
          const [verdict = 'unmapped'] = verdicts(planted(lines, position, canary.value), [{ position, canary }]);
          seen[verdict]++;
        },
      ),
      { numRuns: 6000 },
    );
    expect(seen.unmapped).toBe(0);
    expect(Math.min(seen.shown, seen.warned, seen.listed)).toBeGreaterThan(100);
  });

  it('is so among others', () => {
    fc.assert(
      fc.property(
        message.chain((lines) =>
          fc.tuple(fc.constant(lines), fc.array(fc.tuple(positionIn(lines), told), { minLength: 2, maxLength: 9 })),
        ),
        ([lines, all]) => {
          const at = new Map(
            all.map(([position, { kind }], number) => [
              JSON.stringify(position),
              { position, canary: canaries(number)[kind]! },
            ]),
          );
          const many = [...at.values()];
          let whole = lines;
          for (const { position, canary } of many) whole = planted(whole, position, canary.value);
          verdicts(whole, many);
        },
      ),
      { numRuns: 1500 },
    );
  });
});
