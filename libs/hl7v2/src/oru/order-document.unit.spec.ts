import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { after, msh, obr, obx, only, pid, pv1, recordsOf, segur, warningsOf } from './fixtures.js';

describe('documents in results', () => {
  const pdf = Buffer.from('%PDF-1.4 rien', 'latin1');
  const ed = (data: string, status = 'F') =>
    obx({
      type: 'ED',
      code: 'CR^Compte rendu^L',
      value: `^Application^PDF^Base64^${data}`,
      unit: '',
      range: '',
      flag: '',
      status,
    });

  it('are a DocumentReference and a Binary, and the form of their report', () => {
    const held = after([msh(), pid, pv1, obr(), ed(pdf.toString('base64'))]);
    const [document] = recordsOf(held, 'DocumentReference');
    const [binary] = recordsOf(held, 'Binary');
    const attachment = {
      contentType: 'application/pdf',
      url: `Binary/${binary?.['id']}`,
      size: pdf.length,
      hash: createHash('sha1').update(pdf).digest('base64'),
    };
    expect(binary).toMatchObject({ contentType: 'application/pdf', data: pdf.toString('base64') });
    expect(document).toMatchObject({
      status: 'current',
      docStatus: 'final',
      type: { text: 'Compte rendu' },
      date: '2026-03-10T09:00:00+01:00',
      custodian: { identifier: { value: '750712184' } },
      content: [{ attachment }],
    });
    expect(recordsOf(held, 'DiagnosticReport')[0]?.['presentedForm']).toEqual([attachment]);
    expect(recordsOf(held, 'Observation')).toEqual([]);
  });

  it.each([
    ['^TEXT^XML^Base64^PGEvPg==', 'text/xml', 'PGEvPg=='],
    ['^TEXT^XML^Base64^PGEv\\.br\\Pg', 'text/xml', 'PGEvPg=='],
    ['^TEXT^RTF^Base64^e1xydGYx', 'text/rtf', 'e1xydGYx'],
    ['^^Octet-stream^Base64^JVBERi0x', 'application/pdf', 'JVBERi0x'],
    ['^IM^JPEG^Hex^FFD8', 'image/jpeg', '/9g='],
    ['^TEXT^^A^un ^ deux', 'text/plain', Buffer.from('un ^ deux').toString('base64')],
  ])('%s', (value, contentType, data) => {
    expect(only('Binary', obr(), obx({ type: 'ED', value }))).toMatchObject({ contentType, data });
  });

  it.each(['AAA', 'A', 'AA*A', 'Ł000', '====', 'AAA=AAAA', '-_-_'])(
    '%s is no base64: a warning, and the bytes stay',
    (data) => {
      const message = [msh(), pid, obr(), ed(data)];
      if (data === 'AAA') return expect(only('Binary', obr(), ed(data))?.['data']).toBe('AAA=');
      expect(recordsOf(after(message), 'DocumentReference')).toEqual([]);
      return expect(warningsOf(message)).toEqual(['attachment-undecodable OBX[1]-5']);
    },
  );

  it('an empty one, and a deleted one, are none; one of another patient is withdrawn', () => {
    const first = [msh(), pid, obr(), ed('AAAA')];
    expect(recordsOf(after([msh(), pid, obr(), ed('')]), 'DocumentReference')).toEqual([]);
    const deleted = after(first, [msh(), pid, obr(), ed('', 'D')]);
    expect([...deleted.keys()].map((key) => key.split('/')[0])).toEqual(['DiagnosticReport']);
    const withdrawn = after(first, [msh(), pid, obr(), ed('', 'W')]);
    expect(recordsOf(withdrawn, 'Binary')).toEqual([]);
    const documents = recordsOf(withdrawn, 'DocumentReference');
    expect(new Set(documents.map(({ status }) => status))).toEqual(new Set(['entered-in-error']));
    expect(JSON.stringify(recordsOf(withdrawn, 'DocumentReference'))).not.toContain('Binary/');
  });

  it('that lie elsewhere are pointed to', () => {
    const value = 'https://pacs.exemple.invalid/1^^image^JPEG';
    expect(only('DocumentReference', obr(), obx({ type: 'RP', value }))).toMatchObject({
      content: [{ attachment: { contentType: 'image/jpeg', url: 'https://pacs.exemple.invalid/1' } }],
    });
  });

  it('of the Ségur: the CDA with its author, and no result made of what its transport says', () => {
    const held = after(segur);
    expect([...held.keys()].map((key) => key.split('/')[0])).toEqual(['Binary', 'DocumentReference']);
    expect(recordsOf(held, 'DocumentReference')[0]).toMatchObject({
      type: { coding: [{ system: 'http://loinc.org', code: '11502-2' }] },
      author: [{ identifier: { system: 'https://rpps.esante.gouv.fr', value: '10001234567' } }],
      securityLabel: [{ coding: [{ code: 'MASQUE_PS' }] }],
      content: [{ attachment: { contentType: 'text/xml', creation: '2026-03-10T08:30:00+01:00' } }],
    });
  });

  it('of many megabytes are whole, and many of them take no more than their time', () => {
    const large = Buffer.alloc(14 * 1024 * 1024, 'Compte rendu. ');
    const [binary] = recordsOf(after([msh(), pid, obr(), ed(large.toString('base64'))]), 'Binary');
    expect(Buffer.from(String(binary?.['data']), 'base64').equals(large)).toBe(true);
    const many = Array.from({ length: 5_000 }, () => ed('AAAA'));
    const metadata = 'OBX|1|CE|MASQUE_PS^x^MetaDMPMSS||N||||||F';
    expect(recordsOf(after([msh(), pid, obr(), metadata, ...many]), 'DocumentReference')).toHaveLength(5_000);
  });
});
