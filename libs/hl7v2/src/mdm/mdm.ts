import type { Change, JsonObject, RecordKey } from '#domain';
import type { Authority } from '../mapping/authorities.js';
import { authorityOfEntity, domainOf, systemOf } from '../mapping/authority.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Composite, Segment } from '../message/segment.js';
import { table } from '../message/table.js';
import { observedConcept } from '../mapping/codes.js';
import { encounterOf, Patients, type VisitReference } from '../oru/patient-visit.js';
import { hasValue, isTextLine } from '../oru/observation-value.js';
import { attachedIn, attachedText, type Attached, type DocumentRecords, documentRecords } from './attachment.js';
import { documentOf, documentWith, type ToldDocument } from './document.js';
import { toldByHeader } from './header.js';

/** What a trigger does to a document. */
export interface DocumentTrigger {
  readonly does: 'new' | 'status' | 'edit' | 'append' | 'replace' | 'cancel';
  /** The message holds the content; otherwise it only tells of it. */
  readonly hasContent: boolean;
}

const told = (does: DocumentTrigger['does']): DocumentTrigger => ({ does, hasContent: false });
const held = (does: DocumentTrigger['does']): DocumentTrigger => ({ does, hasContent: true });

/** HL7 v2.5, section 9.5. */
export const documentTriggers = {
  T01: told('new'),
  T02: held('new'),
  T03: told('status'),
  T04: held('status'),
  T05: told('edit'),
  T06: held('edit'),
  T07: told('append'),
  T08: held('append'),
  T09: told('replace'),
  T10: held('replace'),
  T11: told('cancel'),
} as const satisfies Readonly<Record<string, DocumentTrigger>>;

const triggers = table<DocumentTrigger>(documentTriggers);

const isNumber = (entity: Composite | undefined): entity is Composite => entity !== undefined && entity.text(1) !== '';

/** TXA-12; else the order that the document answers, with its type; else the message itself. */
const documentKey = (txa: Segment, mapping: Mapping): { readonly domain: string; readonly value: string } => {
  const number = txa.first(12);
  if (isNumber(number))
    return { domain: domainOf(authorityOfEntity(number), mapping, 'document'), value: number.text(1) };
  mapping.warn('document-number-missing', 'TXA-12');
  const filler = txa.first(15);
  const order = [filler, txa.first(14)].find(isNumber);
  const numbered = order === filler ? 'order' : 'placer';
  return order
    ? { domain: domainOf(authorityOfEntity(order), mapping, numbered), value: `${order.text(1)}|${txa.text(2)}` }
    : { domain: mapping.finess, value: `${mapping.head.sendingApplication} ${mapping.head.controlId}` };
};

/** A number without an authority of its own is one of those of the document's own number. */
const authorityOfParent = (number: Composite, txa: Segment): Authority => {
  const own = txa.first(12);
  return number.text(2) === '' && number.text(3) === '' && own !== undefined
    ? authorityOfEntity(own)
    : authorityOfEntity(number);
};

/** The document that TXA-13 names, where it is another. */
const parentOf = (txa: Segment, records: DocumentRecords, mapping: Mapping): ToldDocument | undefined => {
  const number = txa.first(13);
  if (!isNumber(number)) return undefined;
  const authority = authorityOfParent(number, txa);
  const value = number.text(1);
  const { patient } = records;
  const { document } = documentRecords({ domain: domainOf(authority, mapping, 'document'), value }, patient, mapping);
  if (document === records.document) return undefined;
  const masterIdentifier = { system: systemOf(authority, mapping, 'document'), value };
  return { record: document, patient, masterIdentifier, status: 'superseded', attachments: [] };
};

/** OBX behind the TXA. */
const contentSegments = (mapping: Mapping): readonly Segment[] => {
  const segments = mapping.message.segments;
  const start = segments.findIndex(({ name }) => name === 'TXA');
  return segments.filter(({ name }, at) => name === 'OBX' && at > start);
};

const isText = (obx: Segment): boolean => isTextLine(obx) || obx.text(2) === '';

/** Told to be a document of its own, whatever it holds. */
const isContent = (obx: Segment): boolean => obx.text(2) === 'ED' || obx.text(2) === 'RP';

/** Each ED or RP is a content, all text together is one. */
const contentsOf = (obxs: readonly Segment[], records: DocumentRecords, mapping: Mapping): readonly Attached[] => {
  const attached: Attached[] = [];
  const text = obxs
    .filter(isText)
    .flatMap((obx) => obx.repetitions(5).map((line) => (line.isNull ? '' : line.whole())))
    .join('\n');
  const add = (one: Attached | undefined): void => {
    if (one) attached.push(one);
  };
  add(attachedText(text, records, 0));
  for (const obx of obxs) {
    if (isText(obx)) continue;
    if (isContent(obx)) for (const one of attachedIn(obx, records, attached.length, mapping)) add(one);
    else mapping.warn('value-type-unmapped', `OBX[${obx.sequence}]-2`);
  }
  return attached;
};

/** TXA-2, and a LOINC of the content's own code before it. */
const typeOf = (header: JsonObject | undefined, mapping: Mapping): JsonObject | undefined => {
  const code = mapping.message
    .all('OBX')
    .find((obx) => obx.text(2) === 'ED' || isTextLine(obx))
    ?.first(3);
  const concept = code && observedConcept(code, mapping);
  const codings = concept?.['coding'];
  const [first] = Array.isArray(codings) ? (codings as readonly JsonObject[]) : [];
  if (header === undefined) return concept;
  const known = Array.isArray(header['coding']) ? (header['coding'] as readonly JsonObject[]) : [];
  const isNew = first?.['system'] === 'http://loinc.org' && known.every(({ system }) => system !== first['system']);
  return isNew ? { ...header, coding: [first, ...known] } : header;
};

/** Withdrawn: who read it must learn of it; its content goes. */
const withdrawn = (document: ToldDocument, records: DocumentRecords, mapping: Mapping): readonly Change[] => {
  const { patient } = records;
  const told = documentOf({ ...document, status: 'entered-in-error' }, mapping);
  return [
    { kind: 'withdraw', record: records.binary(0), patient },
    { ...told, kind: 'withdraw' },
  ];
};

const changesOfDocument = (
  { does, hasContent }: DocumentTrigger,
  txa: Segment,
  within: { readonly patient: RecordKey; readonly encounter: VisitReference | undefined },
  mapping: Mapping,
): readonly Change[] => {
  const records = documentRecords(documentKey(txa, mapping), within.patient, mapping);
  const parent = parentOf(txa, records, mapping);
  const replaces = parent !== undefined && (does === 'edit' || does === 'replace');
  const header = toldByHeader(txa, mapping);
  const said = {
    ...within,
    ...header,
    ...(replaces && { relatesTo: { code: 'replaces', target: { reference: parent.record } } }),
    ...(parent && does === 'append' && { relatesTo: { code: 'appends', target: { reference: parent.record } } }),
  };
  const document: ToldDocument = {
    status: 'current',
    ...said,
    record: records.document,
    type: typeOf(header.type, mapping),
    attachments: [],
  };
  if (does === 'cancel' || header.status === 'entered-in-error') return withdrawn(document, records, mapping);
  const superseded = replaces ? documentWith({ status: 'superseded' }, parent, mapping) : [];
  const obxs = hasContent ? contentSegments(mapping) : [];
  // A content brings its own code into the type; without one, the type that stands has it.
  if (!hasValue(...obxs)) {
    // One that is to be a content and holds nothing is said.
    for (const obx of obxs) if (isContent(obx)) mapping.warn('attachment-undecodable', `OBX[${obx.sequence}]-5`);
    return [...documentWith({ ...said, type: undefined }, document, mapping), ...superseded];
  }
  const contents = contentsOf(obxs, records, mapping);
  const attachments = contents.map(({ attachment }) => attachment);
  const isWhole = does === 'new' || does === 'append' || does === 'replace';
  return [
    ...contents.flatMap(({ binary }) => binary ?? []),
    ...(isWhole
      ? [documentOf({ ...document, attachments }, mapping)]
      : documentWith({ ...said, type: document.type, attachments }, { ...document, attachments }, mapping)),
    ...superseded,
  ];
};

/** MDM^T01 to T11: a DocumentReference, and a Binary for each content that the message holds. */
export const mdmChanges = (mapping: Mapping): readonly Change[] => {
  const { message, head } = mapping;
  const trigger = triggers[head.label.split('^')[1] ?? message.first('EVN')?.text(1) ?? ''];
  if (trigger === undefined) return [];
  const pid = message.first('PID');
  const patients = new Patients(mapping);
  const patient = patients.of(pid);
  if (pid === undefined || patient === undefined) {
    mapping.warn('patient-unknown', 'PID-3');
    return [];
  }
  const txa = message.first('TXA');
  if (txa === undefined) {
    mapping.warn('document-header-missing', 'TXA');
    return patients.changes;
  }
  const encounter = encounterOf(pid, message.first('PV1'), mapping);
  return [...patients.changes, ...changesOfDocument(trigger, txa, { patient, encounter }, mapping)];
};
