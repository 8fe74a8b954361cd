import type { Change, JsonObject, Put, RecordKey } from '#domain';
import { bytesOf, ownExtension } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { practitionerOf } from '../mapping/practitioner.js';
import { observedConcept } from '../mapping/codes.js';
import { attachedIn, documentRecords, isLink, withdrawnContents, withExtensions } from '../mdm/attachment.js';
import { documentOf, type ToldDocument } from '../mdm/document.js';
import { toldByHeader } from '../mdm/header.js';
import type { Segment } from '../message/segment.js';
import { leave } from '../represented/not-taken.js';
import { table } from '../message/table.js';
import type { Observed, OrderGroup } from './order-groups.js';
import { hasValue } from './observation-value.js';
import { keyOfWrong, orderIdentifiers, type OrderNumber } from './order-number.js';
import type { VisitReference } from './patient-visit.js';
import { present } from './present.js';
import { noteExtensions, notesOf } from './notes.js';
import { factsOf } from './order-facts.js';
import { envelopeExtensions } from './order-fields.js';
import { asEntity } from '../mapping/entity.js';
import { distinct, type ExtensionFields, extensionsOf } from '../mapping/own-extensions.js';
import { besideCode } from '../mapping/original-code.js';
import { leaveObserved } from './observation.js';
import { participantsOf } from './participant.js';
import { observersOf, producersOf } from './producer.js';
import { contentExtensions } from './result-fields.js';
import { isTakenBack, type ObservationStatus, observationStatus } from './statuses.js';

/** The types of value that are documents. */
export const documentTypes = ['ED', 'RP'] as const;

export const isDocument = ({ obx }: Observed): boolean => {
  const type = obx.text(2);
  if (type === 'ED') return true;
  const pointer = type === 'RP' ? obx.first(5) : undefined;
  return pointer !== undefined && isLink(pointer);
};

/** Final without being told again (HL7 table 0085, U). */
export const isUnrepeated = ({ obx, lines }: Observed): boolean => obx.text(11) === 'U' && !hasValue(obx, ...lines);

/** Coding system of what a document's transport says of it (CI-SIS, transmission of a CDA in HL7 v2): nothing that was observed. */
const metadataSystem = 'METADMPMSS';

export const isMetadata = ({ obx }: Observed): boolean => obx.text(3, 3).toUpperCase() === metadataSystem;

/** Who must not see a document (CI-SIS, confidentiality of the DMP). */
const restrictions = new Set(['MASQUE_PS', 'INVISIBLE_PATIENT', 'INVISIBLE_REPRESENTANTS_LEGAUX']);

/** What the transport of documents says of who must not see them: told once for all documents of the order. */
export const restrictionsIn = (order: readonly Observed[]): readonly JsonObject[] => {
  const labels: JsonObject[] = [];
  for (const observed of order) {
    const { obx } = observed;
    if (!isMetadata(observed)) continue;
    leave('ofTransport', obx);
    const code = obx.text(3, 1);
    if (restrictions.has(code) && (obx.text(5) === 'Y' || obx.text(5) === 'O'))
      labels.push({ coding: [{ system: 'urn:oid:1.2.250.1.213.1.1.4.13', code, display: obx.text(3, 2) || code }] });
  }
  return labels;
};

const isAuthor = (participant: Segment): boolean => participant.text(4) === 'AUT';

interface Authors {
  readonly author: readonly JsonObject[];
  /** Whoever took part, and in which part. */
  readonly participants: readonly JsonObject[];
  /** The laboratory is the author. */
  readonly isLaboratory: boolean;
}

const otherObservers = (observers: readonly JsonObject[], authors: readonly JsonObject[]): readonly JsonObject[] => {
  const known = new Set(authors.map((person) => JSON.stringify(person)));
  return observers
    .filter((person) => !known.has(JSON.stringify(person)))
    .map((person) => ({ url: ownExtension('observer'), valueReference: person }));
};

/** Authors: those of the header, else PRT in that part, else the observers, else the laboratory. */
const authorsOf = (
  { obx, participants }: Observed,
  ofHeader: readonly JsonObject[] | undefined,
  mapping: Mapping,
): Authors => {
  const all = participantsOf(participants, mapping);
  const persons = participants.filter(isAuthor).flatMap((participant) => participant.repetitions(5));
  const written = ofHeader ?? present(persons.map((person) => practitionerOf(person, mapping)));
  const observers = observersOf(obx, mapping);
  if (written.length > 0)
    return { author: written, participants: [...all, ...otherObservers(observers, written)], isLaboratory: false };
  const isLaboratory = observers.length === 0;
  return { author: isLaboratory ? producersOf(obx, mapping) : observers, participants: all, isLaboratory };
};

const docStatuses = table<string>({
  amended: 'amended',
  corrected: 'amended',
  final: 'final',
  preliminary: 'preliminary',
  registered: 'preliminary',
});

/** Withdrawn: deleted, of another patient, or not to be had after all; what is then left to be read. */
const withdraw = (
  status: ObservationStatus,
  key: OrderNumber,
  told: ToldDocument,
  mapping: Mapping,
): readonly Change[] => {
  const { patient } = told;
  const records = documentRecords(key, patient, mapping);
  const { document } = records;
  const contents = withdrawnContents(records);
  if (status === 'deleted') return [...contents, { kind: 'withdraw', record: document, patient }];
  const inError = (record: RecordKey): Required<Put> =>
    documentOf({ ...told, record, status: 'entered-in-error' }, mapping);
  const left: Change = { ...inError(document), kind: 'withdraw' };
  if (status === 'cancelled') return [...contents, left];
  const own = documentRecords({ ...key, value: keyOfWrong(key.value, patient) }, patient, mapping);
  return [...contents, left, inError(own.document)];
};

/** Final without its content: what stands becomes final; where none stands, there is one whose content is not known. */
const confirm = (told: ToldDocument, mapping: Mapping): readonly Change[] => {
  const { record, patient, docStatus = '' } = told;
  return [
    { ...documentOf(told, mapping), kind: 'default' },
    { kind: 'merge-patch', record, patient, content: bytesOf({ docStatus }) },
  ];
};

interface OrderDocument {
  readonly changes: readonly Change[];
  readonly attachments: readonly JsonObject[];
}

/** What a document is told within. */
interface DocumentWithin {
  readonly patient: RecordKey;
  readonly encounter: VisitReference | undefined;
  /** The report of its order, which shows the order; without one, the document shows it. */
  readonly report: RecordKey | undefined;
  readonly restrictions: readonly JsonObject[];
  readonly effective: JsonObject;
  readonly isSpecimenOfObr: boolean;
}

/** When was done what a document of an order without a report tells of. */
const periodOf = ({ effectiveDateTime, effectivePeriod }: JsonObject): JsonObject | undefined =>
  effectiveDateTime === undefined ? (effectivePeriod as JsonObject | undefined) : { start: effectiveDateTime };

const parentDocument: ExtensionFields = [[13, 'parent-document', asEntity, 'document that it follows from']];

const laboratoryFields = new Set([15, 23]);
const noFields: ReadonlySet<number> = new Set();

/** The document but for its content, and what its content says of itself. */
const toldOf = (
  record: RecordKey,
  observed: Observed,
  order: OrderGroup,
  within: DocumentWithin,
  mapping: Mapping,
): { readonly told: ToldDocument; readonly ofContent: readonly JsonObject[] } => {
  const { obx, notes } = observed;
  const { obr, txa } = order;
  const header = txa && toldByHeader(txa, mapping);
  const codes = [obx.first(3), obr.first(4)].filter((code) => code !== undefined && code.text(1) !== '');
  const [code, event] = codes.map((one) => one && observedConcept(one, mapping));
  const { filler, placer } = orderIdentifiers(order, mapping);
  const issued = mapping.takeTime(obr.first(22), `OBR[${obr.sequence}]-22`);
  const date = issued?.precision === 'time' ? issued.text : undefined;
  const isDate = header?.date === undefined && date !== undefined;
  const { author, participants, isLaboratory } = authorsOf(observed, header?.author, mapping);
  const status = observationStatus(obx.take(11));
  const ofOrder = within.report ? undefined : factsOf(order, within.isSpecimenOfObr, mapping);
  const told: ToldDocument = {
    record,
    patient: within.patient,
    encounter: within.encounter,
    status: 'current',
    docStatus: docStatuses[status],
    _docStatus: status === 'unknown' && obx.text(11) !== '' ? besideCode('0085', obx.text(11)) : undefined,
    type: code,
    date,
    ...header,
    identifier: [...present([filler, placer]), ...(ofOrder?.identifier ?? [])],
    author,
    extension: distinct([
      ...(header?.extension ?? []),
      ...(txa ? extensionsOf(txa, parentDocument, mapping) : []),
      ...participants,
      ...(issued && !isDate ? [{ url: ownExtension('issued'), valueDateTime: issued.text }] : []),
      ...(ofOrder ? [...ofOrder.extension, ...extensionsOf(obr, envelopeExtensions, mapping)] : []),
      ...noteExtensions(notesOf([...(within.report ? [] : order.notes), ...notes], mapping)),
    ]),
    period: header?.period ?? (ofOrder && periodOf(within.effective)),
    related: [
      ...(within.report ? [{ reference: within.report }] : []),
      ...(header?.related ?? []),
      ...(ofOrder?.basedOn ?? []),
    ],
    event: ofOrder && event && JSON.stringify(event) !== JSON.stringify(code) ? [event] : undefined,
    securityLabel: [...(header?.securityLabel ?? []), ...within.restrictions],
    attachments: [],
  };
  const isOtherType = header?.type !== undefined && code !== undefined;
  const ofContent = [
    ...(isOtherType ? [{ url: ownExtension('content-code'), valueCodeableConcept: code }] : []),
    ...contentExtensions(obx, isLaboratory ? laboratoryFields : noFields, mapping),
  ];
  return { told, ofContent };
};

/** A document in an OBX: DocumentReference, and a Binary for what the message holds of it. Nothing where it holds nothing that can be read. */
export const documentOfObx = (
  key: OrderNumber,
  observed: Observed,
  order: OrderGroup,
  within: DocumentWithin,
  mapping: Mapping,
): OrderDocument => {
  const { obx } = observed;
  const status = observationStatus(obx.text(11));
  if (status === 'unknown' && obx.text(11) !== '') mapping.warn('code-unknown', `OBX[${obx.sequence}]-11`);
  const records = documentRecords(key, within.patient, mapping);
  const isWithdrawn = isTakenBack(status) || status === 'cancelled';
  const isConfirmed = !isWithdrawn && isUnrepeated(observed);
  const attached = isWithdrawn || isConfirmed ? [] : attachedIn(obx, records, 0, mapping);
  // Nothing else is taken of a document that is not shown.
  if (!isWithdrawn && !isConfirmed && attached.length === 0) {
    leave('undecodable', obx);
    return { changes: [], attachments: [] };
  }
  const { told, ofContent } = toldOf(records.document, observed, order, within, mapping);
  if (isWithdrawn) {
    leaveObserved(observed);
    return { changes: withdraw(status, key, told, mapping), attachments: [] };
  }
  if (isConfirmed) return { changes: confirm(told, mapping), attachments: [] };
  const creation = mapping.takeTime(obx.first(14), `OBX[${obx.sequence}]-14`)?.text;
  obx.take(2);
  const attachments = attached.map(({ attachment }) => withExtensions({ ...attachment, creation }, ofContent));
  return {
    changes: [...attached.flatMap(({ binary }) => binary ?? []), documentOf({ ...told, attachments }, mapping)],
    attachments,
  };
};
