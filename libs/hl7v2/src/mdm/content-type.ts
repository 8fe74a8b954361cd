import { table } from '../message/table.js';

/** HL7 table 0191, and words that senders write instead. */
const types = table<string>({
  AP: 'application',
  APPLICATION: 'application',
  AU: 'audio',
  AUDIO: 'audio',
  FT: 'text',
  IM: 'image',
  IMAGE: 'image',
  MULTIPART: 'multipart',
  TEXT: 'text',
  TX: 'text',
  VIDEO: 'video',
});

/** HL7 table 0291 where it is no MIME subtype. A CDA is XML. */
const subtypes = table<string>({
  HL7CDA: 'xml',
  CDA: 'xml',
  'X-HL7-CDA-LEVEL-ONE': 'xml',
  JPG: 'jpeg',
  TIF: 'tiff',
  TXT: 'plain',
});

/** How base64 begins of what senders send under no name, or under that of octets. */
const beginnings: readonly (readonly [string, string])[] = [
  ['JVBERi', 'application/pdf'],
  ['e1xydGY', 'text/rtf'],
  ['PD94bWwg', 'text/xml'],
  ['/9j/', 'image/jpeg'],
  ['iVBORw0KGgo', 'image/png'],
];

/** MIME type of base64 by how it begins; none where it is that of no type that is known here. */
export const knownBeginning = (base64: string): string | undefined =>
  beginnings.find(([start]) => base64.startsWith(start))?.[1];

const subtypeForm = /^[A-Za-z0-9][A-Za-z0-9.+-]{0,60}$/;

/** Types that a subtype has whatever is said of it: `^TEXT^PDF^Base64` is no text. */
const typeOfSubtype = table<string>({ pdf: 'application', jpeg: 'image', png: 'image', tiff: 'image', gif: 'image' });

/** Type and subtype as they were sent, where the MIME type that is made of them leaves one of them out. */
export const leftOutOf = (type: string, subtype: string): string => {
  const isTypeKnown = type === '' || types[type.toUpperCase()] !== undefined;
  return isTypeKnown && (subtype === '' || subtypeForm.test(subtype)) ? '' : [type, subtype].join('/');
};

/** MIME type of an ED, or of an RP: components 2 and 3 as far as they say one, else by how the content begins. */
export const contentTypeOf = (type: string, subtype: string, content: string): string => {
  const told = subtypes[subtype.toUpperCase()] ?? (subtypeForm.test(subtype) ? subtype.toLowerCase() : '');
  const isNamed = told !== '' && told !== 'octet-stream';
  if (!isNamed) {
    const begins = knownBeginning(content);
    if (begins !== undefined) return begins;
  }
  const known = (isNamed ? typeOfSubtype[told] : undefined) ?? types[type.toUpperCase()];
  if (isNamed) return `${known ?? 'application'}/${told}`;
  return known === 'text' ? 'text/plain' : 'application/octet-stream';
};
