import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { table } from './table.js';

export type Charset = 'utf-8' | 'iso-8859-1' | 'iso-8859-15' | 'us-ascii';

/** MSH-18 (table 0211) as senders write it, upper case. */
const names = table<Charset>({
  '': 'us-ascii',
  ASCII: 'us-ascii',
  'US-ASCII': 'us-ascii',
  'ISO IR6': 'us-ascii',
  '8859/1': 'iso-8859-1',
  'ISO IR100': 'iso-8859-1',
  'ISO-8859-1': 'iso-8859-1',
  'ISO8859-1': 'iso-8859-1',
  '8859/15': 'iso-8859-15',
  'ISO-8859-15': 'iso-8859-15',
  'ISO8859-15': 'iso-8859-15',
  'UNICODE UTF-8': 'utf-8',
  'UNICODE UTF8': 'utf-8',
  'UTF-8': 'utf-8',
  UTF8: 'utf-8',
});

export type CharsetDoubt = 'charset-undeclared' | 'charset-mismatch' | 'charset-unknown';

/** By which character set the bytes are read; `undecodable`: UTF-8 is declared and they are not. */
export type CharsetChoice =
  | { readonly charset: Charset; readonly doubt?: CharsetDoubt }
  | { readonly undecodable: 'utf-8' };

/** What bytes beyond ASCII are in practice where nothing, or nothing true, is declared. */
const inPractice = (bytes: Uint8Array): Charset => (isUtf8(bytes) ? 'utf-8' : 'iso-8859-1');

export const chooseCharset = (bytes: Uint8Array, declared: string): CharsetChoice => {
  const name = declared.trim().toUpperCase();
  const known = names[name];
  if (isAscii(bytes)) return known ? { charset: known } : { charset: 'us-ascii', doubt: 'charset-unknown' };
  if (known === undefined) return { charset: inPractice(bytes), doubt: 'charset-unknown' };
  if (known === 'us-ascii')
    return { charset: inPractice(bytes), doubt: name === '' ? 'charset-undeclared' : 'charset-mismatch' };
  if (known === 'utf-8') return isUtf8(bytes) ? { charset: 'utf-8' } : { undecodable: 'utf-8' };
  // No text in a single-byte set happens to be UTF-8 throughout: the declaration was left behind by a change of settings.
  return isUtf8(bytes) ? { charset: 'utf-8', doubt: 'charset-mismatch' } : { charset: known };
};

const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

export const decode = (bytes: Uint8Array, charset: Charset): string => {
  const buffer = bufferOf(bytes);
  if (charset === 'us-ascii' || isAscii(bytes)) return buffer.toString('latin1');
  switch (charset) {
    case 'utf-8':
      return buffer.toString('utf8');
    case 'iso-8859-1':
      return buffer.toString('latin1');
    case 'iso-8859-15':
      return iconv.decode(buffer, 'iso-8859-15');
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
      return iconv.encode(text, 'iso-8859-15');
    case 'us-ascii':
      return Buffer.from(text.normalize('NFD').replace(combining, '').replace(beyondAscii, '?'), 'latin1');
  }
};
