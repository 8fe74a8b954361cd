import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextOf } from './fixtures/context.js';
import { readMessage } from './read-message.js';

const msh = 'MSH|^~\\&|A|B|C|D|20260310||ADT^A31|M1|P|2.5||||||UNICODE UTF-8';
const forbidden: Record<string, readonly number[]> = {
  PID: [10, 17, 22],
  PD1: [14],
  NK1: [25, 28, 35],
  GT1: [41, 44, 55],
  IN2: [39, 42, 71],
};

const field = fc.string({
  unit: fc.constantFrom('a', 'é', '^', '~', '&', 'œ', ' ', '"', 'PID', 'In2', '\u00a0'),
  maxLength: 4,
});
const segment = fc
  .tuple(
    fc.constantFrom('PID', 'PD1', 'NK1', 'GT1', 'IN1', 'IN2', 'PV1', 'ZZZ'),
    fc.array(field, { maxLength: 75, size: 'max' }),
  )
  .map(([name, fields]) => [name, ...fields]);

describe('fields that the law forbids', () => {
  it('are blanked, and every other byte stays, whatever ends the segments', () => {
    fc.assert(
      fc.property(
        fc.array(segment, { maxLength: 6 }),
        fc.constantFrom('\r', '\n', '\r\n'),
        fc.boolean(),
        (segments, end, bom) => {
          const write = (blank: boolean): Buffer => {
            const lines = segments.map(([name = '', ...fields]) =>
              [name, ...fields.map((value, i) => (blank && forbidden[name]?.includes(i + 1) ? '' : value))].join('|'),
            );
            return Buffer.from(`${bom ? '\ufeff' : ''}${[msh, 'PID|1||42^^^CH^PI', ...lines].join(end)}${end}`);
          };
          const reading = readMessage(write(false), contextOf());
          if (!reading.accepted) throw new Error(JSON.stringify(reading.errors));
          expect(Buffer.from(reading.event.received).toString('hex')).toBe(write(true).toString('hex'));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are counted in a warning that does not hold them', () => {
    const bytes = Buffer.from(`${msh}\rPID|1||42^^^CH^PI|||||||secret|||||||secret\rNK1|1\rPID|2|||||||||secret`);
    const reading = readMessage(bytes, contextOf());
    const warnings = reading.accepted ? reading.event.warnings : [];
    expect(warnings.map(({ code, location }) => `${code} ${location}`)).toEqual([
      'field-forbidden PID-10',
      'field-forbidden PID-17',
    ]);
    expect(warnings[0]?.text).toContain('(2)');
    expect(JSON.stringify(warnings)).not.toContain('secret');
  });

  it('are those of the guarantor and the insured as well, and the place of worship', () => {
    const segment = (name: string, fields: readonly number[]): string =>
      [name, ...Array.from({ length: 72 }, (_, i) => (fields.includes(i + 1) ? 'secret' : ''))].join('|');
    const told = [
      segment('GT1', [41, 44, 55]),
      segment('IN2', [39, 42, 71]),
      segment('IN2', [71]),
      segment('PD1', [14]),
    ];
    const reading = readMessage(Buffer.from([msh, 'PID|1||42^^^CH^PI', ...told].join('\r')), contextOf());
    const { received, warnings } = reading.accepted ? reading.event : { received: Buffer.of(), warnings: [] };
    expect(Buffer.from(received).toString()).not.toContain('secret');
    expect(warnings.map(({ code, location }) => `${code} ${location}`)).toEqual(
      ['PD1-14', 'GT1-41', 'GT1-44', 'GT1-55', 'IN2-39', 'IN2-42', 'IN2-71'].map((at) => `field-forbidden ${at}`),
    );
  });

  it('of the French profile are blanked with those that it excludes, whatever stands before MSH', () => {
    const french = msh.replace('|P|2.5|', '|P|2.5^FRA^2.11|');
    const write = (values: readonly string[]): Buffer =>
      Buffer.from(`   \r\n\r${french}\rPID|1|${values.join('|')}\rNK1|1`);
    const fields = ['X^^^A', '42^^^CH^PI', 'X', 'A^B', '', '', 'F', 'X', 'X', 'H', 'X'];
    const kept = ['', '42^^^CH^PI', '', 'A^B', '', '', 'F', '', '', 'H', ''];
    const reading = readMessage(write(fields), contextOf());
    expect(reading.accepted && Buffer.from(reading.event.received).toString()).toBe(write(kept).toString());
    expect(reading.accepted && reading.event.warnings.filter(({ code }) => code === 'field-unused')).toHaveLength(4);
    const old = readMessage(write(['X^^^A', '']), contextOf());
    expect(old.accepted && Buffer.from(old.event.received).toString()).toBe(write(['X^^^A', '']).toString());
  });

  it('are no reason to copy a message that has none', () => {
    const bytes = Buffer.from(`${msh}\rPID|1||42^^^CH^PI`);
    const reading = readMessage(bytes, contextOf());
    expect(reading.accepted && reading.event.received).toBe(bytes);
  });
});

describe('fields that the law forbids, in a form that the mapping does not read', () => {
  const word = 'PLANTED';
  const latin = (text: string): string => Buffer.from(text).toString('latin1');
  /** What stands behind a name and the separator, with the word in one field. */
  const fieldsOf = (told: number): string =>
    Array.from({ length: 72 }, (_, i) => (i + 1 === told ? word : i === 2 ? '42^^^CH^PI' : '')).join('|');
  const heads = [msh, msh.replace('ADT^A31', 'SIU^S12'), msh.replace('ADT^A31', 'ORU^R01')];
  const prefixes = [
    '\ufeff',
    '\u00a0',
    ' '.repeat(21),
    '\u0001',
    '\v',
    '\f',
    '\u0085',
    '\u2028',
    '\t \u200b',
    '- ',
    '\u001c',
  ];
  const behind = ['', 'PID|1||42^^^CH^PI||DUPONT^ZOE', 'OBX|1|TX|A||texte', 'ZBE|1', 'perdu', 'NTE|1||texte'];
  const forms = ['PID', 'PID-2', 'PID[1]', 'PID^1', 'pid', 'PID\f', 'PID \u00a0', `PID${' '.repeat(30)}`, 'PID1'];
  const told = fc.constantFrom(
    ...Object.entries(forbidden).flatMap(([name, fields]) => fields.map((field) => ({ name, field }))),
  );
  const receivedOf = (bytes: Buffer): string => {
    const reading = readMessage(bytes, contextOf());
    return Buffer.from(reading.accepted ? reading.event.received : reading.received).toString('latin1');
  };

  it('are blanked, and every other byte stays: odd characters before a name, or within it', () => {
    fc.assert(
      fc.property(
        told,
        fc.constantFrom(...heads),
        fc.array(fc.constantFrom(...prefixes), { maxLength: 3 }).map((odd) => odd.join('')),
        fc.constantFrom(...forms),
        fc.constantFrom(...behind),
        fc.constantFrom('\r', '\r\n', '\n'),
        fc.constantFrom('', 'MSH|^~\\&|A|B|C|D|20260310||ADT^A31|M2|P|2.5', 'EVN\0|A31'),
        ({ name, field }, head, prefix, form, before, end, refused) => {
          const odd = `${prefix}${form.replace('PID', name).replace('pid', name.toLowerCase())}|`;
          const write = (planted: string): string =>
            [head, before, odd + fieldsOf(field).replace(word, planted), 'PV1|1|I', refused].join(end);
          const whole = receivedOf(Buffer.from(write(word)));
          expect(whole).not.toContain(word);
          // Behind a line feed, or with a digit behind its name, it may be a part of the PID before it: both countings are blanked.
          const isCertain = !before.startsWith('PID') || (end !== '\n' && form !== 'PID1') || name !== 'PID';
          if (isCertain) expect(whole).toBe(latin(write('')));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each(['\r', '\r\n', '\n'])('are blanked where MSH-1 is # and the segments have |, which %j ends', (end) => {
    const head = msh.replaceAll('|', '#');
    const write = (race: string): string =>
      [
        head,
        'EVN|A31',
        `PID|1||42^^^CH^PI||DUP#ONT^ZOE||1980|F||${race}|1 rue X`,
        'PV1|1|I|||||||||||||||||||X',
        '',
      ].join(end);
    expect(receivedOf(Buffer.from(write(word)))).toBe(write(''));
    const goesOn = (race: string): string =>
      [head, 'PID|1||42^^^CH^PI||DUPONT', `LEA||1980|F||${race}`, 'PV1|1|I|||||||||||||||||||X', ''].join(end);
    expect(receivedOf(Buffer.from(goesOn(word)))).toBe(goesOn(''));
  });

  it.each(['PID-2', 'PID[1]', 'PID^1', '\ufeffPID', '\u00a0PID', '\u0001PID'])(
    'are counted from %j, not from the PID before it, and the warning says which was blanked',
    (form) => {
      const write = (race: string): string =>
        [msh, 'PID|1||42^^^CH^PI||DUPONT^ZOE', `${form}|1||43^^^CH^PI||DUBOIS^LEA||1980|F|X|${race}|1 rue Y`].join(
          '\r',
        );
      const reading = readMessage(Buffer.from(write(word)), contextOf());
      expect(reading.accepted && Buffer.from(reading.event.received).toString()).toBe(write(''));
      const codes = reading.accepted ? reading.event.warnings.map(({ code, location }) => `${code} ${location}`) : [];
      expect(codes.filter((code) => code.startsWith('field-forbidden'))).toEqual(['field-forbidden PID-10']);
    },
  );

  it.each(['\f', '\v', '\u0085', '\u2028', '\ufeff', '\f \u00a0', '\n\ufeff', '\n\f'])(
    'are blanked of a second segment behind %j in the same line',
    (odd) => {
      for (const first of ['PID|1||42^^^CH^PI', 'EVN|A31|20260310', 'OBX|1|TX|A||texte', 'ZBE|1']) {
        const write = (race: string): string => `${msh}\r${first}${odd}PID-2|1||42||A||1980|F|X|${race}`;
        const received = receivedOf(Buffer.from(write(word)));
        expect(received).not.toContain(word);
        if (!first.startsWith('PID')) expect(received).toBe(latin(write('')));
      }
    },
  );

  it('are blanked by both countings where a line can be read in two ways', () => {
    for (const rest of ['PIDOUX^Jean||1980|F||PLANTED', 'Zoé PID||||||||||PLANTED', 'voir PID|x||||PLANTED'])
      expect(receivedOf(Buffer.from(`${msh}\rPID|1||42^^^CH^PI||DUPONT\r${rest}`))).not.toContain(word);
  });

  const fields = (name: string): string => Array.from({ length: 72 }, (_, i) => `${name}${i}`).join('|');
  it.each([
    `OBX|1|TX|A||Comparer PID |${fields('a')}`,
    `OBX|1|TX|A||Comparer\nPID : sans objet|${fields('a')}`,
    `OBX|1|TX|A||NK1|${fields('a')}`,
    `NTE|1||PID 3|${fields('a')}`,
    `ZZZ|PID|${fields('a')}`,
    `ERR||PID^1^10|${fields('a')}`,
    `PV1|1|I|\u00a0PID\u00a0|${fields('a')}`,
    `NTE|1||rapid|${fields('a')}`,
    `ZOE|${fields('a')}`,
  ])('are not sought in a segment that is well formed (%#)', (line) => {
    for (const before of ['PID|1||42^^^CH^PI||DUPONT', 'PV1|1|I', 'OBX|1|TX|A||texte||||||F']) {
      const bytes = Buffer.from([msh.replace('ADT^A31', 'SIU^S12'), before, line].join('\r'));
      const reading = readMessage(bytes, contextOf());
      expect(reading.accepted && reading.event.received).toBe(bytes);
    }
  });
});
