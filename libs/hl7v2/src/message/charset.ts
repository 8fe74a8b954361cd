import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { table } from './table.js';

export type Charset = 'utf-8' | 'iso-8859-1' | 'iso-8859-15' | 'windows-1252' | 'us-ascii';

/** MSH-18 (table 0211) as senders write it: upper case, without what stands between letters and digits. */
const names = table<Charset>({
  '': 'us-ascii',
  ASCII: 'us-ascii',
  USASCII: 'us-ascii',
  ISOIR6: 'us-ascii',
  '88591': 'iso-8859-1',
  ISO88591: 'iso-8859-1',
  ISOIR100: 'iso-8859-1',
  LATIN1: 'iso-8859-1',
  '885915': 'iso-8859-15',
  ISO885915: 'iso-8859-15',
  LATIN9: 'iso-8859-15',
  CP1252: 'windows-1252',
  WINDOWS1252: 'windows-1252',
  UNICODE: 'utf-8',
  UNICODEUTF8: 'utf-8',
  UTF8: 'utf-8',
});

const between = /[^A-Z0-9]/g;

/** The same few words come again and again. */
const normal = new Map<string, string>();
const normalised = (declared: string): string => {
  let name = normal.get(declared);
  if (name === undefined) {
    name = declared.toUpperCase().replace(between, '');
    if (normal.size < 100) normal.set(declared, name);
  }
  return name;
};

export type CharsetDoubt = 'charset-undeclared' | 'charset-mismatch' | 'charset-unknown';

/** By which character set the bytes are read; `undecodable`: UTF-8 is declared and they are not. */
export type CharsetChoice =
  | { readonly charset: Charset; readonly doubt?: CharsetDoubt }
  | { readonly undecodable: 'utf-8' };

/** Control characters of 8859 (0x80 to 0x9F) stand in no text: there, Windows has its euro sign, its œ and its quotes. */
const hasWindowsCharacters = (bytes: Uint8Array): boolean => {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x80 && byte <= 0x9f) return true;
  }
  return false;
};

/** What bytes beyond ASCII are in practice where nothing, or nothing true, is declared. */
const inPractice = (bytes: Uint8Array): Charset => {
  if (isUtf8(bytes)) return 'utf-8';
  return hasWindowsCharacters(bytes) ? 'windows-1252' : 'iso-8859-1';
};

/** `setting`: of the sender; it is believed whatever is declared. */
export const chooseCharset = (bytes: Uint8Array, declared: string, setting?: Charset): CharsetChoice => {
  if (isAscii(bytes)) {
    const known = setting ?? names[normalised(declared)];
    return known ? { charset: known } : { charset: 'us-ascii', doubt: 'charset-unknown' };
  }
  if (setting !== undefined && setting !== 'us-ascii')
    return setting !== 'utf-8' || isUtf8(bytes) ? { charset: setting } : { undecodable: 'utf-8' };
  const known = names[normalised(declared)];
  if (known === undefined) return { charset: inPractice(bytes), doubt: 'charset-unknown' };
  if (known === 'us-ascii')
    return { charset: inPractice(bytes), doubt: declared === '' ? 'charset-undeclared' : 'charset-mismatch' };
  if (known === 'utf-8') return isUtf8(bytes) ? { charset: 'utf-8' } : { undecodable: 'utf-8' };
  // No text in a single-byte set happens to be UTF-8 throughout: the declaration was left behind by a change of settings.
  const charset = isUtf8(bytes) ? 'utf-8' : hasWindowsCharacters(bytes) ? 'windows-1252' : known;
  return charset === known ? { charset } : { charset, doubt: 'charset-mismatch' };
};

export const decode = (bytes: Buffer, charset: Charset): string => {
  switch (charset) {
    case 'utf-8':
      return bytes.toString('utf8');
    case 'us-ascii':
    case 'iso-8859-1':
      return bytes.toString('latin1');
    case 'iso-8859-15':
    case 'windows-1252':
      return isAscii(bytes) ? bytes.toString('latin1') : iconv.decode(bytes, charset);
  }
};

const combining = /\p{M}/gu;
const beyondAscii = /[^\x20-\x7e\r\n\t]/g;

export const encode = (text: string, charset: Charset): Buffer => {
  switch (charset) {
    case 'utf-8':
      return Buffer.from(text, 'utf8');
    case 'iso-8859-1':
      return Buffer.from(text, 'latin1');
    case 'iso-8859-15':
    case 'windows-1252':
      return iconv.encode(text, charset);
    case 'us-ascii':
      return Buffer.from(text.normalize('NFD').replace(combining, '').replace(beyondAscii, '?'), 'latin1');
  }
};
