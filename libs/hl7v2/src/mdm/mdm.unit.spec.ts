import { describe, expect, it } from 'vitest';
import { after, letter, mdm, recordsOf, txa, warningsOf } from '../oru/fixtures.js';

const textOf = (data: unknown): string => Buffer.from(String(data), 'base64').toString('utf8');
const documents = (...messages: readonly (readonly string[])[]) => recordsOf(after(...messages), 'DocumentReference');
const told = mdm('T02', txa(), ...letter('Madame,', 'tout va bien.'));

describe('MDM', () => {
  it('T02 is a DocumentReference and its content a Binary', () => {
    const held = after(told);
    const [binary] = recordsOf(held, 'Binary');
    expect(textOf(binary?.['data'])).toBe('Madame,\ntout va bien.');
    expect(recordsOf(held, 'DocumentReference')).toMatchObject([
      {
        masterIdentifier: { system: 'urn:reprise:750712184:GED', value: 'D1' },
        status: 'current',
        docStatus: 'final',
        type: { coding: [{ system: 'http://loinc.org', code: '11488-4' }, { code: 'CN' }] },
        date: '2026-03-10T10:00:00+01:00',
        author: [{ identifier: { value: '10001234567' } }],
        securityLabel: [{ coding: [{ code: 'N' }] }],
        content: [
          { attachment: { contentType: 'text/plain;charset=utf-8', url: `Binary/${binary?.['id']}`, size: 21 } },
        ],
        context: { related: [{ identifier: { value: 'P1' } }, { identifier: { value: 'F100' } }] },
      },
    ]);
  });

  it('T01 tells of a document without its content', () => {
    expect(documents(mdm('T01', txa()))).toMatchObject([{ content: [{ attachment: { extension: [{}] } }] }]);
  });

  it.each(['T01', 'T03', 'T04', 'T05', 'T06'])(
    '%s without content changes what it says of the document, and leaves its content and what it is silent about',
    (trigger) => {
      const silent = 'TXA|1|CN||||||20260311080000||||D1^GED|||||IP|V';
      const before = documents(told)[0] ?? {};
      const [document] = documents(told, mdm(trigger, silent));
      expect(document).toEqual({
        ...before,
        docStatus: 'preliminary',
        date: '2026-03-11T08:00:00+01:00',
        securityLabel: [{ coding: [expect.objectContaining({ code: 'V' })] }],
      });
      expect(before).toMatchObject({ content: [{ attachment: { size: 21, hash: expect.any(String) } }] });
    },
  );

  it.each(['T01', 'T03', 'T05'])(
    '%s of a document that was never told says that its content is not known',
    (trigger) => {
      const held = after(mdm(trigger, txa()));
      expect(recordsOf(held, 'Binary')).toEqual([]);
      expect(recordsOf(held, 'DocumentReference')).toMatchObject([
        { status: 'current', docStatus: 'final', content: [{ attachment: { extension: [{ valueCode: 'unknown' }] } }] },
      ]);
    },
  );

  it('T03 that says nothing of availability leaves a replaced document replaced', () => {
    const replaced = [told, mdm('T10', txa({ unique: 'D2^GED', parent: 'D1^GED' }), ...letter('Nouveau'))];
    const [first] = documents(...replaced, mdm('T03', txa({ availability: '' })));
    expect(first).toMatchObject({ status: 'superseded' });
    expect(documents(...replaced, mdm('T03', txa()))[0]).toMatchObject({ status: 'current' });
  });

  it('T04 of a document that replaced another leaves it that', () => {
    const replacing = mdm('T10', txa({ unique: 'D2^GED', parent: 'D1^GED' }), ...letter('Nouveau'));
    const [, second] = documents(
      told,
      replacing,
      mdm('T04', txa({ unique: 'D2^GED', completion: 'LA' }), ...letter('Lu')),
    );
    expect(second).toMatchObject({ relatesTo: [{ code: 'replaces' }], content: [{ attachment: { size: 2 } }] });
  });

  it('T06 edits the same document', () => {
    const held = after(told, mdm('T06', txa(), ...letter('Monsieur,')));
    expect(recordsOf(held, 'DocumentReference')).toHaveLength(1);
    expect(recordsOf(held, 'Binary').map(({ data }) => textOf(data))).toEqual(['Monsieur,']);
  });

  it('T08 appends another document', () => {
    const [first, second] = documents(
      told,
      mdm('T08', txa({ unique: 'D2^GED', parent: 'D1^GED' }), ...letter('P.-S.')),
    );
    expect(first).toMatchObject({ status: 'current' });
    expect(second).toMatchObject({
      status: 'current',
      relatesTo: [{ code: 'appends', target: { reference: `DocumentReference/${first?.['id']}` } }],
    });
  });

  it.each(['T09', 'T10', 'T06'])(
    '%s with a parent replaces it: the old is superseded and else what it was',
    (trigger) => {
      const replacing = mdm(trigger, txa({ unique: 'D2^GED', parent: 'D1^GED' }), ...letter('Nouveau'));
      const before = documents(told)[0] ?? {};
      const [first, second] = documents(told, replacing);
      expect(first).toEqual({ ...before, status: 'superseded' });
      expect(second).toMatchObject({ status: 'current', relatesTo: [{ code: 'replaces' }] });
    },
  );

  it('T10 finds its parent where TXA-13 leaves out the authority of the numbers', () => {
    const replacing = mdm('T10', txa({ unique: 'D2^GED', parent: 'D1' }), ...letter('Nouveau'));
    expect(documents(told, replacing)).toMatchObject([{ status: 'superseded' }, { status: 'current' }]);
    expect(
      documents(mdm('T02', txa({ unique: 'D1' }), ...letter('un')), mdm('T09', txa({ unique: 'D2', parent: 'D1' }))),
    ).toMatchObject([{ status: 'superseded' }, { status: 'current' }]);
  });

  it('a replaced document that was never told is its number, and that its content is not known', () => {
    const held = after(mdm('T10', txa({ unique: 'D2^GED', parent: 'D1^GED' }), ...letter('Nouveau')));
    const stub = recordsOf(held, 'DocumentReference').find(({ status }) => String(status) === 'superseded');
    expect(stub).toEqual({
      resourceType: 'DocumentReference',
      id: expect.any(String),
      masterIdentifier: { system: 'urn:reprise:750712184:GED', value: 'D1' },
      status: 'superseded',
      subject: { reference: expect.stringMatching(/^Patient\//) },
      custodian: expect.anything(),
      content: [{ attachment: { extension: [expect.objectContaining({ valueCode: 'unknown' })] } }],
    });
    expect(recordsOf(held, 'Binary')).toHaveLength(1);
  });

  it('T10 under the same number is the new content of the same document', () => {
    const held = documents(told, mdm('T10', txa({ parent: 'D1^GED' }), ...letter('Nouveau')));
    expect(held).toMatchObject([{ status: 'current' }]);
    expect(held[0]).not.toHaveProperty('relatesTo');
  });

  it.each([
    ['T11', txa()],
    ['T03', txa({ availability: 'CA' })],
    ['T04', txa({ availability: 'CA' })],
  ])('%s withdraws: the reference says so, the content is gone', (trigger, header) => {
    const held = after(told, mdm(trigger, header, ...letter('Madame,')));
    expect(recordsOf(held, 'Binary')).toEqual([]);
    expect(recordsOf(held, 'DocumentReference')).toMatchObject([{ status: 'entered-in-error' }]);
  });

  it('T11 leaves what another patient has under the number', () => {
    const other = told.map((segment) => segment.replace('PID|1||42^', 'PID|1||43^'));
    const held = after(told, other, mdm('T11', txa()));
    expect(recordsOf(held, 'DocumentReference')).toMatchObject([{ status: 'current' }]);
    expect(recordsOf(held, 'Binary')).toHaveLength(1);
  });

  it('an obsolete document is superseded', () => {
    expect(documents(told, mdm('T03', txa({ availability: 'OB' })))).toMatchObject([{ status: 'superseded' }]);
  });

  it('holds several contents, and those that lie elsewhere', () => {
    const content = [
      'OBX|1|ED|X^x^L||^Application^PDF^Base64^JVBERi0x||||||F',
      'OBX|2|RP|X^x^L||https://ged.exemple.invalid/7^^AP^PDF||||||F',
    ];
    const [document] = documents(mdm('T02', txa(), ...letter('Voir'), ...content));
    expect(document?.['content']?.map(({ attachment }) => attachment?.['contentType'])).toEqual([
      'text/plain;charset=utf-8',
      'application/pdf',
      'application/pdf',
    ]);
  });

  it('takes text whose type is not said, and lines that bare line ends break', () => {
    const untyped = 'OBX|1||CR^x^L||Rien';
    const broken = 'OBX|2|TX|CR^x^L||à\rsignaler||||||F';
    const [binary] = recordsOf(after(mdm('T02', txa(), untyped, broken)), 'Binary');
    expect(textOf(binary?.['data'])).toBe('Rien\nà\nsignaler');
  });

  it('says what it could not take', () => {
    expect(warningsOf(mdm('T02', txa(), 'OBX|1|ED|X^x^L||^Application^PDF^Base64^***||||||F'))).toEqual([
      'attachment-undecodable OBX[1]-5',
    ]);
    expect(warningsOf(mdm('T02', txa({ unique: '' }), ...letter('x')))).toEqual(['document-number-missing TXA-12']);
    expect(warningsOf(mdm('T02', 'NTE|1||rien'))).toEqual([
      'document-header-missing TXA',
      'not-represented PV1',
      'not-represented NTE-3',
    ]);
  });

  it('without a number is told by the order that it answers', () => {
    const nameless = mdm('T02', txa({ unique: '' }), ...letter('un'));
    expect(documents(nameless, mdm('T04', txa({ unique: '', completion: 'LA' }), ...letter('un')))).toHaveLength(1);
  });
});
