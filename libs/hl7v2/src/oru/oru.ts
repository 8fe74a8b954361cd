import type { Change, JsonObject, Put } from '#domain';
import { RecordKey } from '#domain';
import { visitRecord } from '../adt/visit.js';
import { authorityOfEntity, domainOf, systemOf } from '../mapping/authority.js';
import { bytesOf, members } from '../mapping/fhir-json.js';
import { identified } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import { patientEdits } from '../mapping/patient-edits.js';
import { patientOfPid } from '../mapping/patient-record.js';
import type { Composite, Segment } from '../message/segment.js';
import { conceptOf, unknownCode } from './codes.js';
import { observationOf } from './observation.js';
import { type OrderGroup, orderGroups } from './order-groups.js';
import { reportStatus } from './statuses.js';

/** An order's number with its domain: the filler's, else the placer's; by the message itself where there is none. */
const orderNumber = (
  order: OrderGroup,
  mapping: Mapping,
): { readonly domain: string; readonly value: string; readonly entity?: Composite } => {
  const { orc, obr } = order;
  const entity = [obr.first(3), orc?.first(3), obr.first(2), orc?.first(2)].find(
    (number) => number !== undefined && number.text(1) !== '',
  );
  if (entity) return { domain: domainOf(authorityOfEntity(entity), mapping), value: entity.text(1), entity };
  mapping.warn('order-number-missing', `OBR[${obr.sequence}]-3`);
  return { domain: mapping.finess, value: `${mapping.head.sendingApplication} ${mapping.head.controlId}` };
};

/** The same key a second time in one message is another record: lines of text share OBX-3, orders may share all. */
class Occurrences {
  private readonly seen = new Map<string, number>();
  of(key: string): string {
    const count = (this.seen.get(key) ?? 0) + 1;
    this.seen.set(key, count);
    return count === 1 ? key : `${key}#${count}`;
  }
}

/** What tells codes apart: code and coding system, or the text where there is no code. */
const codeKey = (code: Composite | undefined): string =>
  code === undefined ? '' : code.text(1) === '' ? code.text(2) : `${code.text(1)}^${code.text(3)}`;

const reportOf = (
  record: RecordKey,
  order: OrderGroup,
  number: ReturnType<typeof orderNumber>,
  within: {
    readonly patient: RecordKey;
    readonly encounter: RecordKey | undefined;
    readonly effective: string | undefined;
  },
  results: readonly Put[],
  mapping: Mapping,
): Put => {
  const { obr } = order;
  const code = obr.first(4);
  const section = obr.text(24);
  const issued = mapping.time(obr.text(22), `OBR[${obr.sequence}]-22`);
  const resource: JsonObject = members({
    resourceType: 'DiagnosticReport',
    id: RecordKey.id(record),
    identifier: number.entity && [{ system: systemOf(authorityOfEntity(number.entity), mapping), value: number.value }],
    status: reportStatus(obr.text(25)),
    category:
      section === ''
        ? undefined
        : [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0074', code: section }] }],
    code: (code && conceptOf(code, mapping)) ?? unknownCode,
    subject: { reference: within.patient },
    encounter: within.encounter && { reference: within.encounter },
    effectiveDateTime: within.effective,
    issued: issued?.precision === 'time' ? issued.text : undefined,
    result: results.map((result) => ({ reference: result.record })),
  });
  return { kind: 'put', record, patient: within.patient, content: bytesOf(resource) };
};

const changesOfOrder = (
  order: OrderGroup,
  patient: RecordKey,
  encounter: RecordKey | undefined,
  occurrences: Occurrences,
  mapping: Mapping,
): readonly Change[] => {
  const { obr } = order;
  const { idOf } = mapping.context;
  const number = orderNumber(order, mapping);
  const reportKey = occurrences.of(`${number.value}|${codeKey(obr.first(4))}`);
  const report = RecordKey.of('DiagnosticReport', idOf('report', number.domain, reportKey));
  const effective = mapping.time(obr.text(7), `OBR[${obr.sequence}]-7`)?.text;
  const results = order.observations.map(({ obx, notes }) => {
    const key = occurrences.of(`${reportKey}|${codeKey(obx.first(3))}|${obx.text(4)}`);
    const record = RecordKey.of('Observation', idOf('observation', number.domain, key));
    return observationOf(record, obx, notes, { patient, encounter, effective }, mapping);
  });
  return [...results, reportOf(report, order, number, { patient, encounter, effective }, results, mapping)];
};

/**
 * ORU^R01: an Observation for each OBX, a DiagnosticReport for each OBR. The patient is identified by `default` only, so that
 * the record exists: a laboratory's idea of a name never beats the admission desk's.
 */
export const oruChanges = (mapping: Mapping): readonly Change[] => {
  const occurrences = new Occurrences();
  const identities = new Map<Segment, RecordKey | undefined>();
  const changes: Change[] = [];
  for (const order of orderGroups(mapping)) {
    const { pid, pv1 } = order;
    if (pid && !identities.has(pid)) {
      const patient = patientOfPid(pid, mapping);
      identities.set(pid, patient);
      if (patient) changes.push({ kind: 'identify', patient, edits: patientEdits(pid, mapping, false) });
    }
    const patient = pid && identities.get(pid);
    if (patient === undefined) {
      mapping.warn('patient-unknown', 'PID-3');
      continue;
    }
    const visit = pv1?.first(19);
    const encounter = visit && visit.text(1) !== '' ? visitRecord(identified(visit, mapping), mapping) : undefined;
    changes.push(...changesOfOrder(order, patient, encounter, occurrences, mapping));
  }
  return changes;
};
