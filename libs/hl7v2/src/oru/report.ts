import type { JsonObject, Put } from '#domain';
import { RecordKey } from '#domain';
import { bytesOf, members, ownExtension } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Segment } from '../message/segment.js';
import { conceptOf, observedConcept, unknownCode, v2Table } from '../mapping/codes.js';
import { besideCode } from '../mapping/original-code.js';
import { actorOf } from './named-person.js';
import { isAnnotated, noteExtensions, notesOf, noteText } from './notes.js';
import { factsOf } from './order-facts.js';
import type { OrderGroup } from './order-groups.js';
import { orderIdentifiers } from './order-number.js';
import type { VisitReference } from './patient-visit.js';
import { listedOf } from '../represented/not-taken.js';
import { present } from './present.js';
import { producersOf } from './producer.js';
import { reportStatus } from './statuses.js';

/** What the report of an order holds, in the order of the message. */
export interface Reported {
  readonly patient: RecordKey;
  readonly encounter: VisitReference | undefined;
  readonly effective: JsonObject;
  readonly specimens: readonly RecordKey[];
  /** A Specimen was made of the OBR. */
  readonly isSpecimenOfObr: boolean;
  readonly results: readonly RecordKey[];
  readonly attachments: readonly JsonObject[];
}

/** OBR-7, and OBR-8 where it ends later (a collection over hours). */
export const effectiveOf = (obr: Segment, mapping: Mapping): JsonObject => {
  const start = mapping.takeTime(obr.first(7), `OBR[${obr.sequence}]-7`);
  const place = `OBR[${obr.sequence}]-8`;
  const end = mapping.time(obr.text(8), place);
  if (end === undefined) return start ? { effectiveDateTime: start.text } : {};
  if (start === undefined) {
    obr.take(8);
    return { effectivePeriod: { end: end.text } };
  }
  const isPeriod = start.instant !== undefined && end.instant !== undefined && start.instant < end.instant;
  // An end before its start is of no period: it is warned of as left out.
  if (isPeriod || start.text === end.text) obr.first(8)?.accountFor((1 << 1) | listedOf.TS);
  return isPeriod ? { effectivePeriod: { start: start.text, end: end.text } } : { effectiveDateTime: start.text };
};

/** `issued` is an instant: a day alone stands in an extension. */
const issuedOf = (
  obr: Segment,
  mapping: Mapping,
): { readonly issued: string | undefined; readonly day: readonly JsonObject[] } => {
  const issued = mapping.takeTime(obr.first(22), `OBR[${obr.sequence}]-22`);
  if (issued === undefined || issued.precision === 'time') return { issued: issued?.text, day: [] };
  return { issued: undefined, day: [{ url: ownExtension('issued-date'), valueDateTime: issued.text }] };
};

/**
 * FHIR DiagnosticReport of an OBR: what the message tells of the order, as a whole (a snapshot: HL7 v2.5, section 2.10.4.1). Notes of
 * the order, such as why there is no result, have no other member in R4 than the conclusion.
 */
export const reportOf = (record: RecordKey, order: OrderGroup, told: Reported, mapping: Mapping): Required<Put> => {
  const { obr } = order;
  const code = obr.first(4);
  const status = obr.take(25);
  const { filler, placer } = orderIdentifiers(order, mapping);
  const { issued, day } = issuedOf(obr, mapping);
  const facts = factsOf(order, told.isSpecimenOfObr, mapping);
  const notes = notesOf(order.notes, mapping);
  const [first] = order.observations;
  const isUnknown = status !== '' && reportStatus(status) === 'unknown';
  if (isUnknown) mapping.warn('code-unknown', `OBR[${obr.sequence}]-25`);
  const resource: JsonObject = members({
    resourceType: 'DiagnosticReport',
    id: RecordKey.id(record),
    extension: [...facts.extension, ...day, ...noteExtensions(notes.filter(isAnnotated))],
    identifier: [...present([filler, placer]), ...facts.identifier],
    basedOn: [...(placer ? [{ type: 'ServiceRequest', identifier: placer }] : []), ...facts.basedOn],
    status: reportStatus(status),
    _status: isUnknown ? besideCode('0123', status) : undefined,
    category: present(obr.repetitions(24).map((section) => conceptOf(section, mapping, v2Table('0074')))),
    code: (code && observedConcept(code, mapping)) ?? unknownCode,
    subject: { reference: told.patient },
    encounter: told.encounter,
    ...told.effective,
    issued,
    performer: first ? producersOf(first.obx, mapping) : [],
    resultsInterpreter: present(
      obr.repetitions(32).map((person) => actorOf(person, mapping, `OBR[${obr.sequence}]-32`)),
    ),
    specimen: told.specimens.map((specimen) => ({ reference: specimen })),
    result: told.results.map((result) => ({ reference: result })),
    conclusion: notes.map(noteText).join('\n'),
    presentedForm: told.attachments,
  });
  return { kind: 'put', record, patient: told.patient, content: bytesOf(resource) };
};
