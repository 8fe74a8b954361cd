import type { Change, JsonObject, RecordKey } from '#domain';
import { authorityOfEntity, domainOf, systemOf } from '../mapping/authority.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Composite, Segment } from '../message/segment.js';
import { table } from '../message/table.js';
import { observedConcept } from '../oru/codes.js';
import { encounterOf, Patients } from '../oru/patient-visit.js';
import { isTextLine } from '../oru/observation-value.js';
import {
  attachedData,
  attachedLink,
  attachedText,
  type Attached,
  type DocumentRecords,
  documentRecords,
} from './attachment.js';
import { documentOf, type ToldDocument } from './document.js';
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
  if (isNumber(number)) return { domain: domainOf(authorityOfEntity(number), mapping), value: number.text(1) };
  mapping.warn('document-number-missing', 'TXA-12');
  const order = [txa.first(15), txa.first(14)].find(isNumber);
  return order
    ? { domain: domainOf(authorityOfEntity(order), mapping), value: `${order.text(1)}|${txa.text(2)}` }
    : { domain: mapping.finess, value: `${mapping.head.sendingApplication} ${mapping.head.controlId}` };
};

/** Records of TXA-13, where it names another document. */
const parentOf = (
  txa: Segment,
  records: DocumentRecords,
  mapping: Mapping,
): { readonly records: DocumentRecords; readonly masterIdentifier: JsonObject } | undefined => {
  const number = txa.first(13);
  if (!isNumber(number)) return undefined;
  const authority = authorityOfEntity(number);
  const key = { domain: domainOf(authority, mapping), value: number.text(1) };
  const parent = documentRecords(key, records.patient, mapping);
  return parent.document === records.document
    ? undefined
    : { records: parent, masterIdentifier: { system: systemOf(authority, mapping), value: key.value } };
};

/** OBX behind the TXA: each ED or RP is a content, all text together is one. */
const contentsOf = (records: DocumentRecords, mapping: Mapping): readonly Attached[] => {
  const { segments } = mapping.message;
  const start = segments.findIndex(({ name }) => name === 'TXA');
  const obxs = segments.filter(({ name }, at) => name === 'OBX' && at > start);
  const attached: Attached[] = [];
  const text = obxs
    .filter(isTextLine)
    .flatMap((obx) => obx.repetitions(5).map((line) => (line.isNull ? '' : line.whole())))
    .join('\n');
  const add = (one: Attached | undefined): void => {
    if (one) attached.push(one);
  };
  add(attachedText(text, records, 0));
  for (const obx of obxs) {
    const type = obx.text(2);
    if (isTextLine(obx)) continue;
    if (type === 'ED')
      for (const value of obx.repetitions(5)) add(attachedData(obx, value, records, attached.length, mapping));
    else if (type === 'RP') for (const value of obx.repetitions(5)) add(attachedLink(value));
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

/**
 * A content that an earlier message brought is still the document's when a message without content tells of it: its Binary has the
 * id that the document's number gives it.
 */
const earlierContent = (records: DocumentRecords): readonly JsonObject[] => [{ url: records.binary(0) }];

/** The replaced document: superseded, its content still to be read. */
const superseded = (
  parent: { readonly records: DocumentRecords; readonly masterIdentifier: JsonObject },
  successor: ToldDocument,
  mapping: Mapping,
): Change =>
  documentOf(
    {
      record: parent.records.document,
      patient: successor.patient,
      encounter: successor.encounter,
      masterIdentifier: parent.masterIdentifier,
      status: 'superseded',
      type: successor.type,
      attachments: earlierContent(parent.records),
    },
    mapping,
  );

const changesOfDocument = (
  { does, hasContent }: DocumentTrigger,
  txa: Segment,
  within: { readonly patient: RecordKey; readonly encounter: RecordKey | undefined },
  mapping: Mapping,
): readonly Change[] => {
  const records = documentRecords(documentKey(txa, mapping), within.patient, mapping);
  const header = toldByHeader(txa, mapping);
  const status = does === 'cancel' ? 'entered-in-error' : header.status;
  const isWithdrawn = status === 'entered-in-error';
  const contents = hasContent && !isWithdrawn ? contentsOf(records, mapping) : [];
  const parent = parentOf(txa, records, mapping);
  const keeps = does === 'status' || (does === 'edit' && !hasContent);
  const attachments = contents.map(({ attachment }) => attachment);
  const document: ToldDocument = {
    record: records.document,
    ...within,
    ...header,
    status,
    type: typeOf(header.type, mapping),
    relatesTo:
      parent && (does === 'append' || does === 'edit' || does === 'replace')
        ? { code: does === 'append' ? 'appends' : 'replaces', target: { reference: parent.records.document } }
        : undefined,
    attachments: attachments.length > 0 || isWithdrawn || !keeps ? attachments : earlierContent(records),
  };
  const replaces = parent && (does === 'edit' || does === 'replace');
  return [
    ...contents.flatMap(({ binary }) => binary ?? []),
    ...(isWithdrawn ? [{ kind: 'remove', record: records.binary(0), patient: within.patient } as const] : []),
    documentOf(document, mapping),
    ...(replaces ? [superseded(parent, document, mapping)] : []),
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
