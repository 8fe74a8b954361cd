import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { conformance, conformanceDocument } from './conformance.js';
import { contextOf, er7 } from './fixtures/context.js';
import { readMessage } from './read-message.js';

const document = join(import.meta.dirname, '../../../docs/conformance.md');

const msh = (trigger: string): string =>
  `MSH|^~\\&|GAM|CH|EAI|GHT|20260310091500||ADT^${trigger}^ADT_A01|M1|P|2.5^FRA^2.11|||||FRA|UNICODE UTF-8`;

type Fields = Readonly<Record<number, string>>;

/** Some fields have an effect with one trigger only, or where another field is empty. */
const situations: readonly {
  readonly trigger: string;
  readonly given: Readonly<Record<string, Fields>>;
  readonly isPlain?: true;
}[] = [
  { trigger: 'A03', given: {} },
  { trigger: 'A01', given: {} },
  // What France blanks is read elsewhere.
  { trigger: 'A28', given: {}, isPlain: true },
  { trigger: 'A14', given: {} },
  { trigger: 'A03', given: { PID: {} } },
  { trigger: 'A03', given: { PV1: { 2: 'I' } } },
];

/** A message with every segment that ADT reads; `fields` stand in the one that is asked about. */
const message = (situation: (typeof situations)[number], name: string, fields: Fields): Buffer => {
  const given: Readonly<Record<string, Fields>> = {
    PID: { 3: '42^^^CH^PI' },
    PV1: { 2: 'I', 19: 'V1^^^CH^VN' },
    NK1: { 2: 'CONTACT^DOMINIQUE' },
    ZFS: { 2: '7^CH', 6: 'SDT' },
    ROL: { 3: 'PP', 4: '7^DOC' },
    AL1: { 3: 'A^B' },
    DG1: { 3: 'A^B' },
    IN1: { 2: 'A^B' },
    ...situation.given,
  };
  const segment = (one: string): string => {
    const values: Fields = { ...given[one], ...(one === name ? fields : {}) };
    const last = Math.max(0, ...Object.keys(values).map(Number));
    return [one, ...Array.from({ length: last }, (_, at) => values[at + 1] ?? '')].join('|');
  };
  const names = ['PID', 'NK1', 'PV1', 'PV2', 'ROL', 'AL1', 'DG1', 'IN1', 'ZFA', 'ZFP', 'ZFV', 'ZFM', 'ZFD', 'ZFS'];
  const head = msh(situation.trigger);
  const plain = head.replace('^FRA^2.11', '').replace('|FRA|', '||');
  return er7(situation.isPlain ? plain : head, 'EVN||20260310', ...names.map(segment));
};

const changesOf = (bytes: Buffer): string => {
  const reading = readMessage(bytes, contextOf());
  return JSON.stringify(reading.accepted ? reading.event.changes : 'refused', (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString() : value,
  );
};

/** One of them fits every type of field that is read. */
const samples = ['Y', '1', '20260101', 'M', 'A^B^C^D^E^F^ORI', '7^CH', 'X^^^CH^XX', 'CANCEL', 'DE'];

const hasEffect = (name: string, field: number): boolean =>
  situations.some((situation) => {
    const without = changesOf(message(situation, name, {}));
    return samples.some((sample) => changesOf(message(situation, name, { [field]: sample })) !== without);
  });

describe('docs/conformance.md', () => {
  it('is what the mapping’s own tables say (UPDATE_CONFORMANCE=1 writes it)', () => {
    if (process.env['UPDATE_CONFORMANCE'] === '1') writeFileSync(document, conformanceDocument());
    expect(readFileSync(document, 'utf8')).toBe(conformanceDocument());
  });
});

describe('the tables', () => {
  const held = conformance.segments.filter(
    ({ name }) => ['PID', 'PV1', 'PV2', 'NK1', 'ROL', 'AL1', 'DG1', 'IN1'].includes(name) || name.startsWith('ZF'),
  );

  it.each(held.map(({ name, fields }) => [name, fields.flatMap((rule) => rule.fields)] as const))(
    '%s: every field that they name has an effect, and no other one has',
    (name, named) => {
      for (let field = 1; field <= 60; field++)
        expect(`${name}-${field} ${hasEffect(name, field)}`).toBe(`${name}-${field} ${named.includes(field)}`);
    },
  );

  it('name every trigger that makes changes', () => {
    for (const letter of ['A', 'Z'])
      for (let number = 1; number < 100; number++) {
        const trigger = `${letter}${String(number).padStart(2, '0')}`;
        const reading = readMessage(
          er7(msh(trigger), 'EVN||20260310', 'PID|1||42^^^CH^PI', 'MRG|43^^^CH^PI', 'PID|2||44^^^CH^PI', 'PV1||I'),
          contextOf(),
        );
        const mapped = reading.accepted && reading.event.changes.length > 0;
        expect(`${trigger} ${mapped}`).toBe(
          `${trigger} ${conformance.triggers.some((one) => one.trigger === trigger)}`,
        );
      }
  });
});
