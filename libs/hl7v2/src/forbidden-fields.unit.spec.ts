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

const field = fc.string({ unit: fc.constantFrom('a', 'é', '^', '~', '&', 'œ', ' ', '"'), maxLength: 4 });
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
