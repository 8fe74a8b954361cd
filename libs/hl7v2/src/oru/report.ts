import type { JsonObject, Put } from '#domain';
import { RecordKey } from '#domain';
import { authorityInPair, numberedInPair, systemOf } from '../mapping/authority.js';
import { asCode, bytesOf, members } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Composite, Segment } from '../message/segment.js';
import { observedConcept, unknownCode } from '../mapping/codes.js';
import { besideCode } from '../mapping/original-code.js';
import { noteTexts } from './notes.js';
import type { OrderGroup } from './order-groups.js';
import { orderIdentifiers } from './order-number.js';
import type { VisitReference } from './patient-visit.js';
import { present } from './present.js';
import { producersOf } from './producer.js';
import { reportStatus } from './statuses.js';

/** What the report of an order holds, in the order of the message. */
export interface Reported {
  readonly patient: RecordKey;
  readonly encounter: VisitReference | undefined;
  readonly effective: JsonObject;
  readonly specimens: readonly RecordKey[];
  readonly results: readonly RecordKey[];
  readonly attachments: readonly JsonObject[];
}

/** OBR-7, and OBR-8 where it ends later (a collection over hours). */
export const effectiveOf = (obr: Segment, mapping: Mapping): JsonObject => {
  const start = mapping.time(obr.text(7), `OBR[${obr.sequence}]-7`);
  const end = mapping.time(obr.text(8), `OBR[${obr.sequence}]-8`);
  if (start?.instant !== undefined && end?.instant !== undefined && start.instant < end.instant)
    return { effectivePeriod: { start: start.text, end: end.text } };
  return start ? { effectiveDateTime: start.text } : {};
};

/** A person in the sub-components of NDL-1. */
const interpreterOf = (person: Composite): JsonObject | undefined => {
  const value = person.sub(1, 1);
  const display = [person.sub(1, 6), person.sub(1, 3), person.sub(1, 2)].filter((part) => part !== '').join(' ');
  return value === '' && display === ''
    ? undefined
    : members({ identifier: value === '' ? undefined : { value }, display });
};

/** Numbers of the order that this one follows from (OBR-29, EIP). */
const parentOrders = (obr: Segment, mapping: Mapping): readonly JsonObject[] => {
  const parent = obr.first(29);
  return ([1, 2] as const).flatMap((component) => {
    const value = parent?.sub(component, 1) ?? '';
    if (parent === undefined || value === '') return [];
    const system = systemOf(authorityInPair(parent, component), mapping, numberedInPair(component));
    return [{ type: 'ServiceRequest', identifier: { system, value } }];
  });
};

/**
 * FHIR DiagnosticReport of an OBR: what the message tells of the order, as a whole (a snapshot: HL7 v2.5, section 2.10.4.1). Notes of
 * the order, such as why there is no result, have no other member in R4 than the conclusion.
 */
export const reportOf = (record: RecordKey, order: OrderGroup, told: Reported, mapping: Mapping): Required<Put> => {
  const { obr } = order;
  const code = obr.first(4);
  const section = obr.text(24);
  const status = obr.text(25);
  const { filler, placer } = orderIdentifiers(order, mapping);
  const issued = mapping.time(obr.text(22), `OBR[${obr.sequence}]-22`);
  const [first] = order.observations;
  const isUnknown = status !== '' && reportStatus(status) === 'unknown';
  if (isUnknown) mapping.warn('code-unknown', `OBR[${obr.sequence}]-25`);
  const resource: JsonObject = members({
    resourceType: 'DiagnosticReport',
    id: RecordKey.id(record),
    identifier: present([filler, placer]),
    basedOn: [...(placer ? [{ type: 'ServiceRequest', identifier: placer }] : []), ...parentOrders(obr, mapping)],
    status: reportStatus(status),
    _status: isUnknown ? besideCode('0123', status) : undefined,
    category:
      section === ''
        ? undefined
        : [
            {
              coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: asCode(section) }],
            },
          ],
    code: (code && observedConcept(code, mapping)) ?? unknownCode,
    subject: { reference: told.patient },
    encounter: told.encounter,
    ...told.effective,
    issued: issued?.precision === 'time' ? issued.text : undefined,
    performer: first ? producersOf(first.obx, mapping) : [],
    resultsInterpreter: present(obr.repetitions(32).map(interpreterOf)),
    specimen: told.specimens.map((specimen) => ({ reference: specimen })),
    result: told.results.map((result) => ({ reference: result })),
    conclusion: noteTexts(order.notes).join('\n'),
    presentedForm: told.attachments,
  });
  return { kind: 'put', record, patient: told.patient, content: bytesOf(resource) };
};
