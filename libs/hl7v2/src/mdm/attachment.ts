import type { Change, Json, JsonObject, Put } from '#domain';
import { RecordKey } from '#domain';
import { members } from '../mapping/fhir-json.js';
import { nthKey } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import { ownExtension } from '../mapping/fhir-json.js';
import { type Composite, everything, type Segment } from '../message/segment.js';
import { enclose } from './base64.js';
import { contentTypeOf, leftOutOf } from './content-type.js';
import { encapsulatedIn, type Held } from './encapsulated.js';

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

/** An Attachment with what else is said of its content. */
export const withExtensions = (
  attachment: Readonly<Record<string, Json | undefined>>,
  more: readonly JsonObject[],
): JsonObject => {
  const known = (attachment['extension'] ?? []) as readonly JsonObject[];
  return members({ ...attachment, extension: [...known, ...more] });
};

/** Records of a document by its key: a later message with the same key speaks of the same. */
export const documentRecords = (
  { domain, value }: { readonly domain: string; readonly value: string },
  patient: RecordKey,
  mapping: Mapping,
): DocumentRecords => {
  const { idOf } = mapping.context;
  return {
    document: RecordKey.of('DocumentReference', idOf('document', domain, value)),
    binary: (index) => RecordKey.of('Binary', idOf('binary', domain, nthKey(value, index + 1))),
    patient,
  };
};

/** Where a content comes from, and the type that was said of it, as far as no other member has them. */
const saidOf = (source: string, type: string, subtype: string): readonly JsonObject[] => {
  const leftOut = leftOutOf(type, subtype);
  return [
    ...(source === '' ? [] : [{ url: ownExtension('source-application'), valueString: source }]),
    ...(leftOut === '' ? [] : [{ url: ownExtension('original-content-type'), valueString: leftOut }]),
  ];
};

/**
 * Contents that are taken back with their document. One message may bring more: those stay, and no document names them.
 * @limit HL7 v2 | contents that are taken back with their document | further ones stay
 */
const contentsMax = 8;

/** The contents of a document that is withdrawn: how many it has, earlier messages said. */
export const withdrawnContents = ({ binary, patient }: DocumentRecords): readonly Change[] =>
  Array.from({ length: contentsMax }, (_, index) => ({ kind: 'withdraw', record: binary(index), patient }));

/** A FHIR Binary around base64, and the Attachment that names it; `undefined`: it is no base64. */
const binaryAround = (
  base64: string,
  contentType: string,
  records: DocumentRecords,
  index: number,
): Required<Attached> | undefined => {
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

const dataOf = ({ values, content }: Held, records: DocumentRecords, index: number): Attached | undefined => {
  if (content === undefined) return undefined;
  const { source, type, subtype, base64, others } = content;
  const attached = binaryAround(base64, contentTypeOf(type, subtype, base64), records, index);
  if (attached === undefined) return undefined;
  for (const value of values) value.accountFor(everything);
  return {
    attachment: members({
      extension: [
        ...saidOf(source, type, subtype),
        ...(others === '' ? [] : [{ url: ownExtension('other-parts'), valueString: others }]),
      ],
      ...attached.attachment,
    }),
    binary: attached.binary,
  };
};

/** Text of the message itself as content. */
export const attachedText = (text: string, records: DocumentRecords, index: number): Attached | undefined =>
  text.trim() === ''
    ? undefined
    : binaryAround(Buffer.from(text, 'utf8').toString('base64'), 'text/plain;charset=utf-8', records, index);

const linkForm = /^(?:https?|urn|ftp|file):\S+$/i;

/** RP names an address, under which a content lies. */
export const isLink = (pointer: Composite): boolean => linkForm.test(pointer.text(1));

/** RP (HL7 v2.5, section 2.A.66): content that lies elsewhere. */
const linkOf = (pointer: Composite): Attached | undefined => {
  if (!isLink(pointer)) return undefined;
  const [url, source, type, subtype] = [1, 2, 3, 4].map((component) => pointer.take(component));
  const isTyped = type !== '' || subtype !== '';
  return {
    attachment: members({
      extension: saidOf(source ?? '', type ?? '', subtype ?? ''),
      contentType: isTyped ? contentTypeOf(type ?? '', subtype ?? '', '') : undefined,
      url,
    }),
  };
};

/**
 * Contents of an OBX whose type is ED or RP. `count`: contents that the document has already. What cannot be decoded, names no address,
 * or is not there at all stays in the received bytes, and a warning says so.
 */
export const attachedIn = (
  obx: Segment,
  records: DocumentRecords,
  count: number,
  mapping: Mapping,
): readonly Attached[] => {
  const held: readonly Held[] =
    obx.text(2) === 'RP'
      ? obx.repetitions(5).flatMap((value) => (value.isNull ? [] : [{ values: [value], content: undefined }]))
      : encapsulatedIn(obx);
  const place = `OBX[${obx.sequence}]-5`;
  if (held.length === 0) mapping.warn('attachment-undecodable', place);
  const attached: Attached[] = [];
  held.forEach((one, at) => {
    const [value] = one.values;
    const made = obx.text(2) === 'RP' ? value && linkOf(value) : dataOf(one, records, count + attached.length);
    if (made) attached.push(made);
    else mapping.warn('attachment-undecodable', held.length === 1 ? place : `${place}[${at + 1}]`);
  });
  return attached;
};
