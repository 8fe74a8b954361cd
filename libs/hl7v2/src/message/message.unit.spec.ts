import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contextOf } from '../fixtures/context.js';
import { readMessage } from '../read-message.js';
import { Message } from './message.js';
import { escape, standardDelimiters, type Syntax } from './syntax.js';

const others: Syntax = {
  field: '#',
  component: '!',
  repetition: '@',
  escape: '*',
  subcomponent: '%',
  charset: 'utf-8',
  hasEscapes: true,
  hasControls: false,
};
const usual: Syntax = { ...standardDelimiters, charset: 'utf-8', hasEscapes: true, hasControls: false };

const word = fc
  .string({
    unit: fc.constantFrom('a', 'B', 'é', '€', '|', '^', '~', '&', '\\', '#', '!', '@', '%', '*', '1'),
    maxLength: 5,
  })
  .filter((text) => text === text.trim() && text !== '""');
/** A segment by fields, repetitions, components and sub-components. */
const tree = fc.array(
  fc.array(fc.array(fc.array(word, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  }),
  {
    minLength: 1,
    maxLength: 6,
  },
);

const write = (fields: readonly (readonly (readonly (readonly string[])[])[])[], syntax: Syntax): string =>
  [
    'ZZZ',
    ...fields.map((repetitions) =>
      repetitions
        .map((components) =>
          components
            .map((subcomponents) => subcomponents.map((text) => escape(text, syntax)).join(syntax.subcomponent))
            .join(syntax.component),
        )
        .join(syntax.repetition),
    ),
  ].join(syntax.field);

describe('a segment', () => {
  it('gives back what was written, under any delimiters and segment ends', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom(usual, others), fc.constantFrom('\r', '\n', '\r\n'), (fields, syntax, end) => {
        const text = ['MSH', write(fields, syntax), write(fields, syntax), ''].join(end);
        const segments = new Message(text, syntax).all('ZZZ');
        expect(segments.map(({ sequence }) => sequence)).toEqual([1, 2]);
        for (const segment of segments)
          fields.forEach((repetitions, field) => {
            const told = repetitions.filter(
              (components) => components.length > 1 || components[0]?.length !== 1 || components[0][0] !== '',
            );
            const read = segment.repetitions(field + 1);
            expect(read).toHaveLength(told.length);
            told.forEach((components, repetition) =>
              components.forEach((subcomponents, component) =>
                subcomponents.forEach((value, sub) => {
                  expect(read[repetition]?.sub(component + 1, sub + 1)).toBe(value);
                }),
              ),
            );
          });
      }),
      { numRuns: 200 },
    );
  });

  it('tells `""` from nothing, alone and before what says which', () => {
    const [segment] = new Message('ZZZ|""|""^^^A~x|"" |x~""', usual).segments;
    expect([1, 2, 3, 4, 5].map((field) => segment?.isNull(field))).toEqual([true, false, false, false, false]);
    expect(segment?.repetitions(2).map(({ isNull }) => isNull)).toEqual([true, false]);
    expect(segment?.repetitions(4).map(({ isNull }) => isNull)).toEqual([false, true]);
    expect(segment?.text(1)).toBe('');
  });
});

describe('a message', () => {
  const whole =
    'MSH|^~\\&|A|B|C|D|20260310||ADT^A01^ADT_A01|M1|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8\rEVN||20260310\rPID|1||42^^^CH^PI~""^^^X^INS||É^Zoé^^^^^L||1980|F\rPV1|1|I|MED^1^A||||||||||||||||V1\rZBE|1^CH|20260310090000||INSERT|N||||HMS\r';

  it('that is cut anywhere is accepted or refused with a reason', () => {
    const bytes = Buffer.from(whole);
    for (let length = 0; length <= bytes.length; length++) {
      const reading = readMessage(bytes.subarray(0, length), contextOf());
      if (!reading.accepted) expect(reading.errors.length).toBeGreaterThan(0);
    }
  });

  it('is the same under any delimiters, ends and byte-order mark', () => {
    const said = (bytes: Buffer): unknown => {
      const reading = readMessage(bytes, contextOf());
      return reading.accepted && reading.event.changes;
    };
    const usualChanges = said(Buffer.from(whole));
    const translated = Array.from(whole, (one) => '#!@*%'['|^~\\&'.indexOf(one)] ?? one).join('');
    for (const text of [translated, whole.replaceAll('\r', '\n'), whole.replaceAll('\r', '\r\n'), `\ufeff${whole}`])
      expect(said(Buffer.from(text))).toEqual(usualChanges);
  });
});
