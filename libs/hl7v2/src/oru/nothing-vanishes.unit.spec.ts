import { describe, expect, it } from 'vitest';
import { after, letter, mdm, msh, obr, obx, only, pid, recordsOf, txa, warningsOf } from './fixtures.js';

const code = (text: string) => ({ text });
const extension = (name: string, value: object) => ({ url: `urn:reprise:${name}`, ...value });

describe('of two that have one place, both are shown', () => {
  it('OBX-7 and OBX-17 repeated', () => {
    const segment = obx({ range: '3 - 5~4 - 6', rest: '||||||M1^Ionométrie^L~M2^Photométrie^L' });
    expect(only('Observation', obr(), segment)).toMatchObject({
      referenceRange: [{ text: '3 - 5' }, { text: '4 - 6' }],
      method: code('Ionométrie'),
      extension: [extension('other-method', { valueCodeableConcept: code('Photométrie') })],
    });
  });

  it.each([
    ['another laboratory', 'LABO B', [{ display: 'LABO B' }, { identifier: { value: 'A1' } }]],
    ['the same twice', 'LABO A', [{ display: 'LABO A' }]],
  ])('OBX-15 and OBX-23: %s', (_how, name, expected) => {
    const told = only('Observation', obr(), obx({ rest: `||||A1^LABO A^L||||||||${name}` }));
    expect(told?.['performer']).toHaveLength(expected.length);
    expect(told?.['performer']).toMatchObject(expected);
    expect(
      only('DiagnosticReport', obr(), obx({ rest: `||||A1^LABO A^L||||||||${name}` }))?.['performer'],
    ).toMatchObject(expected);
  });

  it('OBR-7 and OBX-14', () => {
    const segments = [obr(), obx({ rest: '|||20260310070000' })];
    expect(only('Observation', ...segments)).toMatchObject({ effectiveDateTime: '2026-03-10T07:00:00+01:00' });
    expect(only('DiagnosticReport', ...segments)).toMatchObject({ effectiveDateTime: '2026-03-10T08:00:00+01:00' });
  });

  const spm = (fields: Readonly<Record<number, string>>): string =>
    ['SPM', ...Array.from({ length: 29 }, (_, index) => fields[index + 1] ?? '')].join('|');

  it('SPM-3 repeated, and both numbers of a parent', () => {
    expect(only('Specimen', obr(), obx(), spm({ 2: 'S1', 3: 'P1&DPI^F1&LAB~P2&DPI' }))).toMatchObject({
      parent: [
        {
          identifier: { value: 'F1' },
          extension: [
            extension('other-number', { valueIdentifier: { system: 'urn:reprise:750712184:DPI', value: 'P1' } }),
          ],
        },
        { identifier: { value: 'P2' } },
      ],
    });
  });

  it('SPM-8 and SPM-10', () => {
    const held = only('Specimen', obr(), obx(), spm({ 8: 'BRAS^Bras gauche^L', 10: 'PLI^Pli du coude^L' }));
    expect(held?.['collection']).toMatchObject({
      bodySite: code('Bras gauche'),
      extension: [extension('collection-site', { valueCodeableConcept: code('Pli du coude') })],
    });
    expect(only('Specimen', obr(), obx(), spm({ 10: 'PLI^Pli du coude^L' }))?.['collection']).toEqual({
      bodySite: expect.objectContaining(code('Pli du coude')),
    });
  });

  it.each([
    ['its code and its words', 'RC^Coagulé^HL70490^^^^^^sang coagulé', ['sang coagulé'], ['RC']],
    ['its code alone', 'RC', ['RC'], ['RC']],
    ['several', 'RC^Coagulé^HL70490~RH^Hémolysé^HL70490', ['Coagulé', 'Hémolysé'], ['RC', 'RH']],
    ['words alone', '^tube cassé', ['tube cassé'], [undefined]],
  ])('SPM-21: %s', (_how, reason, notes, codes) => {
    const held = only('Specimen', obr(), obx(), spm({ 20: 'Y', 21: reason }));
    expect(held).toMatchObject({
      status: 'unsatisfactory',
      _status: { extension: [extension('original-code', { valueCoding: { code: 'Y' } })] },
      note: notes.map((text) => ({ text })),
    });
    const kept = held?.['extension'] ?? [];
    expect(kept.map(({ valueCodeableConcept }) => valueCodeableConcept?.['coding']?.[0]?.['code'])).toEqual(codes);
  });

  const headerOf = (fields: Readonly<Record<number, string>>): string =>
    ['TXA', ...Array.from({ length: 26 }, (_, index) => fields[index + 1] ?? '')].join('|');
  const documentOf = (fields: Readonly<Record<number, string>>) => {
    const header = headerOf({ 1: '1', 2: 'CN', 12: 'D1^GED', ...fields });
    return recordsOf(after(mdm('T02', header, ...letter('un'))), 'DocumentReference')[0];
  };

  it('TXA-5, TXA-9, TXA-11, and TXA-22 repeated', () => {
    expect(documentOf({ 5: 'B^ACTE', 9: 'A^AUTEUR', 11: 'C^FRAPPE', 22: 'V^VALIDEUR~W^SECOND' })).toMatchObject({
      author: [{ display: 'AUTEUR' }],
      authenticator: { display: 'VALIDEUR' },
      extension: [
        extension('activity-provider', { valueReference: { display: 'ACTE' } }),
        extension('transcriptionist', { valueReference: { display: 'FRAPPE' } }),
        extension('other-authenticator', { valueReference: { display: 'SECOND' } }),
      ],
    });
    expect(documentOf({ 11: 'C^FRAPPE' })).toMatchObject({ author: [{ display: 'FRAPPE' }] });
    expect(documentOf({ 9: 'A^AUTEUR', 11: 'A^AUTEUR' })).not.toHaveProperty('extension');
  });

  it('TXA-4, TXA-6, TXA-7 and TXA-8', () => {
    const [activity, written, typed, edited] = ['06', '07', '08', '09'].map((hour) => `20260310${hour}0000`);
    const at = (hour: string) => `2026-03-10T${hour}:00:00+01:00`;
    expect(documentOf({ 4: activity ?? '', 6: written ?? '', 7: typed ?? '', 8: edited ?? '' })).toMatchObject({
      date: at('09'),
      context: { period: { start: at('06') } },
      extension: [
        extension('origination-date', { valueDateTime: at('07') }),
        extension('transcription-date', { valueDateTime: at('08') }),
      ],
    });
    expect(documentOf({ 6: written ?? '', 8: '20260311' })).toMatchObject({
      date: at('07'),
      extension: [extension('edit-date', { valueDateTime: '2026-03-11' })],
    });
  });

  it('TXA-16 and TXA-25', () => {
    expect(documentOf({ 16: 'cr.pdf', 25: 'Compte rendu' })).toMatchObject({
      description: 'Compte rendu',
      extension: [extension('file-name', { valueString: 'cr.pdf' })],
    });
    expect(documentOf({ 16: 'cr.pdf' })).toMatchObject({ description: 'cr.pdf' });
  });
});

describe('text is whole, whatever separators of sub-components stand in it', () => {
  it.each(['E. coli & K. oxytoca', 'a&b', 'R&D &', '& Cie', 'Na+ & K+ & Cl-'])('%s', (text) => {
    const told = obx({
      code: `K^${text}^L`,
      type: 'CWE',
      value: `X^${text}^L`,
      unit: text,
      rest: `||||||M^${text}^L||||||${text}`,
    });
    const segments = [obr({ code: `C^${text}^L` }), told, `SPM|1|S1||SER^${text}^L`];
    expect(only('Observation', ...segments)).toMatchObject({
      code: { text, coding: [{ display: text }] },
      valueCodeableConcept: { text },
      method: { text },
      performer: [{ display: text }],
      extension: [{ url: 'urn:reprise:unit', valueQuantity: { unit: text } }],
    });
    expect(only('DiagnosticReport', ...segments)).toMatchObject({ code: { text } });
    expect(only('Specimen', ...segments)).toMatchObject({ type: { text } });
  });
});

describe('a code of no table is kept as it was sent, and said', () => {
  const original = (table: string, sent: string) => ({
    extension: [
      extension('original-code', {
        valueCoding: { system: `http://terminology.hl7.org/CodeSystem/v2-${table}`, code: sent },
      }),
    ],
  });

  it.each(['ZZ', 'au', '1'])('TXA-17 and TXA-19: %s', (sent) => {
    const message = mdm('T02', txa({ completion: sent, availability: sent }), ...letter('un'));
    const [document] = recordsOf(after(message), 'DocumentReference');
    expect(document).toMatchObject({
      status: 'current',
      _status: original('0273', sent),
      _docStatus: original('0271', sent),
    });
    expect(document).not.toHaveProperty('docStatus');
    expect(warningsOf(message)).toEqual(['code-unknown TXA-19', 'code-unknown TXA-17']);
  });

  it('a code of the table that comes later leaves nothing of it', () => {
    const message = mdm('T02', txa({ completion: 'ZZ', availability: 'ZZ' }), ...letter('un'));
    const [document] = recordsOf(after(message, mdm('T03', txa())), 'DocumentReference');
    expect(document).toMatchObject({ status: 'current', docStatus: 'final' });
    expect(document).not.toHaveProperty('_status');
    expect(document).not.toHaveProperty('_docStatus');
    const [silent] = recordsOf(
      after(message, mdm('T03', txa({ completion: '', availability: '' }))),
      'DocumentReference',
    );
    expect(silent).toMatchObject({ _status: original('0273', 'ZZ'), _docStatus: original('0271', 'ZZ') });
  });

  it.each(['MASQUE', 'r'])('TXA-18: %s', (sent) => {
    const message = mdm('T02', txa({ confidentiality: sent }), ...letter('un'));
    expect(recordsOf(after(message), 'DocumentReference')).toMatchObject([
      { securityLabel: [{ coding: [{ code: sent }] }] },
    ]);
    expect(warningsOf(message)).toEqual(['code-unknown TXA-18']);
  });

  it.each(['ZZ', 'oui'])('SPM-20: %s', (sent) => {
    const spm = `SPM|1|S1||SER^Sérum^L||||||||||||||||${sent}`;
    expect(only('Specimen', obr(), obx(), spm)).toMatchObject({ _status: original('0136', sent) });
    expect(warningsOf([msh(), pid, obr(), obx(), spm])).toEqual(['code-unknown SPM[1]-20']);
  });

  it.each([
    ['*', { text: '*' }],
    ['LL*', { text: 'LL*' }],
    ['*^Voir note', { coding: [{ code: '*', display: 'Voir note' }], text: 'Voir note' }],
  ])('OBX-8: %s', (sent, expected) => {
    const told = obx({ flag: `H~${sent}` });
    expect(only('Observation', obr(), told)?.['interpretation']).toMatchObject([{ coding: [{ code: 'H' }] }, expected]);
    expect(warningsOf([msh(), pid, obr(), told])).toEqual(['code-unknown OBX[1]-8']);
  });

  it('OBX-11 and OBR-25', () => {
    const segments = [obr({ status: 'Q' }), obx({ status: 'Q' })];
    expect(only('Observation', ...segments)).toMatchObject({ status: 'unknown', _status: original('0085', 'Q') });
    expect(only('DiagnosticReport', ...segments)).toMatchObject({ status: 'unknown', _status: original('0123', 'Q') });
  });
});
