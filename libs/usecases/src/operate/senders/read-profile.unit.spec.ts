import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkProfiles, declareSenders } from './declare-senders.js';
import { Directory } from '../../directory/directory.js';
import { Finess, Instant, Position } from '#domain';
import { profileSchema } from './profile-schema.js';
import { faultLine, readProfile } from './read-profile.js';

const read = (text: string) => readProfile('s.yaml', Buffer.from(text));
const told = (text: string): readonly string[] =>
  read(text).faults.map(({ line, column, field, rule }) => `${line}:${column} ${field} ${rule}`);
const minimal = 'name: his\nfiness: 010000024\n';
const folder = join(import.meta.dirname, '..', '..', '..', '..', '..', 'deploy', 'senders');

describe('the profile of a sender', () => {
  it('is small: what it leaves out is said by the defaults, and every value is the text that was written', () => {
    expect(read(minimal).profile).toEqual({
      name: 'his',
      finess: '010000024',
      language: 'fr',
      foreignFiness: 'warn',
      silentAfter: '5m',
      testIdentities: 'warn',
      productionIdentities: 'accept',
      acknowledgement: 'as-asked',
    });
    const whole = `${minimal}language: en
testIdentities: refuse # en production
hl7:
  patientDomain: 1.2.250.1.213.1.4.8
  authorities:
    - namespace: HUNT
      oid: 1.2.250.1.213.99.9
    - { namespace: "000897406", oid: hunt.example.org }
  numberDomains: { visit: HUNT, order: 1.2.250.1.213.99.9 }
  visitNumber: PID-18
  timeZone: Indian/Reunion
  loinc:
    GLU: { code: 2345-7 }
    "NA^L": { code: 2951-2, display: Sodium }
`;
    expect(read(whole).profile).toMatchObject({
      language: 'en',
      testIdentities: 'refuse',
      hl7: {
        patientDomain: '1.2.250.1.213.1.4.8',
        authorities: [
          { namespace: 'HUNT', oid: '1.2.250.1.213.99.9' },
          { namespace: '000897406', oid: 'hunt.example.org' },
        ],
        numberDomains: { visit: 'HUNT', order: '1.2.250.1.213.99.9' },
        visitNumber: 'PID-18',
        loinc: { GLU: { code: '2345-7' }, 'NA^L': { code: '2951-2', display: 'Sodium' } },
      },
    });
  });

  it.each([
    ['', ['1:1  not-a-map']],
    ['- his\n', ['1:1  not-a-map']],
    ['name: his\n', ['1:1 finess missing']],
    ['name: his\nfiness: 12\nfiness: 010000024\n', ['2:9 finess finess', '3:1  duplicate']],
    [
      `${minimal}language: de\nacknowledgment: standard\n`,
      ['3:11 language one-of', '4:1 acknowledgment unknown-field'],
    ],
    [`${minimal}language:\n`, ['3:1 language empty']],
    [`${minimal}language: [fr]\n`, ['3:11 language not-a-text']],
    [`${minimal}hl7: strict\n`, ['3:6 hl7 not-a-map']],
    [
      `${minimal}hl7:\n  timeZone: Europe/Pari\n  stricness: strict\n`,
      ['4:13 hl7.timeZone time-zone', '5:3 hl7.stricness unknown-field'],
    ],
    [
      `${minimal}hl7:\n  loinc:\n    GLU: { code: 2345-6 }\n    NA: { display: x }\n`,
      ['5:18 hl7.loinc.GLU.code loinc', '6:5 hl7.loinc.NA.code missing'],
    ],
    [`${minimal}hl7:\n  authorities: HUNT\n`, ['4:16 hl7.authorities not-a-list']],
    [`${minimal}hl7:\n  authorities:\n    - HUNT\n`, ['5:7 hl7.authorities[1] not-a-map']],
    [
      `${minimal}hl7:\n  authorities:\n    - { namespace: A, oid: 1.2.250. }\n    - { namespace: B }\n    - { namespace: B, oid: 1.3 }\n`,
      [
        '5:28 hl7.authorities[1].oid universal-id',
        '6:7 hl7.authorities[2].oid missing',
        '7:7 hl7.authorities[3].namespace duplicate',
      ],
    ],
    [`${minimal}hl7:\n  authorities: [ &x { namespace: A, oid: 1.2 } ]\n`, ['4:21  alias']],
    [`${minimal}hl7:\n  numberDomains: { venue: A }\n`, ['4:20 hl7.numberDomains.venue unknown-field']],
    [`${minimal}incarnation: 2\n`, ['3:1 incarnation unknown-field']],
    [`name: &n his\nfiness: 010000024\n`, ['1:10  alias']],
    [`name: His Un\nfiness: 010000024\n`, ['1:7 name name']],
    [`${minimal}hl7:\n\tcharset: utf-8\n`, ['4:1  yaml']],
    [`${minimal}---\nname: b\n`, ['3:1  yaml']],
    [`${minimal}constructor: x\n__proto__: y\n`, ['3:1 constructor unknown-field', '4:1 __proto__ unknown-field']],
  ])('%j is refused with every fault, each at its place', (text, faults) => {
    expect(told(text)).toEqual(faults);
    for (const fault of read(text).faults)
      for (const language of ['fr', 'en'] as const)
        expect(faultLine(fault, language)).toMatch(/^s\.yaml:\d+:\d+: .+ -> .+/);
  });

  it.each([
    ['\ta: 1\n', 'a tab as indentation', 'retrait par tabulation'],
    ['a: "x\n', 'a quote, a colon, a bracket or a brace is missing', 'il manque un guillemet'],
    ['a: b: c\n', 'a second colon in one line', 'un second deux-points sur une ligne'],
    ['a: @b\n', 'does not begin with this character', 'ne commence pas par ce caractère'],
  ])('says what is no YAML in the language of who reads it: %j', (text, en, fr) => {
    const said = read(`${minimal}x:\n${text}`).faults.filter(({ rule }) => rule === 'yaml');
    expect(said.some(({ wrong }) => wrong.en.includes(en) && wrong.fr.includes(fr))).toBe(true);
  });

  it('names the field that was meant, and a file that is not UTF-8', () => {
    expect(read(`${minimal}acknowledgment: x\n`).faults[0]?.remedy.en).toContain('did you mean acknowledgement?');
    expect(readProfile('s.yaml', Buffer.from('name: h\u00e9', 'latin1')).faults[0]?.rule).toBe('encoding');
  });

  it('never throws, whatever the bytes, and is either a profile or at fault', () => {
    const piece = fc.constantFrom(
      'name: a\n',
      'finess: 010000024\n',
      'hl7:\n',
      '  loinc:\n',
      ' a',
      ': ',
      '&x ',
      '*x',
      '[',
      '{',
      '"',
      '\t',
      '- ',
      '|\n',
      '!!int 1',
      '?',
      '<<',
      '%YAML 1.1\n',
      '---\n',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const { profile, faults } = read(pieces.join(''));
        expect(profile === undefined).toBe(faults.length > 0);
      }),
      { numRuns: 500 },
    );
  });

  // Made from the table that the validator reads: `npx vitest run -u` on this file writes it anew.
  it('has a schema for editors that says what the validator says', async () => {
    const schema = `${JSON.stringify(profileSchema(), undefined, 2)}\n`;
    await expect(schema).toMatchFileSnapshot(join(folder, 'sender.schema.json'));
  });

  it('has examples that hold', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    expect(files.length).toBeGreaterThan(0);
    const checked = checkProfiles(files.map((file) => ({ file, bytes: readFileSync(join(folder, file)) })));
    expect(checked.faults.map((fault) => faultLine(fault, 'en'))).toEqual([]);
    for (const file of files)
      expect(readFileSync(join(folder, file), 'utf8')).toContain('$schema=./sender.schema.json');
  });
});

describe('profiles together', () => {
  const word = { by: 'control', at: Instant.of(0) };
  const of = (name: string, more = '') => ({
    file: `${name}.yaml`,
    bytes: Buffer.from(`name: his\nfiness: 010000024\n${more}`),
  });

  it('have each a name and a declared establishment', () => {
    const { profiles, faults } = checkProfiles([of('a'), of('b')], new Set<Finess>());
    expect(profiles).toHaveLength(1);
    expect(faults.map(({ file, line, rule }) => [file, line, rule])).toEqual([
      ['a.yaml', 2, 'declared'],
      ['b.yaml', 1, 'once'],
      ['b.yaml', 2, 'declared'],
    ]);
  });

  it('stay in their establishment: under a known name another one is refused, with what to do', () => {
    const directory = new Directory();
    const declare = (number: string): void => {
      const file = { file: 'his.yaml', bytes: Buffer.from(`name: his\nfiness: ${number}\n`) };
      for (const event of declareSenders(directory, checkProfiles([file]).profiles, word))
        directory.apply({ position: Position.of(0), appendedAt: Instant.of(0), event });
    };
    declare('010000024');
    const refused = expect(() => declare('990000010'));
    refused.toThrow(
      expect.objectContaining({
        code: 'refused-by-policy',
        message: 'sender his is of 010000024, and cannot become one of 990000010',
        hint: 'declare it under a new name for 990000010; his keeps its establishment',
      }),
    );
    expect(directory.senders.get('his')?.finess).toBe('010000024');
  });

  it('are declared once, again where they say something new, and never take an incarnation back', () => {
    const directory = new Directory();
    const declare = (more = ''): number => {
      const events = declareSenders(directory, checkProfiles([of('a', more)]).profiles, word);
      for (const event of events) directory.apply({ position: Position.of(0), appendedAt: Instant.of(0), event });
      return events.length;
    };
    expect([declare(), declare(), declare('language: en\n'), declare('language: en\n')]).toEqual([1, 0, 1, 0]);
  });
});
