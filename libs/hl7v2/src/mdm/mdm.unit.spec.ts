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

  it.each(['T03', 'T05'])('%s changes what is said of the document and leaves its content', (trigger) => {
    const held = after(told, mdm(trigger, txa({ completion: 'IP', confidentiality: 'V' })));
    const [binary] = recordsOf(held, 'Binary');
    expect(recordsOf(held, 'DocumentReference')).toMatchObject([
      {
        docStatus: 'preliminary',
        securityLabel: [{ coding: [{ code: 'V' }] }],
        content: [{ attachment: { url: `Binary/${binary?.['id']}` } }],
      },
    ]);
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
    '%s with a parent replaces it: the old is superseded and can still be read',
    (trigger) => {
      const held = after(told, mdm(trigger, txa({ unique: 'D2^GED', parent: 'D1^GED' }), ...letter('Nouveau')));
      const [first, second] = recordsOf(held, 'DocumentReference');
      expect(first).toMatchObject({ status: 'superseded', masterIdentifier: { value: 'D1' } });
      const url = String(first?.['content']?.[0]?.['attachment']?.['url']);
      expect([...held.keys()]).toContain(url);
      expect(second).toMatchObject({ status: 'current', relatesTo: [{ code: 'replaces' }] });
    },
  );

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

  it('says what it could not take', () => {
    expect(warningsOf(mdm('T02', txa(), 'OBX|1|ED|X^x^L||^Application^PDF^Base64^***||||||F'))).toEqual([
      'attachment-undecodable OBX[1]-5',
    ]);
    expect(warningsOf(mdm('T02', txa({ unique: '' }), ...letter('x')))).toEqual(['document-number-missing TXA-12']);
    expect(warningsOf(mdm('T02', 'NTE|1||rien'))).toEqual(['document-header-missing TXA']);
  });

  it('without a number is told by the order that it answers', () => {
    const nameless = mdm('T02', txa({ unique: '' }), ...letter('un'));
    expect(documents(nameless, mdm('T04', txa({ unique: '', completion: 'LA' }), ...letter('un')))).toHaveLength(1);
  });
});
