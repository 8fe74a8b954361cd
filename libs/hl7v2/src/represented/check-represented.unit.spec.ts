import { describe, expect, it } from 'vitest';
import { contextOf } from '../fixtures/context.js';
import { Findings } from '../findings.js';
import { Message } from '../message/message.js';
import type { Composite } from '../message/segment.js';
import { standardDelimiters } from '../message/syntax.js';
import { checkRepresented } from './check-represented.js';
import { listed, listedOf, notTaken, placesOf } from './not-taken.js';

const syntax = { ...standardDelimiters, charset: 'utf-8', hasEscapes: true, hasControls: false } as const;

/** What is warned of a message of which `take` takes something. */
const left = (lines: readonly string[], take: (message: Message) => void = () => {}): readonly string[] => {
  const message = new Message(['MSH|^~\\&|GAM', ...lines].join('\r'), syntax);
  const findings = new Findings(contextOf().sender);
  take(message);
  checkRepresented(message, 'ADT', findings);
  return findings.warnings.map(({ code, location, text }) => `${code} ${location}${/ \(\d+\)$/.exec(text)?.[0] ?? ''}`);
};

const first = (message: Message, name: string, field: number): Composite => {
  const composite = message.first(name)?.first(field);
  if (composite === undefined) throw new Error(`no ${name}-${field}`);
  return composite;
};

describe('what nothing accounts for', () => {
  it('is warned of at its component and sub-component, in its repetition and its segment', () => {
    const line = 'PID|1||42^9^^CH&1.2.3&ISO^PI~43^^^CH';
    const found = left([line, line.replace('|1|', '|2|')], (message) => {
      for (const pid of message.all('PID'))
        for (const identifier of pid.repetitions(3)) {
          identifier.take(1);
          identifier.take(5);
          identifier.takeSub(4, 1);
        }
      message.all('PID')[1]?.first(3)?.take(2);
      message.all('PID')[1]?.first(3)?.accountForSubs(4, listedOf.HD);
    });
    expect(found).toEqual([
      'not-represented PID-3[1].2',
      'not-represented PID-3.4.2 (2)',
      'not-represented PID-3[1].4.3',
    ]);
  });

  it('is warned of once where nothing of a segment, a repetition of one component or a component is taken', () => {
    expect(left(['ZZZ|a|b^c|d'])).toEqual(['not-represented ZZZ']);
    expect(left(['ZZZ|a'])).toEqual(['not-represented ZZZ-1']);
    expect(left(['ZZZ|a|x&y^z'], (message) => first(message, 'ZZZ', 1).take(1))).toEqual(['not-represented ZZZ-2']);
    expect(left(['ZZZ|a^x&y^z'], (message) => first(message, 'ZZZ', 1).take(1))).toEqual([
      'not-represented ZZZ-1.2',
      'not-represented ZZZ-1.3',
    ]);
  });

  it('is told of the segment as a whole where it is many places', () => {
    const fields = Array.from({ length: 30 }, (_, i) => `v${i}`).join('|');
    expect(left([`ZZZ|a|${fields}`], (message) => first(message, 'ZZZ', 1).take(1))).toEqual([
      'not-represented ZZZ (30)',
    ]);
    expect(left([`ZZZ|a|${fields}`, `ZZZ|a|${fields}`], (message) => first(message, 'ZZZ', 1).take(1))).toEqual([
      'not-represented ZZZ (31)',
    ]);
  });

  it('is told in a bounded number of warnings, whatever a message holds, and beside however many others', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');
    const lines = letters.flatMap((a) => letters.slice(0, 4).map((b) => `Z${a}${b}|x|y`));
    const found = left(lines);
    expect(found).toHaveLength(61);
    expect(found.at(-1)).toBe('not-represented MSH (44)');
    const findings = new Findings(contextOf().sender);
    for (let i = 1; i <= 300; i++) findings.warn('date-invalid', `OBX[${i}]-14`);
    const dates = Array.from({ length: 300 }, () => `OBX${'|'.repeat(14)}never`).join('\r');
    const message = new Message(`MSH|^~\\&|GAM\r${dates}`, syntax);
    checkRepresented(message, 'ADT', findings);
    expect(findings.warnings).toHaveLength(101);
    expect(findings.warnings.at(-1)).toMatchObject({
      code: 'date-invalid',
      location: 'OBX-14',
      text: expect.stringMatching(/ \(200\)$/),
    });
    for (let i = 1; i <= 300; i++) findings.warn('date-invalid', `DG1[${i}]-5`);
    for (let i = 1; i <= 300; i++) findings.warn('code-unknown', `PID-${i}`);
    expect(findings.warnings.map(({ code, location }) => `${code} ${location}`)).toContain('date-invalid DG1-5');
    expect(findings.warnings.length).toBeLessThanOrEqual(202);
    expect(findings.warnings.at(-1)?.location).toBe('MSH');
  });

  it('is looked for in a bounded number of places; that there is more is said', () => {
    const fields = Array.from({ length: 990 }, () => 'a').join('|');
    const many = Array.from({ length: 990 }, () => `ZXX|${fields}`);
    expect(left(many)).toEqual(['not-represented ZXX (990)']);
    const components = Array.from({ length: 9000 }, () => 'a').join('^');
    const found = left([`ZXX|${components}|b`, 'ZYY|c'], (message) => first(message, 'ZXX', 1).take(1));
    expect(found).toEqual(['not-represented ZXX (2000)', 'not-represented MSH']);
  });

  it('is not what is looked at alone', () => {
    expect(
      left(['ZZZ|a^b'], (message) => {
        const composite = first(message, 'ZZZ', 1);
        composite.text(1);
        composite.sub(2, 1);
        composite.whole();
      }),
    ).toEqual(['not-represented ZZZ']);
  });

  it('is nothing that is empty, deleted, listed or taken whole', () => {
    expect(
      left(['PID|1|""|""^^^CH^PI|  |&&', 'SFT|x|y'], (message) => first(message, 'PID', 3).accountFor(-1)),
    ).toEqual([]);
    const many = Array.from({ length: 50 }, (_, i) => `c${i}`).join('^');
    expect(left([`ZZZ|${many}`], (message) => first(message, 'ZZZ', 1).takeWhole())).toEqual([]);
    const found = left([`ZZZ|${many}`], (message) => {
      for (let component = 1; component <= 50; component++) first(message, 'ZZZ', 1).take(component);
    });
    expect(found).toEqual(['not-represented ZZZ (20)']);
  });

  it('is said once: what another warning says to be left out is not said again', () => {
    const findings = new Findings(contextOf().sender);
    const message = new Message('MSH|^~\\&|GAM\rPID|1||42^x^y|z\rPID|2||43|z|n', syntax);
    findings.warn('code-unknown', 'PID-3.2');
    findings.warn('ins-test', 'PID-3.3');
    findings.warn('date-invalid', 'PID[2]-4');
    message.all('PID')[1]?.take(3);
    checkRepresented(message, 'ADT', findings);
    expect(findings.warnings.slice(3).map(({ location }) => location)).toEqual(['PID', 'PID[2]-5']);
  });
});

describe('the published list', () => {
  it('names places that can be read, none of them twice', () => {
    const seen = new Set<string>();
    for (const entry of notTaken)
      for (const { name, field, component } of placesOf(entry))
        for (const family of entry.of ?? ['ADT', 'ORU', 'MDM']) {
          const place = `${family} ${name}-${field}.${component}`;
          expect(seen.has(place), place).toBe(false);
          seen.add(place);
        }
    expect(listed.ADT.get('MSH')?.isWhole).toBe(true);
    expect(placesOf({ place: 'XCN-14 to XCN-16', reason: '' })).toEqual(
      [14, 15, 16].map((field) => ({ name: 'XCN', field, component: 0 })),
    );
  });
});
