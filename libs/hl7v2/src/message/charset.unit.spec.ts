import { describe, expect, it } from 'vitest';
import { chooseCharset, decode, encode } from './charset.js';

const euro = 'cœur 5 € É';

describe('character sets', () => {
  it.each([
    ['8859/15', 'iso-8859-15'],
    ['8859-15', 'iso-8859-15'],
    ['iso8859/15', 'iso-8859-15'],
    ['ISO_8859-15', 'iso-8859-15'],
    ['8859/1', 'iso-8859-1'],
    ['latin1', 'iso-8859-1'],
    ['unicode utf-8', 'utf-8'],
    ['UNICODE', 'utf-8'],
    ['utf8', 'utf-8'],
    ['CP1252', 'windows-1252'],
    ['Windows-1252', 'windows-1252'],
  ] as const)('%s is %s', (declared, charset) => {
    const bytes = encode(charset === 'iso-8859-1' ? 'É' : euro, charset);
    expect(chooseCharset(bytes, declared)).toEqual({ charset });
  });

  it('read the euro sign and œ right wherever they stand', () => {
    for (const charset of ['utf-8', 'iso-8859-15', 'windows-1252'] as const)
      expect(decode(encode(euro, charset), charset)).toBe(euro);
  });

  it('are those of the bytes where the declaration cannot be true', () => {
    const windows = encode(euro, 'windows-1252');
    for (const declared of ['8859/1', '8859/15', 'ASCII'])
      expect(chooseCharset(windows, declared)).toEqual({ charset: 'windows-1252', doubt: 'charset-mismatch' });
    expect(chooseCharset(windows, '')).toEqual({ charset: 'windows-1252', doubt: 'charset-undeclared' });
    expect(chooseCharset(encode(euro, 'utf-8'), '8859/1')).toEqual({ charset: 'utf-8', doubt: 'charset-mismatch' });
    expect(chooseCharset(windows, 'UTF-8')).toEqual({ undecodable: 'utf-8' });
  });

  it('are what the sender’s setting says, whatever is declared', () => {
    const bytes = encode(euro, 'iso-8859-15');
    expect(chooseCharset(bytes, 'UNICODE UTF-8', 'iso-8859-15')).toEqual({ charset: 'iso-8859-15' });
    expect(chooseCharset(bytes, '8859/15', 'utf-8')).toEqual({ undecodable: 'utf-8' });
    expect(chooseCharset(bytes, '', 'us-ascii')).toMatchObject({ doubt: 'charset-undeclared' });
  });
});
