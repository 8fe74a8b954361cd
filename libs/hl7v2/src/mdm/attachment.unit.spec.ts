import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { after, mdm, msh, obr, obx, pid, recordsOf, txa, warningsOf } from '../oru/fixtures.js';

const xml = '<?xml version="1.0"?><ClinicalDocument/>';
const text = 'Rien à signaler dans ce compte rendu.';
const base64 = (content: string): string => Buffer.from(content, 'utf8').toString('base64');
const pdf = base64('%PDF-1.4 rien');

const inOru = (value: string, type = 'ED'): readonly string[] => [msh(), pid, obr(), obx({ type, value, unit: '' })];
const inMdm = (value: string, type = 'ED'): readonly string[] =>
  mdm('T02', txa(), `OBX|1|${type}|X^x^L||${value}||||||F`);

const contents = (message: readonly string[]): readonly string[] =>
  recordsOf(after(message), 'Binary').map(
    ({ contentType, data }) => `${String(contentType)} ${Buffer.from(String(data), 'base64').toString('utf8')}`,
  );
const undecodable = (message: readonly string[]): readonly string[] =>
  warningsOf(message).filter((warning) => warning.startsWith('attachment-undecodable'));

describe.each([
  ['ORU', inOru],
  ['MDM', inMdm],
] as const)('an ED of %s whose parts stand elsewhere', (_name, message) => {
  it.each([
    ['in order', `^TEXT^XML^Base64^${base64(xml)}`, `text/xml ${xml}`],
    ['data in the first component', base64(xml), `text/xml ${xml}`],
    ['data in the first component, of no known type', base64(text), `application/octet-stream ${text}`],
    ['a PDF in the first component', pdf, 'application/pdf %PDF-1.4 rien'],
    ['parts as repetitions', `src~TEXT~XML~Base64~${base64(xml)}`, `text/xml ${xml}`],
    ['parts as repetitions, without source', `~TEXT~XML~Base64~${base64(xml)}`, `text/xml ${xml}`],
    ['parts as sub-components', `src&TEXT&XML&Base64&${base64(xml)}`, `text/xml ${xml}`],
    ['no source, all one to the left', `TEXT^XML^Base64^${base64(xml)}`, `text/xml ${xml}`],
    ['all one to the right', `^^TEXT^XML^Base64^${base64(xml)}`, `text/xml ${xml}`],
    ['an empty component too many', `^TEXT^XML^Base64^^${base64(xml)}`, `text/xml ${xml}`],
    ['no encoding, and data behind', `^TEXT^XML^^^${base64(xml)}`, `text/xml ${xml}`],
    ['no encoding', `^TEXT^XML^^${base64(xml)}`, `text/xml ${xml}`],
    ['an encoding that is none', `^Application^PDF^Binary^${pdf}`, 'application/pdf %PDF-1.4 rien'],
    ['in the place of the subtype', `^^${pdf}`, 'application/pdf %PDF-1.4 rien'],
    ['hexadecimal, moved', `TEXT^PLAIN^Hex^${Buffer.from(text).toString('hex')}`, `text/plain ${text}`],
    ['text with separators', `^TEXT^PLAIN^A^a ^ b ^ c`, 'text/plain a ^ b ^ c'],
  ])('%s', (_how, value, expected) => {
    expect(contents(message(value))).toEqual([expected]);
    expect(undecodable(message(value))).toEqual([]);
  });

  it.each([
    '',
    '""',
    'salle 4',
    'Voir',
    '^TEXT^XML^Base64^',
    '^TEXT^XML^Base64^***',
    '^TEXT^^^',
    'src^^^^',
    '^^^Base64',
    '^^^^Base64',
    'src~TEXT~XML~Base64~',
    'src~TEXT~XML~Base64~***',
    '^TEXT^XML^Hex^0g',
    `${base64(xml)}^^${base64(text)}`,
  ])('%j cannot be decoded, and that is said', (value) => {
    expect(contents(message(value))).toEqual([]);
    expect(undecodable(message(value))).toEqual(['attachment-undecodable OBX[1]-5']);
  });

  it('of two contents the one that can be decoded is taken, and the place of the other said', () => {
    const value = `^TEXT^XML^Base64^***~^TEXT^XML^Base64^${base64(xml)}`;
    expect(contents(message(value))).toEqual([`text/xml ${xml}`]);
    expect(undecodable(message(value))).toEqual(['attachment-undecodable OBX[1]-5[1]']);
  });

  it('whatever stands in it, there is a content or a warning', () => {
    const piece = fc.constantFrom(
      '^',
      '~',
      '&',
      'TEXT',
      'XML',
      'Base64',
      'src',
      'A',
      'Hex',
      '00',
      pdf,
      base64(text),
      '*',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const sent = message(pieces.join(''));
        expect(contents(sent).length + undecodable(sent).length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a pointer (RP)', () => {
  it('that is no address is said in an MDM, and is text in an ORU', () => {
    expect(undecodable(inMdm('salle 4', 'RP'))).toEqual(['attachment-undecodable OBX[1]-5']);
    expect(recordsOf(after(inOru('salle 4', 'RP')), 'Observation')).toMatchObject([{ valueString: 'salle 4' }]);
  });

  it.each([inOru, inMdm])('that is not there is said', (message) => {
    expect(undecodable(message('', 'RP'))).toEqual(['attachment-undecodable OBX[1]-5']);
  });

  it.each([inOru, inMdm])('beside an address is said', (message) => {
    const sent = message('https://pacs.exemple.invalid/1~salle 4', 'RP');
    expect(recordsOf(after(sent), 'DocumentReference')).toMatchObject([
      { content: [{ attachment: { url: 'https://pacs.exemple.invalid/1' } }] },
    ]);
    expect(undecodable(sent)).toEqual(['attachment-undecodable OBX[1]-5[2]']);
  });

  it('keeps where it is from, and a type that is none of MIME', () => {
    const [document] = recordsOf(after(inMdm('https://pacs.exemple.invalid/1^PACS^NS^x y', 'RP')), 'DocumentReference');
    expect(document?.['content']?.[0]?.['attachment']).toMatchObject({
      extension: [
        { url: 'urn:reprise:source-application', valueString: 'PACS' },
        { url: 'urn:reprise:original-content-type', valueString: 'NS/x y' },
        { url: 'urn:reprise:content-code', valueCodeableConcept: { text: 'x' } },
        { url: 'urn:reprise:content-status', valueCoding: { code: 'F' } },
      ],
    });
  });
});
