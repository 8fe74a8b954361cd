import type { Change, JsonObject, RecordKey, Use } from '#domain';
import type { Authority } from '../mapping/authorities.js';
import { assignerOf, authorityOfEntity, domainOf, systemOf, takeAuthorityOfEntity } from '../mapping/authority.js';
import type { Mapping } from '../mapping/mapping.js';
import { Composite, type Segment } from '../message/segment.js';
import { table } from '../message/table.js';
import { conceptOf, observedConcept, v2Table } from '../mapping/codes.js';
import { members, ownExtension } from '../mapping/fhir-json.js';
import { asProfessional, codedIn } from '../mapping/field-rules.js';
import { distinct, type ExtensionFields, extensionsOf } from '../mapping/own-extensions.js';
import { orderGroups } from '../oru/order-groups.js';
import { type OrderOfDocument, orderOfDocument } from '../oru/order-facts.js';
import { noteExtensions, notesOf } from '../oru/notes.js';
import { participantsOf } from '../oru/participant.js';
import { contentExtensions } from '../oru/result-fields.js';
import { leave } from '../represented/not-taken.js';
import { encounterOf, Patients, type VisitReference } from '../oru/patient-visit.js';
import { hasValue, isTextLine } from '../oru/observation-value.js';
import {
  attachedIn,
  attachedText,
  type Attached,
  type DocumentRecords,
  documentRecords,
  withdrawnContents,
  withExtensions,
} from './attachment.js';
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

const parentIdentifier = (number: Composite, authority: Authority, mapping: Mapping): JsonObject => {
  takeAuthorityOfEntity(number);
  return members({
    system: systemOf(authority, mapping, 'document'),
    value: number.take(1),
    assigner: assignerOf(authority, mapping, 'document'),
  });
};

/** The document that TXA-13 names, where it is another. */
const parentOf = (txa: Segment, records: DocumentRecords, mapping: Mapping): ToldDocument | undefined => {
  const number = txa.first(13);
  if (!isNumber(number)) return undefined;
  const authority = authorityOfParent(number, txa);
  const value = number.text(1);
  const { patient } = records;
  const { document } = documentRecords({ domain: domainOf(authority, mapping, 'document'), value }, patient, mapping);
  const masterIdentifier = parentIdentifier(number, authority, mapping);
  if (document === records.document) return undefined;
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

const codingsOf = (concept: JsonObject | undefined): readonly JsonObject[] =>
  (concept?.['coding'] ?? []) as readonly JsonObject[];

/** A type shows all that a code says. */
const shows = (type: JsonObject | undefined, code: JsonObject): boolean => {
  const known = codingsOf(type);
  const text = code['text'];
  return (
    codingsOf(code).every((one) => known.some((other) => JSON.stringify(other) === JSON.stringify(one))) &&
    (text === undefined || text === type?.['text'] || known.some(({ display }) => display === text))
  );
};

/** What an OBX says of a content, beside what it says of one in an ORU. */
const mdmContentFields: ExtensionFields = [
  [11, 'content-status', codedIn(v2Table('0085')), 'status of the content'],
  [16, 'observer', asProfessional, 'who observed'],
];
const noFields: ReadonlySet<number> = new Set();

/** Of an OBX, its code unless the type of the document shows it, and what else it says. */
const saidOfContent = (obx: Segment, type: JsonObject | undefined, mapping: Mapping): readonly JsonObject[] => {
  obx.take(2);
  const code = obx.first(3);
  const concept = code && conceptOf(code, mapping);
  return [
    ...(concept && !shows(type, concept) ? [{ url: ownExtension('content-code'), valueCodeableConcept: concept }] : []),
    ...extensionsOf(obx, mdmContentFields, mapping),
    ...contentExtensions(obx, noFields, mapping),
  ];
};

const timeOf = (obx: Segment, mapping: Mapping): string | undefined =>
  mapping.takeTime(obx.first(14), `OBX[${obx.sequence}]-14`)?.text;

/** The text of all OBX that hold lines; what they say of it is said once. */
const textContent = (
  obxs: readonly Segment[],
  type: JsonObject | undefined,
  records: DocumentRecords,
  mapping: Mapping,
): Attached | undefined => {
  const lines = obxs.flatMap((obx) => obx.repetitions(5).map((line) => (line.isNull ? '' : line.whole())));
  const attached = attachedText(lines.join('\n'), records, 0);
  if (attached === undefined) return undefined;
  for (const obx of obxs) for (const line of obx.repetitions(5)) line.takeWhole();
  const times = [...new Set(obxs.flatMap((obx) => timeOf(obx, mapping) ?? []))];
  const [creation, ...otherTimes] = times;
  const said = distinct([
    ...otherTimes.map((time) => ({ url: ownExtension('other-time'), valueDateTime: time })),
    ...obxs.flatMap((obx) => saidOfContent(obx, type, mapping)),
  ]);
  return { ...attached, attachment: withExtensions({ ...attached.attachment, creation }, said) };
};

/** Each ED or RP is a content, all text together is one. `type`: of the document. */
const contentsOf = (
  obxs: readonly Segment[],
  type: JsonObject | undefined,
  records: DocumentRecords,
  mapping: Mapping,
): readonly Attached[] => {
  const text = textContent(obxs.filter(isText), type, records, mapping);
  const attached: Attached[] = text ? [text] : [];
  for (const obx of obxs) {
    if (isText(obx)) continue;
    if (!isContent(obx)) {
      mapping.warn('value-type-unmapped', `OBX[${obx.sequence}]-2`);
      continue;
    }
    const held = attachedIn(obx, records, attached.length, mapping);
    if (held.length === 0) {
      leave('undecodable', obx);
      continue;
    }
    const creation = timeOf(obx, mapping);
    const said = saidOfContent(obx, type, mapping);
    for (const one of held)
      attached.push({ ...one, attachment: withExtensions({ ...one.attachment, creation }, said) });
  }
  return attached;
};

/** TXA-2, and a LOINC of the content's own code before it. */
const typeOf = (header: JsonObject | undefined, mapping: Mapping): JsonObject | undefined => {
  const code = mapping.message
    .all('OBX')
    .find((obx) => obx.text(2) === 'ED' || isTextLine(obx))
    ?.first(3);
  // A copy: the content that has the code accounts for it.
  const concept = code && observedConcept(new Composite(code.raw, code.syntax), mapping);
  const codings = concept?.['coding'];
  const [first] = Array.isArray(codings) ? (codings as readonly JsonObject[]) : [];
  if (header === undefined) return concept;
  const known = Array.isArray(header['coding']) ? (header['coding'] as readonly JsonObject[]) : [];
  const isNew = first?.['system'] === 'http://loinc.org' && known.every(({ system }) => system !== first['system']);
  return isNew ? { ...header, coding: [first, ...known] } : header;
};

/** Withdrawn: who read it must learn of it; its content goes. */
const withdrawn = (document: ToldDocument, records: DocumentRecords, mapping: Mapping): readonly Change[] => {
  const told = documentOf({ ...document, status: 'entered-in-error' }, mapping);
  return [...withdrawnContents(records), { ...told, kind: 'withdraw' }];
};

/** How a document stands to the one that TXA-13 names; where the trigger makes no relation of it, its number. */
const relationTo = (
  parent: ToldDocument | undefined,
  does: DocumentTrigger['does'],
  header: Partial<ToldDocument>,
): Partial<ToldDocument> => {
  if (parent === undefined) return {};
  const { record: reference, masterIdentifier: identifier } = parent;
  const target = members({ reference, identifier });
  if (does === 'edit' || does === 'replace') return { relatesTo: { code: 'replaces', target } };
  if (does === 'append') return { relatesTo: { code: 'appends', target } };
  const extension = identifier ? [{ url: ownExtension('parent-document'), valueIdentifier: identifier }] : [];
  return { extension: [...(header.extension ?? []), ...extension] };
};

/** Orders that stand before the document's header. */
const ordersBefore = (txa: Segment, mapping: Mapping): readonly OrderOfDocument[] => {
  const { message } = mapping;
  if (message.first('OBR') === undefined) return [];
  const before = message.segments.slice(0, message.segments.indexOf(txa));
  return orderGroups(mapping, before).map((order) => orderOfDocument(order, mapping));
};

/** Notes of the document and of its content, and who took part. */
const besideHeader = (mapping: Mapping): readonly JsonObject[] => {
  const { message } = mapping;
  return [...participantsOf(message.all('PRT'), mapping), ...noteExtensions(notesOf(message.all('NTE'), mapping))];
};

/** Whose document the number means: told of another patient before, it names another document. */
const useOf = (does: DocumentTrigger['does'], txa: Segment, { document, patient }: DocumentRecords): readonly Use[] =>
  isNumber(txa.first(12))
    ? [
        {
          kind: 'use',
          number: document,
          patient,
          status: does === 'cancel' ? 'withdrawn' : does === 'new' ? 'final' : 'corrected',
          place: 'TXA-12',
        },
      ]
    : [];

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
  const orders = ordersBefore(txa, mapping);
  const extension = distinct([
    ...(header.extension ?? []),
    ...orders.flatMap((order) => order.extension),
    ...besideHeader(mapping),
  ]);
  const related = distinct([...(header.related ?? []), ...orders.flatMap((order) => order.related)]);
  const event = distinct(orders.flatMap((order) => order.event));
  const said: Partial<ToldDocument> = {
    ...within,
    ...header,
    ...(extension.length > 0 && { extension }),
    ...(related.length > 0 && { related }),
    ...(event.length > 0 && { event }),
  };
  Object.assign(said, relationTo(parent, does, said));
  const document: ToldDocument = {
    status: 'current',
    ...said,
    patient: within.patient,
    record: records.document,
    type: typeOf(header.type, mapping),
    attachments: [],
  };
  if (does === 'cancel' || header.status === 'entered-in-error') {
    for (const obx of contentSegments(mapping)) leave('withdrawnDocument', obx);
    return [...useOf(does, txa, records), ...withdrawn(document, records, mapping)];
  }
  const use = useOf(does, txa, records);
  const superseded = replaces ? documentWith({ status: 'superseded' }, parent, mapping) : [];
  const obxs = hasContent ? contentSegments(mapping) : [];
  // A content brings its own code into the type; without one, the type that stands has it.
  if (!hasValue(...obxs)) {
    // One that is to be a content and holds nothing is said.
    for (const obx of obxs.filter(isContent)) {
      mapping.warn('attachment-undecodable', `OBX[${obx.sequence}]-5`);
      leave('undecodable', obx);
    }
    return [...superseded, ...use, ...documentWith({ ...said, type: undefined }, document, mapping)];
  }
  const contents = contentsOf(obxs, document.type, records, mapping);
  const attachments = contents.map(({ attachment }) => attachment);
  const isWhole = does === 'new' || does === 'append' || does === 'replace';
  return [
    ...superseded,
    ...use,
    ...contents.flatMap(({ binary }) => binary ?? []),
    ...(isWhole
      ? [documentOf({ ...document, attachments }, mapping)]
      : documentWith({ ...said, type: document.type, attachments }, { ...document, attachments }, mapping)),
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
