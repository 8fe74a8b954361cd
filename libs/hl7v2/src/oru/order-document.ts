import type { Change, JsonObject, Put, RecordKey } from '#domain';
import { bytesOf } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { practitionerOf } from '../mapping/practitioner.js';
import { attachedIn, documentRecords, isLink } from '../mdm/attachment.js';
import { documentOf, type ToldDocument } from '../mdm/document.js';
import { toldByHeader } from '../mdm/header.js';
import type { Segment } from '../message/segment.js';
import { table } from '../message/table.js';
import { observedConcept } from '../mapping/codes.js';
import type { Observed, OrderGroup } from './order-groups.js';
import { hasValue } from './observation-value.js';
import { keyOfWrong, orderIdentifiers, type OrderNumber } from './order-number.js';
import type { VisitReference } from './patient-visit.js';
import { present } from './present.js';
import { producersOf } from './producer.js';
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
    if (!isMetadata(observed) || (obx.text(5) !== 'Y' && obx.text(5) !== 'O')) continue;
    const code = obx.text(3, 1);
    if (restrictions.has(code))
      labels.push({ coding: [{ system: 'urn:oid:1.2.250.1.213.1.1.4.13', code, display: obx.text(3, 2) || code }] });
  }
  return labels;
};

/** Authors: PRT in that part, else the observers, else the laboratory. */
const authorsOf = ({ obx, participants }: Observed, mapping: Mapping): readonly JsonObject[] => {
  const persons = (segments: readonly Segment[], field: number): readonly JsonObject[] =>
    present(segments.flatMap((segment) => segment.repetitions(field)).map((person) => practitionerOf(person, mapping)));
  const written = persons(
    participants.filter((participant) => participant.text(4) === 'AUT'),
    5,
  );
  if (written.length > 0) return written;
  const observers = persons([obx], 16);
  return observers.length > 0 ? observers : producersOf(obx, mapping);
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
  const { document, binary } = documentRecords(key, patient, mapping);
  const content: Change = { kind: 'withdraw', record: binary(0), patient };
  if (status === 'deleted') return [content, { kind: 'withdraw', record: document, patient }];
  const inError = (record: RecordKey): Required<Put> =>
    documentOf({ ...told, record, status: 'entered-in-error' }, mapping);
  const left: Change = { ...inError(document), kind: 'withdraw' };
  if (status === 'cancelled') return [content, left];
  const own = documentRecords({ ...key, value: keyOfWrong(key.value, patient) }, patient, mapping);
  return [content, left, inError(own.document)];
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

/** A document in an OBX: DocumentReference, and a Binary for what the message holds of it. Nothing where it holds nothing that can be read. */
export const documentOfObx = (
  key: OrderNumber,
  observed: Observed,
  order: OrderGroup,
  within: {
    readonly patient: RecordKey;
    readonly encounter: VisitReference | undefined;
    readonly report: RecordKey | undefined;
    readonly restrictions: readonly JsonObject[];
  },
  mapping: Mapping,
): OrderDocument => {
  const { obx } = observed;
  const { obr, txa } = order;
  const records = documentRecords(key, within.patient, mapping);
  const code = [obx.first(3), obr.first(4)].find((code) => code !== undefined && code.text(1) !== '');
  const issued = mapping.time(obr.text(22), `OBR[${obr.sequence}]-22`);
  const { filler, placer } = orderIdentifiers(order, mapping);
  const status = observationStatus(obx.text(11));
  const header = txa && toldByHeader(txa, mapping);
  const told = {
    record: records.document,
    patient: within.patient,
    encounter: within.encounter,
    identifier: present([filler, placer]),
    status: 'current' as const,
    docStatus: docStatuses[status],
    type: code && observedConcept(code, mapping),
    date: issued?.precision === 'time' ? issued.text : undefined,
    author: authorsOf(observed, mapping),
    related: within.report ? [{ reference: within.report }] : [],
    ...header,
    securityLabel: [...(header?.securityLabel ?? []), ...within.restrictions],
    attachments: [],
  };
  if (isTakenBack(status) || status === 'cancelled')
    return { changes: withdraw(status, key, told, mapping), attachments: [] };
  if (isUnrepeated(observed)) return { changes: confirm(told, mapping), attachments: [] };
  const attached = attachedIn(obx, records, 0, mapping);
  if (attached.length === 0) return { changes: [], attachments: [] };
  const created = mapping.time(obx.text(14), `OBX[${obx.sequence}]-14`)?.text;
  const attachments = attached.map(({ attachment }) =>
    created === undefined ? attachment : { ...attachment, creation: created },
  );
  return {
    changes: [...attached.flatMap(({ binary }) => binary ?? []), documentOf({ ...told, attachments }, mapping)],
    attachments,
  };
};
