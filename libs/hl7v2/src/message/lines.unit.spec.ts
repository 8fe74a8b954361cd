import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accepted, errorsIn, warningsIn } from '../fixtures/adt.js';
import { contextOf, er7 } from '../fixtures/context.js';
import { readMessage } from '../read-message.js';
import { after, recordsOf } from '../oru/fixtures.js';
import { lineRanges, mayBegin, nameOf } from './lines.js';
import { shownSegments } from './shown-segments.js';

const msh = (type: string): string => `MSH|^~\\&|GAM|CH|EAI|GHT|20260310091500||${type}|M1|P|2.5||||||UNICODE UTF-8`;
const pid = 'PID|1||42^^^CH^PI||DUPONT^Zoé^^^^^L||19800324|F';
/** A message of each family, line by line. */
const families = {
  ADT: [
    msh('ADT^A01'),
    'EVN||20260310091400',
    pid,
    `PV1|1|I|MED^101${'|'.repeat(16)}V1`,
    'ZBE|1^CH|20260310090000||INSERT|N||^^^^^^UF^^^M1|^^^^^^UF^^^S1|HMS',
  ],
  ORU: [
    msh('ORU^R01'),
    pid,
    'OBR|1||F1|X^Bilan^L|||20260310083000||||||fièvre|||||||||20260310090000||LAB|F',
    'OBX|1|NM|K^Potassium^L||4.1|mmol/L||N|||F',
    'NTE|1||vu hier',
    'OBX|2|NM|NA^Sodium^L||140|mmol/L||N|||F',
  ],
  MDM: [
    msh('MDM^T02'),
    'EVN||20260310091400',
    pid,
    'TXA|1|CR|TX|20260310083000||||||||D1^CH|||||AU',
    'OBX|1|TX|CR^Compte rendu^L||Rien à signaler||||||F',
  ],
} as const;
const family = fc.constantFrom(...Object.values(families));

const changesOf = (lines: readonly string[]) => accepted(er7(...lines)).event.changes;
const warningsOf = (lines: readonly string[]) => warningsIn(er7(...lines));
/** Warnings that these lines have, and the message without them has not. */
const newWarnings = (lines: readonly string[], clean: readonly string[]): readonly string[] => {
  const known = new Set(warningsOf(clean));
  return warningsOf(lines).filter((warning) => !known.has(warning));
};

describe('the name of a segment', () => {
  it.each([
    ['OBX|1', 'OBX'],
    ['OBX |1', 'OBX'],
    ['OBX\t|1', 'OBX'],
    [' \tOBX|1', 'OBX'],
    ['obx|1', 'OBX'],
    ['Pid |1', 'PID'],
    ['OBX', 'OBX'],
    ['PID  ', 'PID'],
    ['ZZ1|1', 'ZZ1'],
    ['ZZ1 |1', 'ZZ1'],
    ['zbe|1', 'ZBE'],
    ['ABC|1', ''],
    ['OBX\nRAS', ''],
    ['OBX\nRAS|1', ''],
    ['FIN', ''],
    ['RAS', ''],
    ['fin||||||F', ''],
    ['vue |', ''],
    ['zzz|', ''],
    ['OBXX|1', ''],
    ['OB|1', ''],
    ['1PD|1', ''],
    ['OBX 1|', ''],
    ['|OBX|1', ''],
    ['', ''],
  ])('%j is %j', (line, name) => {
    expect(nameOf(line, '|')).toBe(name);
    if (name !== '') expect(mayBegin(`x\n${line}\nPID|1`, 2, '|')).toBe(true);
  });

  it('is told from bounded many characters', () => {
    expect(nameOf(`${' '.repeat(20)}OBX${'\t'.repeat(20)}|`, '|')).toBe('OBX');
    expect(nameOf(`${' '.repeat(21)}OBX|`, '|')).toBe('');
  });

  it('in another form gives what the usual form gives, with a warning at its place, in every family', () => {
    const forms = fc.constantFrom(
      (name: string) => `${name} `,
      (name: string) => `${name}\t`,
      (name: string) => ` ${name}`,
      (name: string) => `\t${name}  `,
      (name: string) => name.toLowerCase(),
      (name: string) => ` ${name.slice(0, 1)}${name.slice(1).toLowerCase()}\t`,
    );
    fc.assert(
      fc.property(family, fc.nat(), forms, fc.constantFrom('\r', '\n', '\r\n'), (lines, at, form, end) => {
        const odd = 1 + (at % (lines.length - 1));
        const name = lines[odd]?.slice(0, 3) ?? '';
        const sequence = lines.slice(0, odd + 1).filter((line) => line.startsWith(name)).length;
        const written = lines.map((line, index) => (index === odd ? form(name) + line.slice(3) : line));
        const bytes = Buffer.from(`${written.join(end)}${end}`);
        expect(accepted(bytes).event.changes).toEqual(changesOf(lines));
        expect(warningsIn(bytes)).toEqual([`segment-name-form ${name}[${sequence}]`, ...warningsOf(lines)]);
      }),
    );
  });

  it('in another form is a reason to refuse a sender that is held to the letter', () => {
    const lines = families.ORU.map((line) => line.replace('OBX|2', 'OBX |2'));
    expect(errorsIn(er7(...lines), { hl7: { strictness: 'strict' } })).toContain('OBX^2 100');
  });

  it('does not hide a second message', () => {
    const two = Buffer.from([...families.ADT, ...families.ADT].join('\r').replace(/\rMSH/, '\r MSH'));
    expect(errorsIn(two)).toContain('MSH^2 100');
  });
});

describe('what the law forbids to record', () => {
  const french = [
    `${msh('ADT^A31')}`,
    'PID|1||42^^^CH^PI||DUPONT|||||secret',
    'NK1|1|DUPONT|||||||||||||||||||||||||||||||||secret',
  ];

  it('is blanked whatever the form of the name', () => {
    for (const write of [
      (line: string) => line.replace('|', ' |'),
      (line: string) => line.replace('|', '\t|'),
      (line: string) => ` ${line}`,
      (line: string) => line.slice(0, 3).toLowerCase() + line.slice(3),
    ])
      for (const end of ['\r', '\n', '\r\n']) {
        const lines = french.map((line, index) => (index === 0 ? line : write(line)));
        const { received, warnings } = accepted(Buffer.from(`${lines.join(end)}${end}`)).event;
        expect(Buffer.from(received).toString()).toBe(`${lines.join(end).replaceAll('secret', '')}${end}`);
        expect(warnings.map(({ code, location }) => `${code} ${location}`)).toEqual(
          expect.arrayContaining(['field-forbidden PID-10', 'field-forbidden NK1-35']),
        );
      }
  });

  it('is blanked where bare line ends broke the segment, anywhere before it', () => {
    const [head, whole = ''] = french;
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 5, max: whole.length - 'secret'.length }), { minLength: 1, maxLength: 4 }),
        (cuts) => {
          const at = new Set(cuts);
          const broken = Array.from(whole, (one, index) => (at.has(index) ? `\r${one}` : one)).join('');
          const bytes = er7(head ?? '', 'PID|1||42^^^CH^PI', broken);
          const { received, warnings } = accepted(bytes).event;
          expect(Buffer.from(received).toString()).toBe(bytes.toString().replace('secret', ''));
          expect(warnings.map(({ code, location }) => `${code} ${location}`)).toContain('field-forbidden PID-10');
        },
      ),
    );
  });
});

describe('a line without a name', () => {
  it('is warned about at the place that it stands behind, and is no part of any record', () => {
    const chatter = fc.constantFrom('bavardage', 'RAS', 'fin', 'x', '1', '-- --', 'é', '^~&');
    fc.assert(
      fc.property(family, fc.nat(), chatter, (lines, at, line) => {
        const behind = at % lines.length;
        const before = lines[behind] ?? '';
        const name = before.slice(0, 3);
        // Behind NTE-3 it is the rest of the note.
        fc.pre(name !== 'NTE');
        const sequence = lines.slice(0, behind + 1).filter((one) => one.startsWith(name)).length;
        const odd = lines.toSpliced(behind + 1, 0, line);
        expect(changesOf(odd)).toEqual(changesOf(lines));
        expect(newWarnings(odd, lines)).toEqual([`segment-nameless ${name}[${sequence}]`]);
      }),
    );
  });

  it.each([
    ['PID-5', families.ADT, pid, 'PID|1||42^^^CH^PI||DU\rPONT^Zoé^^^^^L||19800324|F', 'PID[1]'],
    ['the end of PID-5', families.ADT, pid, 'PID|1||42^^^CH^PI||DUPONT^Zoé\r|||19800324|F', 'PID[1]'],
    ['OBR-13', families.ORU, 'fièvre', 'fiè\rvre', 'OBR[1]'],
    ['the end of OBR-13', families.ORU, 'fièvre', 'fièvre\r\n', 'OBR[1]'],
    ['OBX-3', families.ORU, 'NA^Sodium', 'NA^\rSodium', 'OBX[2]'],
    ['TXA-12', families.MDM, 'D1^CH', 'D1\r^CH', 'TXA[1]'],
    ['ZBE-7', families.ADT, '^^^^^^UF^^^M1', '^^^^^^UF^^^\rM1', 'ZBE[1]'],
  ])('that a bare line end in %s makes says that its beginning stands before', (_, lines, whole, broken, place) => {
    const odd = lines.map((line) => line.replace(whole, broken));
    expect(newWarnings(odd, lines)).toContain(`segment-broken ${place}`);
  });

  it('is counted where several stand behind one segment', () => {
    const { warnings } = accepted(er7(...families.ADT, 'un', 'deux', 'trois')).event;
    expect(warnings.find(({ code }) => code === 'segment-nameless')?.text).toMatch(/ \(3\)$/);
  });

  it('is the rest of a text behind OBX-5 and NTE-3, to the last short line, and that is said', () => {
    const lines = families.MDM.map((line) => line.replace('Rien à signaler', 'Rien\rà\rsignaler\rRAS\r5'));
    expect(newWarnings(lines, families.MDM)).toEqual(['text-line-ends OBX[1]-5']);
    const data = recordsOf(after(lines), 'Binary').map((binary) => String(binary['data']));
    expect(data.map((base64) => Buffer.from(base64, 'base64').toString())).toEqual(['Rien\nà\nsignaler\nRAS\n5']);
    const note = families.ORU.map((line) => line.replace('vu hier', 'vu\r12\rhier'));
    expect(newWarnings(note, families.ORU)).toEqual(['text-line-ends NTE[1]-3']);
    expect([...after(note).values()].join()).toContain('vu\\n12\\nhier');
  });

  it('leaves the numbers of the segments behind it as they are', () => {
    const lines = ['OBX|1|TX|A||un\rdeux||||||F', 'OBX|2|TX|B||trois||||||F', 'perdu', 'OBX|3|TX|C'];
    const shown = shownSegments(
      [msh('ORU^R01'), ...lines].join('\r'),
      readMessage(er7(msh('ORU^R01')), contextOf()).head,
    );
    expect(shown.map(({ name, sequence }) => `${name} ${sequence}`)).toEqual([
      'MSH 1',
      'OBX 1',
      'OBX 2',
      ' 1',
      'OBX 3',
    ]);
    expect(shown[1]?.fields[5]).toBe('un\ndeux');
    expect(shown[3]?.fields).toEqual(['perdu']);
  });

  it('is never lost: every character stands in a segment or in a loose line', () => {
    const text = fc.string({
      unit: fc.constantFrom('\r', '\n', '|', 'a', 'OBX', 'NTE', 'PID', 'obx', ' ', '\t', '||||', 'RAS'),
      maxLength: 40,
    });
    const head = readMessage(er7(msh('ORU^R01')), contextOf()).head;
    const letters = (lines: readonly string[]): string => lines.join('').replace(/\s/g, '');
    fc.assert(
      fc.property(text, (tail) => {
        const whole = `${msh('ORU^R01')}\r${tail}`;
        const shown = shownSegments(whole, head).map(({ name, fields }) => (name === 'MSH' ? '' : fields.join('|')));
        expect(letters(shown).toUpperCase()).toBe(letters([tail]).toUpperCase());
        expect(letters(lineRanges(tail, '|').map(([start, end]) => tail.slice(start, end)))).toBe(letters([tail]));
      }),
      { numRuns: 500 },
    );
  });
});
