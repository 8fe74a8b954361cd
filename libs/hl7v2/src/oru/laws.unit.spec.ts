import fc from 'fast-check';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Change, RecordKey } from '#domain';
import { validateResource } from '#fhir';
import { contextOf, er7 } from '../fixtures/context.js';
import { readMessage } from '../read-message.js';
import {
  accepted,
  after,
  bacteriology,
  letter,
  mdm,
  msh,
  obr,
  obx,
  orc,
  pid,
  pv1,
  recordsOf,
  segur,
  txa,
} from './fixtures.js';
import { observationStatuses } from './statuses.js';

/** What R4 has against the contents of these changes; a Patient is folded from edits, and not looked at here. */
const faultsOf = (changes: readonly Change[]): readonly string[] =>
  changes.flatMap((change) => {
    if (!('content' in change) || change.kind === 'merge-patch') return [];
    const type = RecordKey.type(change.record);
    const issues = validateResource(type, JSON.parse(Buffer.from(change.content).toString('utf8')));
    return issues.filter(({ severity }) => severity === 'error').map(({ text, location }) => `${location}: ${text}`);
  });

const changesOf = (bytes: Uint8Array): readonly Change[] => {
  const reading = readMessage(bytes, contextOf());
  return reading.accepted ? reading.event.changes : [];
};

const results = [
  obx(),
  obx({ type: 'SN', value: '>^5', range: '< 5', flag: 'LL~*' }),
  obx({ type: 'CE', value: 'POS^Positif^L~NEG^Négatif^L', unit: '', range: '' }),
  obx({ type: 'TM', value: '0830', unit: '10^9/L' }),
  obx({ type: 'ED', value: '^TEXT^RTF^Base64^e1xydGYx' }),
];
const report = [msh(), pid, pv1, orc, obr(), 'NTE|1||note', ...results, 'NTE|1||note', 'SPM|1|S1^S2||SER^Sérum^L'];
const told = mdm('T10', txa({ unique: 'D2^GED', parent: 'D1^GED' }), ...letter('un', 'deux'));
const messages = [report, bacteriology, segur, told];

describe('laws of results and documents', () => {
  it('what is made is FHIR R4', () => {
    expect(validateResource('Observation', { resourceType: 'Observation', status: 'told', code: {} })).not.toEqual([]);
    for (const message of messages) expect(faultsOf(accepted(message).changes)).toEqual([]);
  });

  it('whatever became of a result on the way, the state is the one told last', () => {
    const [known] = recordsOf(after([msh(), pid, obr(), obx()]), 'Observation');
    const status = fc.constantFrom(...Object.keys(observationStatuses));
    const telling = fc.record({ status, value: fc.nat(999).map((n) => `${n}.50`), beside: fc.boolean() });
    fc.assert(
      fc.property(fc.array(telling, { minLength: 1, maxLength: 8 }), (tellings) => {
        const sent = tellings.map(({ status, value, beside }) => [
          msh(),
          pid,
          obr({ status: 'F' }),
          ...(beside ? [obx({ code: '2951-2^Sodium^LN' })] : []),
          obx({ status, value }),
        ]);
        const told = recordsOf(after(...sent), 'Observation').filter(({ code }) => code?.['text'] === 'Potassium');
        const result = told.find(({ id }) => id === known?.['id']);
        expect(told.every((one) => one === result || one['status'] === 'entered-in-error')).toBe(true);
        const last = tellings.at(-1);
        const expected = observationStatuses[last?.status as keyof typeof observationStatuses];
        expect([result?.['status'], result?.['valueQuantity']?.['value']]).toEqual(
          expected === 'deleted'
            ? [undefined, undefined]
            : expected === 'wrong'
              ? ['entered-in-error', undefined]
              : [expected, Number(last?.value)],
        );
      }),
    );
  });

  it('a number keeps its written form', () => {
    const written = fc.stringMatching(/^-?(0|[1-9]\d{0,16})(\.\d{1,16})?$/);
    fc.assert(
      fc.property(written, (number) => {
        const content = [...after([msh(), pid, obr(), obx({ value: number, range: '' })]).values()].join();
        expect(content).toContain(`"valueQuantity":{"value":${number},`);
      }),
    );
  });

  it('any bytes are content of a document, whole', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        const value = `^Application^Octet-stream^Base64^${Buffer.from(bytes).toString('base64')}`;
        const [binary] = recordsOf(after([msh(), pid, obr(), obx({ type: 'ED', value })]), 'Binary');
        expect(Buffer.from(String(binary?.['data']), 'base64')).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('mutated messages never throw, and what is made of them is FHIR R4', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '|',
        '^',
        '~',
        '&',
        '\\',
        '\\.br\\',
        '\\X0D\\',
        '""',
        '\r',
        '\rOBX|1|',
        '\rOBR|',
        '\rSPM|',
        '  ',
        '^^',
        '-',
        '/',
      ),
      fc.string({ maxLength: 6 }),
      fc.constantFrom(
        'NM',
        'TM',
        'DR',
        'ED',
        'RP',
        'CE',
        'W',
        'D',
        '20260310',
        '0000',
        '10^-^5',
        'https://x.invalid/ a',
      ),
    );
    const mutation = fc.record({ at: fc.integer({ min: 0, max: 9_999 }), cut: fc.nat(12), put: piece });
    let made = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...messages),
        fc.array(mutation, { minLength: 1, maxLength: 6 }),
        (message, mutations) => {
          // Heads stay whole: without a patient nothing would be made, and nothing looked at.
          const isHead = (segment: string): boolean => /^(?:MSH|PID|EVN)/.test(segment);
          let text = message.filter((segment) => !isHead(segment)).join('\r');
          for (const { at, cut, put } of mutations) {
            const from = Math.floor((at / 10_000) * text.length);
            text = text.slice(0, from) + put + text.slice(from + cut);
          }
          const changes = changesOf(er7(...message.filter(isHead), text));
          made += changes.length;
          expect(faultsOf(changes)).toEqual([]);
        },
      ),
      { numRuns: 400 },
    );
    expect(made).toBeGreaterThan(400 * 3);
  });
});

const root = join(import.meta.dirname, '../../../../../shared/samples');
const isThere = existsSync(root);
const files = isThere
  ? readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.hl7'))
  : [];

const samplesOf = (file: string): readonly Buffer[] =>
  readFileSync(join(root, file))
    .toString('latin1')
    .split(/\n\n(?=MSH)/)
    .filter((message) => /^(?:\u00ef\u00bb\u00bf)?MSH[^\r\n]*\|(?:ORU|MDM)\^/.test(message))
    .map((message) => Buffer.from(message, 'latin1'));

const samples = files.flatMap((file) => samplesOf(file).map((bytes, index) => ({ name: `${file} ${index}`, bytes })));

describe.runIf(isThere)('published results and documents', () => {
  it('are there', () => {
    expect(samples.length).toBeGreaterThan(200);
  });

  it('are all accepted, and make valid records of a patient', () => {
    for (const { name, bytes } of samples) {
      const reading = readMessage(bytes, contextOf());
      const { changes } = reading.accepted ? reading.event : { changes: [] };
      const puts = changes.flatMap((change) => ('content' in change ? [change] : []));
      const types = new Set(puts.map(({ record }) => RecordKey.type(record)));
      expect([name, faultsOf(changes)]).toEqual([name, []]);
      expect([name, types.has('DiagnosticReport') || types.has('DocumentReference')]).toEqual([name, true]);
      expect([name, puts.every(({ patient }) => patient !== undefined)]).toEqual([name, true]);
    }
  });
});
