import type { JsonObject, Put } from '#domain';
import { RecordKey } from '#domain';
import { members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Composite, Segment } from '../message/segment.js';
import { unescape } from '../message/syntax.js';
import { enclose } from './base64.js';
import { contentTypeOf } from './content-type.js';

/** A FHIR Attachment, and the Binary that holds what it speaks of, where the message holds it. */
export interface Attached {
  readonly attachment: JsonObject;
  readonly binary?: Put;
}

/** The records of one document. */
export interface DocumentRecords {
  readonly document: RecordKey;
  /** Binary of its content; the second content of one document has the next. */
  readonly binary: (index: number) => RecordKey;
  readonly patient: RecordKey;
}

/** Records of a document by its key: a later message with the same key speaks of the same. */
export const documentRecords = (
  { domain, value }: { readonly domain: string; readonly value: string },
  patient: RecordKey,
  mapping: Mapping,
): DocumentRecords => {
  const { idOf } = mapping.context;
  return {
    document: RecordKey.of('DocumentReference', idOf('document', domain, value)),
    binary: (index) => RecordKey.of('Binary', idOf('binary', domain, index === 0 ? value : `${value}#${index + 1}`)),
    patient,
  };
};

/** A FHIR Binary around base64, and the Attachment that names it. */
const binaryAround = (
  base64: string,
  contentType: string,
  records: DocumentRecords,
  index: number,
): Attached | undefined => {
  const record = records.binary(index);
  const opening = JSON.stringify({
    resourceType: 'Binary',
    id: RecordKey.id(record),
    contentType,
    securityContext: { reference: records.document },
  });
  const enclosed = enclose(`${opening.slice(0, -1)},"data":"`, base64, '"}');
  if (enclosed === undefined) return undefined;
  return {
    attachment: { contentType, url: record, size: enclosed.sizeBytes, hash: enclosed.sha1 },
    binary: { kind: 'put', record, patient: records.patient, content: enclosed.bytes },
  };
};

/** What stands behind the fourth component separator: text that is not encoded holds separators. */
const afterFour = (value: Composite, mapping: Mapping): string => {
  const { syntax } = mapping.message;
  let at = 0;
  for (let i = 0; i < 4; i++) {
    at = value.raw.indexOf(syntax.component, at) + 1;
    if (at === 0) return '';
  }
  return unescape(value.raw.slice(at), syntax);
};

const hexForm = /^(?:[0-9A-Fa-f]{2})+$/;

/** ED-5 as base64, by its encoding (HL7 table 0299); none where it is neither. */
const base64Of = (value: Composite, mapping: Mapping): string | undefined => {
  switch (value.text(4).toUpperCase()) {
    case 'A':
      return Buffer.from(afterFour(value, mapping), 'utf8').toString('base64');
    case 'HEX': {
      const digits = value.text(5);
      return hexForm.test(digits) ? Buffer.from(digits, 'hex').toString('base64') : undefined;
    }
    case 'BASE64':
    case 'BASE-64':
    case '':
      return value.text(5);
  }
  return undefined;
};

/**
 * Content of an ED (HL7 v2.5, section 2.A.24); nothing where it is empty. What cannot be decoded stays in the received bytes, and a
 * warning says so.
 */
export const attachedData = (
  obx: Segment,
  value: Composite,
  records: DocumentRecords,
  index: number,
  mapping: Mapping,
): Attached | undefined => {
  const base64 = base64Of(value, mapping);
  if (base64 === '') return undefined;
  const attached =
    base64 === undefined
      ? undefined
      : binaryAround(base64, contentTypeOf(value.text(2), value.text(3), base64), records, index);
  if (attached === undefined) mapping.warn('attachment-undecodable', `OBX[${obx.sequence}]-5`);
  return attached;
};

/** Text of the message itself as content. */
export const attachedText = (text: string, records: DocumentRecords, index: number): Attached | undefined =>
  text.trim() === ''
    ? undefined
    : binaryAround(Buffer.from(text, 'utf8').toString('base64'), 'text/plain;charset=utf-8', records, index);

const linkForm = /^(?:https?|urn|ftp|file):\S+$/i;

/** RP (HL7 v2.5, section 2.A.66): content that lies elsewhere; nothing where its pointer is no address. */
export const attachedLink = (value: Composite): Attached | undefined => {
  const url = value.text(1);
  if (!linkForm.test(url)) return undefined;
  const isTyped = value.text(4) !== '' || value.text(3) !== '';
  return {
    attachment: members({
      contentType: isTyped ? contentTypeOf(value.text(3), value.text(4), '') : undefined,
      url,
    }),
  };
};
