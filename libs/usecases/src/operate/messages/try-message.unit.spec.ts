import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Finess, Instant } from '#domain';
import { frame } from '#hl7v2';
import { aSender } from '../../../../testing/src/builders/sender.js';
import { splitMessages } from './split-messages.js';
import { tryMessages } from './try-message.js';

const finess = Finess.parse('990000010');
const sender = aSender(finess);
const given = {
  sender,
  establishment: { finess, name: 'CH (démo)', sites: [], timeZone: 'Europe/Paris' },
  now: Instant.of(1_790_000_000_000),
};
const adt = (trigger: string, id: string, ...more: readonly string[]): string =>
  [
    `MSH|^~\\&|HIS|DEMO|REPRISE|GHT|20261120100000||ADT^${trigger}|${id}|P|2.5|||||FRA|8859/1`,
    'EVN||20261120100000',
    'PID|1||42^^^DEMO&1.2.250.1.999.1&ISO^PI||FICTIF^Hélène^^^^^L||19800324|F',
    'PV1|1|I|CARDIO^101^1||||||||||||||||V42',
    ...more,
  ].join('\r');
const latin1 = (...texts: readonly string[]): Buffer => Buffer.from(texts.join('\r'), 'latin1');

describe('trying messages of a file', () => {
  it('shows bytes, segments, changes, records and the answer, and sends nothing', () => {
    const [tried, ...others] = tryMessages(latin1(adt('A01', 'M1')), given);
    expect(others).toEqual([]);
    expect(tried).toMatchObject({
      number: 1,
      framing: 'plain',
      charset: 'iso-8859-1',
      declaredCharset: '8859/1',
      controlId: 'M1',
      label: 'ADT^A01',
      state: 'applied',
      errors: [],
    });
    expect(tried?.answers[0]).toContain('MSA|AA|M1');
    const kinds = tried?.changes.map((change) => (change as { readonly kind: string }).kind);
    expect(kinds).toEqual(expect.arrayContaining(['identify', 'movement', 'put']));
    const put = tried?.changes.find((change) => (change as { readonly kind: string }).kind === 'put');
    expect(put).toMatchObject({ content: { resourceType: 'Location' } });
    const patient = tried?.records.find(({ record }) => record.startsWith('Patient/'));
    expect(patient?.content).toMatchObject({ resourceType: 'Patient', gender: 'female', birthDate: '1980-03-24' });
    const pid = tried?.segments.find(({ name }) => name === 'PID')?.fields ?? [];
    expect(pid).toContainEqual({ at: 'PID-5.1', name: { en: 'names', fr: 'noms' }, value: 'FICTIF' });
    expect(pid).toContainEqual({ at: 'PID-5.2', name: null, value: 'Hélène' });
    expect(pid).toContainEqual({ at: 'PID-3.4.2', name: null, value: '1.2.250.1.999.1' });
  });

  it('shows segments as the mapping reads them, and lines that have no name', () => {
    const [tried] = tryMessages(
      latin1(adt('A01', 'M1', ' obx |1|TX|T||un', 'deux', 'NTE|1||vu|x', 'bavardage')),
      given,
    );
    const shown = tried?.segments.slice(-3) ?? [];
    expect(shown.map(({ name, number }) => `${name} ${number}`)).toEqual(['OBX 1', 'NTE 1', '… 1']);
    expect(shown[0]?.fields.find(({ at }) => at === 'OBX-5')?.value).toBe('un\ndeux');
    expect(shown[2]?.fields).toEqual([{ at: '…', name: null, value: 'bavardage' }]);
    expect(tried?.warnings.map(({ code, location }) => `${code} ${location}`)).toEqual(
      expect.arrayContaining(['segment-name-form OBX[1]', 'text-line-ends OBX[1]-5', 'segment-nameless NTE[1]']),
    );
  });

  it('shows the answers of a message that is mapped to nothing as they would be sent', () => {
    const unmapped = adt('A01', ' M1').replace('ADT^A01', 'SIU^S12').replace('|P|2.5|||||FRA', '|P|2.5|||AL|AL|FRA');
    const [tried] = tryMessages(latin1(unmapped), given);
    expect(tried?.state).toBe('unmapped');
    expect(tried?.answers.map((answer) => /\rMSA[^\r]*/.exec(answer)?.[0])).toEqual([
      '\rMSA|CA| M1',
      '\rMSA|AA| M1|unmapped',
    ]);
    for (const answer of tried?.answers ?? []) expect(answer.split('|')[6]).toBe('20260921141320+0000');
  });

  it('folds one message on the other, repetitions too', () => {
    const file = latin1(adt('A01', 'M1'), '', adt('A01', 'M1'), '', adt('A03', 'M2'), '');
    expect(tryMessages(file, given).map(({ state }) => state)).toEqual(['applied', 'duplicate', 'applied']);
  });

  it('shows a refusal with ERR as it would be sent, in the language of the sender', () => {
    const [tried] = tryMessages(latin1(adt('A01', '')), given);
    expect(tried).toMatchObject({ state: 'refused', records: [], changes: [], errors: [{ location: 'MSH^1^10' }] });
    expect(tried?.answers[0]).toMatch(/MSA\|AE[^]*ERR\|\|MSH\^1\^10/);
    expect(tryMessages(Buffer.from('no message at all'), given)).toMatchObject([{ state: 'refused' }]);
    expect(tryMessages(Buffer.from(' \n'), given)).toEqual([]);
  });

  it('makes the ids of production where the secret is given, and others where it is not', () => {
    const secret = createSecretKey(Buffer.alloc(32, 1));
    const ids = (more: object) =>
      tryMessages(latin1(adt('A01', 'M1')), { ...given, ...more })[0]?.records.map((one) => one.record);
    expect(ids({ secret })).toEqual(ids({ secret }));
    expect(ids({ secret })).not.toEqual(ids({}));
  });

  it('never throws, whatever the bytes', () => {
    const piece = fc.constantFrom(
      'MSH|^~\\&|A|B|C|D|2026||ADT^A01|1|P|2.5',
      '\r',
      '\n',
      '\u000b',
      '\u001c\r',
      'PID|',
      'BHS|',
      'é',
      '|^~',
      'ZBE|1',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        tryMessages(latin1(...pieces), given);
        tryMessages(Buffer.from(pieces.join('')), given);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the messages of a file', () => {
  const [one, two] = [adt('A01', 'M1'), adt('A08', 'M2')];
  const texts = (bytes: Buffer): readonly string[] =>
    splitMessages(bytes).messages.map((message) => message.toString('latin1'));

  it.each([
    ['plain', latin1(one, '', '', two, '')],
    ['plain', Buffer.from(`\u00ef\u00bb\u00bf${one}\r\n\r\n${two}\r\n`, 'latin1')],
    ['plain', Buffer.from(`${one}\r\n\u00ef\u00bb\u00bf${two}\r\n`, 'latin1')],
    ['batch', latin1('FHS|^~\\&|A', 'BHS|^~\\&|A', one, two, 'BTS|2', 'FTS|1')],
    ['mllp', Buffer.concat([frame(Buffer.from(one, 'latin1')), frame(Buffer.from(two, 'latin1'))])],
    ['mllp', Buffer.concat([frame(Buffer.from(one, 'latin1')), Buffer.from(`\u000b${two}`, 'latin1')])],
  ])('are told apart: %s', (framing, bytes) => {
    expect(splitMessages(bytes).framing).toBe(framing);
    expect(texts(bytes).map((text) => text.replace(/^\u00ef\u00bb\u00bf/, ''))).toEqual([one, two]);
  });
});
